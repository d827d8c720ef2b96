"""How far the words of old texts are gone: what is older than the business keeps is emptied, a piece at a time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, String, Table, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from conversations.dialogue import State
from models.base import Key, Moment, table
from models.command_log import command_log
from models.conversations import conversations, turns
from models.figures import first_since
from models.insert import changed_rows, insert_unless_there
from models.messages import messages
from models.outbox import UNSENT, outbox
from models.outgoing_webhooks import webhook_events
from models.prepared import prepared
from models.scheduled_texts import scheduled_texts


class RetentionMark(SQLModel, table=True):
    """What has been emptied of one table: its rows up to this number. `due_at` is when it is looked at again."""

    __tablename__ = "retention_marks"
    name: str = Field(sa_column=Column(String(40), primary_key=True))
    up_to: int = Field(default=0, sa_column=Column(Key, nullable=False))
    due_at: datetime = Field(sa_column=Column(Moment, nullable=False))


retention_marks = table(RetentionMark)
EMPTIED: Mapping[Table, tuple[str, Mapping[str, Any]]] = {
    messages: ("at", {"body": "", "media": [], "raw": None, "quoted_id": ""}),
    turns: ("at", {"dialogue_after": {}, "fault": ""}),
    outbox: ("created_at", {"body": "", "choices": [], "entries": [], "subject": "", "failure_words": ""}),
    command_log: ("at", {"words": "", "undo": []}),
    webhook_events: ("at", {"body": ""}),
    scheduled_texts: ("made_at", {"body": ""}),
}
"""Tables whose rows are numbered as they are written: the column that says when, and what is left of an old row."""
SPARED: Mapping[Table, ColumnElement[bool]] = {
    messages: messages.c.due_at.is_not(None),
    outbox: outbox.c.status.in_(UNSENT),
    scheduled_texts: scheduled_texts.c.ended_at.is_(None),
}
"""What still has its work before it, however old it is."""


def marks_due(session: Session, now: datetime) -> bool:
    """Whether it is time to look, or nobody has looked yet."""
    rows = session.execute(_MARKS).all()
    return len(rows) <= len(EMPTIED) or any(row.due_at <= now for row in rows)


_MARKS = prepared(select(retention_marks.c.name, retention_marks.c.due_at))


def lock_mark(session: Session, of: Table, now: datetime) -> Row[Any]:
    """How far a table has come, LOCKED until the transaction ends."""
    mine = select(retention_marks).where(retention_marks.c.name == of.name).with_for_update()
    if (found := session.execute(mine).one_or_none()) is not None:
        return found
    insert_unless_there(session, retention_marks, {"name": of.name, "up_to": 0, "due_at": now})
    return session.execute(mine).one()


def keep_mark(session: Session, of: Table, up_to: int, due_at: datetime) -> None:
    mine = retention_marks.c.name == of.name
    session.execute(update(retention_marks).where(mine).values(up_to=up_to, due_at=due_at))


def end_of_old(session: Session, of: Table, before: datetime) -> int:
    """The number of the first row that is kept as it is."""
    return first_since(session, of, of.c[EMPTIED[of][0]], before)


def last_of_batch(session: Session, of: Table, after: int, end: int, limit: int) -> int | None:
    """The last of the next old rows; None where none is left."""
    batch = select(of.c.id).where(of.c.id > after, of.c.id < end).order_by(of.c.id).limit(limit).subquery()
    last: int | None = session.execute(select(func.max(batch.c.id))).scalar_one()
    return last


def empty_rows(session: Session, of: Table, after: int, last: int) -> int:
    """Let nothing be left of the words of these rows; how many they are."""
    rows = [of.c.id > after, of.c.id <= last]
    if of in SPARED:
        rows.append(~SPARED[of])
    return changed_rows(session, update(of).where(*rows).values(**EMPTIED[of][1]))


def rows_to_empty(session: Session, of: Table, before: datetime) -> int:
    """How many rows of a table would be emptied by now."""
    mine = select(retention_marks.c.up_to).where(retention_marks.c.name == of.name)
    done = session.execute(mine).scalar_one_or_none()
    old = of.c.id > (done or 0), of.c.id < end_of_old(session, of, before)
    return int(session.execute(select(func.count()).select_from(of).where(*old)).scalar_one())


def empty_quiet(session: Session, after: datetime, before: datetime, limit: int) -> tuple[int, datetime | None]:
    """Let conversations in which the last was said between these moments know nothing more: how many, and when in the
    last of them; None where none is left."""
    own = conversations.c
    quiet = select(own.id, own.last_message_at).where(own.last_message_at > after, own.last_message_at < before)
    rows = session.execute(quiet.order_by(own.last_message_at).limit(limit)).all()
    if not rows:
        return 0, None
    last = rows[-1].last_message_at
    values: dict[str, Any] = {"dialogue": {}, "intake_draft": {}, "state": State.INITIAL}
    old = own.last_message_at > after, own.last_message_at <= last
    return changed_rows(session, update(conversations).where(*old).values(**values)), last
