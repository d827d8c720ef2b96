"""The search's index of SQLite, and the newest messages, which wait for it."""

from sqlalchemy import text

from bot.database import Database

HELD = "select ifnull(max(id), 0) from message_search_docsize"


def take_up(database: Database) -> None:
    """As if more had been said since: the index holds every message."""
    if database.engine.dialect.name == "sqlite":
        waiting = f"insert into message_search(rowid, body) select id, body from messages where id > ({HELD})"
        database.transact(lambda session: session.execute(text(waiting)))


def check_index(database: Database) -> None:
    """That it holds what the messages say, and nothing else. Raises DatabaseAway."""
    take_up(database)
    check = "insert into message_search(message_search, rank) values ('integrity-check', 1)"
    database.transact(lambda session: session.execute(text(check)))
