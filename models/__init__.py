"""The memory: tables, their queries, migrations."""

SCHEMA = "0013"
"""The newest migration. The server starts on no other."""
