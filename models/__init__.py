"""The memory: tables, their queries, migrations."""

SCHEMA = "0002"
"""The newest migration. The server starts on no other."""
