"""A bell between processes: PostgreSQL tells whoever listens, at the commit, that there is work (NOTIFY)."""

from sqlalchemy import text
from sqlalchemy.orm import Session

CHANNEL = "textbook_work"
_NOTIFY = text(f"select pg_notify('{CHANNEL}', '')")
_RUNG_IN = "the bell was rung in"


def ring(session: Session) -> None:
    """Once a transaction, or a savepoint, whose end without a commit takes its ring with it. Nothing on a database that
    has no such bell: there, workers look for themselves."""
    here = session.get_nested_transaction() or session.get_transaction()
    if session.get_bind().dialect.name == "postgresql" and (here is None or session.info.get(_RUNG_IN) is not here):
        session.execute(_NOTIFY)
        session.info[_RUNG_IN] = session.get_nested_transaction() or session.get_transaction()
