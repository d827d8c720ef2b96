"""What the search's index of SQLite keeps of words that are gone from the messages, until it is merged: FTS5 marks them
as deleted, and copies them no more."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.search_in_sqlite import INDEX

PAGES = 500
"""Pages of the index that one step writes: some milliseconds."""


def begin_merging(session: Session) -> None:
    """Let the next steps merge the whole index into one, as long as it takes (sqlite.org/fts5.html, 'merge')."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text(f"insert into {INDEX}({INDEX}, rank) values ('merge', {-PAGES})"))  # noqa: S608


def merge_on(session: Session) -> bool:
    """One step; False where all is one piece."""
    if session.get_bind().dialect.name != "sqlite":
        return False
    before = session.execute(text("select total_changes()")).scalar_one()
    session.execute(text(f"insert into {INDEX}({INDEX}, rank) values ('merge', {PAGES})"))  # noqa: S608
    return bool(session.execute(text("select total_changes()")).scalar_one() - before > 1)
