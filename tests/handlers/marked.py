"""Somebody whom nobody could mistake, and what is left of them anywhere in a database."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import JSON, select, text
from sqlalchemy.orm import Session

from bot.desk import Desk
from bot.stories import Phone
from models.base import metadata

FIRST, LAST, MAIL = "Zuleikha", "Quibblesworth", "zq.marked@marks.example"
NAME = f"{FIRST} {LAST}"
NUMBER = "+97433917264"
SMS = Phone("Zuleikha", "sms", NUMBER, NAME)
WHATSAPP = Phone("Zuleikha", "whatsapp", NUMBER, NAME)
CLOUD = Phone("Zuleikha", "whatsapp_cloud", "QA.77310998246155512345", NAME)
"""Reached without a number."""
WORDS = "pomegranate vertigo"
"""What nobody says but they, and nobody but of them."""
_TELLING = (FIRST, LAST, "zq.marked", "pomegranate", "vertigo", "77310998246155512345")
_DIGITS = "33917264"


def traces_in(said: str) -> list[str]:
    """Of these marks, those that stand in it, however they are written."""
    plain = said.casefold()
    found = [mark for mark in _TELLING if mark.casefold() in plain]
    spaced = re.sub(r"[\s().\-/]", "", plain)
    return found + ([_DIGITS] if _DIGITS in spaced else [])


def left_of_them(desk: Desk) -> dict[str, list[str]]:
    """Where in the whole database a mark of theirs stands: table and column, with what stands there."""
    found: dict[str, list[str]] = {}

    def look(session: Session) -> None:
        for table in metadata.sorted_tables:
            for row in session.execute(select(table)):
                for column in table.columns:
                    value = getattr(row, column.name)
                    said = json.dumps(value, ensure_ascii=False) if isinstance(column.type, JSON) else str(value)
                    if marks := traces_in(said):
                        found.setdefault(f"{table.name}.{column.name}", []).append(f"{marks} {said[:200]}")

    desk.database.read(look)
    return found


def left_in_files(desk: Desk) -> Iterator[str]:
    """The same for the bytes of SQLite's files, its log and the search's index included."""
    if desk.database.engine.dialect.name != "sqlite":
        return
    path = Path(str(desk.database.engine.url.database))
    with desk.database.engine.connect() as connection:
        connection.connection.execute("pragma wal_checkpoint(truncate)")  # type: ignore[attr-defined]
    for file in path.parent.glob(f"{path.name}*"):
        data = file.read_bytes().lower()
        for mark in (*_TELLING, _DIGITS):
            for place in re.finditer(re.escape(mark.casefold().encode()), data):
                yield f"{file.name}: {data[max(0, place.start() - 60) : place.end() + 60]!r}"


def in_search(desk: Desk) -> list[str]:
    """The words of the search's index that are theirs; on SQLite alone can they be read."""
    if desk.database.engine.dialect.name != "sqlite":
        return []
    with desk.database.engine.connect() as connection:
        connection.execute(text("create virtual table temp.words using fts5vocab('main', 'message_search', 'row')"))
        return [word for (word,) in connection.execute(text("select term from temp.words")) if traces_in(word)]
