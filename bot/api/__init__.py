"""The REST API: what other programs may do, described by itself (`/api/openapi.json`, `/api/docs`)."""
