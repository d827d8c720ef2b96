"""A bell between processes: PostgreSQL tells whoever listens, at the commit, that there is work (NOTIFY)."""

from sqlalchemy import text
from sqlalchemy.orm import Session

CHANNEL = "textbook_work"


def ring(session: Session) -> None:
    """Nothing on a database that has no such bell: there, workers look for themselves."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("select pg_notify(:channel, '')"), {"channel": CHANNEL})
