"""The search in SQLite. Its index takes up some 128 messages at once (migration 0018); those that still wait for that,
the newest, are indexed by each search for itself, with the same words found in them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, column, func, select, table, text
from sqlalchemy.orm import Session

from models.messages import messages
from models.prepared import prepared

INDEX = "message_search"
"""What the names of the index begin with: tables of SQLite, an index elsewhere."""
_WAITING = "waiting_messages"
_held = table(f"{INDEX}_docsize", column("id"))
"""FTS5's own: a row for each message that the index holds."""
_MAKE = text(
    f"create virtual table temp.{_WAITING} using fts5(body, content='', tokenize='unicode61 remove_diacritics 2')"
)
"""Seen by this connection alone. It takes texts apart as the index does (migration 0010)."""
_FILL = text(f"insert into {_WAITING}(rowid, body) select id, body from messages where id > :last")  # noqa: S608
_DROP = text(f"drop table temp.{_WAITING}")


_ALL = 2**63 - 1
"""Greater than every number."""


def _by_words(index: str) -> Select[Any]:
    """FTS5 walks its lists from the end, where the order is that of its own numbers."""
    own = table(index, column("rowid"))
    return prepared(
        select(messages)
        .select_from(own.join(messages, messages.c.id == own.c.rowid))
        .where(text(f"{index} match :wanted"), own.c.rowid < bindparam("before"))
        .order_by(own.c.rowid.desc())
        .limit(bindparam("most"))
    )


_LAST = prepared(select(func.max(_held.c.id)))
_AMONG_WAITING, _AMONG_HELD = _by_words(_WAITING), _by_words(INDEX)


def in_sqlite(session: Session, words: Sequence[str], before: int | None, limit: int) -> Sequence[Row[Any]]:
    """Messages with these words, newest first. Whatever waits is newer than all that the index holds."""
    asked: dict[str, Any] = {"wanted": _query(words), "before": _ALL if before is None else before}
    last = session.execute(_LAST).scalar_one() or 0
    found: list[Row[Any]] = []
    if asked["before"] > last + 1:
        session.execute(_MAKE)
        session.execute(_FILL, {"last": last})
        found += session.execute(_AMONG_WAITING, {**asked, "most": limit})
        session.execute(_DROP)
    if len(found) < limit:
        found += session.execute(_AMONG_HELD, {**asked, "most": limit - len(found)})
    return found


def _query(words: Sequence[str]) -> str:
    """Each in quotes, where nothing means anything but itself."""
    return " ".join(f'"{word}"' for word in words) + "*"
