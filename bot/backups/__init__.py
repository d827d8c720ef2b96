"""Backups of an installation on SQLite, and the way back."""
