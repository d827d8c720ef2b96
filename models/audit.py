"""The audit log: who did what, to what. It holds numbers and the names of fields, never names, phones or texts. It only
grows: triggers of the database refuse all else (migration 0015)."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Row, Select, func, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Key, Moment, key, table
from models.exact import exact
from models.insert import insert_row
from models.operators import operators

SYSTEM, COMMAND_LINE = "system", "command line"
_ACTOR = re.compile(rf"(?:client|token|staff|coordinator) [1-9][0-9]{{0,18}}|{SYSTEM}|{COMMAND_LINE}")


class AuditEntry(SQLModel, table=True):
    """Who did what ("operator 3"), and to what ("booking 12")."""

    __tablename__ = "audit_log"
    id: int | None = Field(default=None, sa_column=key())
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
    operator_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True, index=True))
    who: str = Field(max_length=80)
    action: str = Field(max_length=60)
    subject: str = Field(default="", sa_column=Column(exact(60), nullable=False, index=True))
    words: str = Field(default="", max_length=500)
    source: str = Field(default="", max_length=64)


audit_log = table(AuditEntry)


def audit(
    session: Session, *, at: datetime, operator_id: int | None, who: str = "", action: str, subject: str = "",
    words: str = "", source: str = "",
) -> None:  # fmt: skip
    """Write down who did what. `subject` is what it was done to, as "booking 12". An operator is written down by their
    number, whatever `who` says; anybody else by kind and number ("client 12"), SYSTEM or COMMAND_LINE: raises
    ValueError for a name."""
    actor = who if operator_id is None else f"operator {operator_id}"
    if operator_id is None and not _ACTOR.fullmatch(actor):
        raise ValueError("who did it is a kind and a number, never a name")
    insert_row(
        session, audit_log, at=at, operator_id=operator_id, who=actor, action=action[:60], subject=subject[:60],
        words=words[:500], source=source[:64],
    )  # fmt: skip


def was_written_down(session: Session, operator_id: int, action: str, subject: str, source: str) -> bool:
    """Whether this operator has done that to it, by that source."""
    own = audit_log.c
    wanted = own.subject == subject, own.operator_id == operator_id, own.action == action, own.source == source
    return session.execute(select(own.id).where(*wanted).limit(1)).first() is not None


def audited(session: Session, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """What was done, newest first, from before this entry on; `name` is the operator's, by now."""
    return _page(session, _named(), before, limit)


def audited_of(session: Session, operator_id: int, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """The same, of what one operator did."""
    return _page(session, _named().where(audit_log.c.operator_id == operator_id), before, limit)


def _named() -> Select[Any]:
    name = func.coalesce(operators.c.name, "").label("name")
    return select(audit_log, name).outerjoin(operators, operators.c.id == audit_log.c.operator_id)


def _page(session: Session, statement: Select[Any], before: int | None, limit: int) -> Sequence[Row[Any]]:
    if before is not None:
        statement = statement.where(audit_log.c.id < before)
    return session.execute(statement.order_by(audit_log.c.id.desc()).limit(limit)).all()
