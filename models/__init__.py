"""The memory: tables, their queries, migrations."""

SCHEMA = "0020"
"""The newest migration. The server starts on no other."""
