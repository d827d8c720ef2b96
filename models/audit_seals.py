"""The seals over the audit log: one for each entry, each hanging on the one before it (decision 18). They only grow,
like the log."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Index, Row, UniqueConstraint, bindparam, func, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.audit import audit_log
from models.base import Key, Moment, link, table
from models.exact import exact
from models.insert import insert_unless_there
from models.invariants import Page, pages
from models.prepared import prepared

LATEST = timedelta(days=1)
"""How long after its neighbours an entry may be committed and still be sealed: no transaction of ours lives so long."""


class AuditSeal(SQLModel, table=True):
    """The seal over one entry; `id` counts without a gap. `hash` is of the seal before it and of all that the entry
    says."""

    __tablename__ = "audit_seals"
    __table_args__ = (UniqueConstraint("entry_id"), Index(None, "sealed_at", "id"))
    id: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False))
    entry_id: int = Field(sa_column=link("audit_log.id"))
    hash: str = Field(sa_column=Column(exact(64), nullable=False))
    sealed_at: datetime = Field(sa_column=Column(Moment, nullable=False))


audit_seals = table(AuditSeal)


def last_seal(session: Session) -> Row[Any] | None:
    return session.execute(select(audit_seals).order_by(audit_seals.c.id.desc()).limit(1)).one_or_none()


def seal_by_number(session: Session, number: int) -> Row[Any] | None:
    return session.execute(select(audit_seals).where(audit_seals.c.id == number)).one_or_none()


def newest_to_seal(session: Session, until: datetime) -> int | None:
    """The newest entry that was written by this moment, if it is newer than all that are sealed."""
    return session.execute(_NEWEST_TO_SEAL, {"until": until}).scalar_one_or_none()


_NEWEST_TO_SEAL = prepared(
    select(func.max(audit_log.c.id)).where(
        audit_log.c.id > select(func.coalesce(func.max(audit_seals.c.entry_id), 0)).scalar_subquery(),
        audit_log.c.at <= bindparam("until"),
    )
)


def unsealed(session: Session, last: Row[Any] | None, newest: int, limit: int) -> Sequence[Row[Any]]:
    """Entries under no seal, up to this one, in their order; those too that were committed late, below others that are
    sealed by now."""
    wanted = audit_log.c.id > _floor(session, last), audit_log.c.id <= newest, audit_seals.c.id.is_(None)
    statement = select(audit_log).outerjoin(audit_seals, audit_seals.c.entry_id == audit_log.c.id).where(*wanted)
    return session.execute(statement.order_by(audit_log.c.id).limit(limit)).all()


def add_seals(session: Session, rows: Sequence[dict[str, Any]]) -> bool:
    """Whether they are the next: False, and nothing is added, where another has sealed meanwhile."""
    if not insert_unless_there(session, audit_seals, rows[0]):
        return False
    if len(rows) > 1:
        session.execute(audit_seals.insert(), list(rows[1:]))
    return True


def seal_pages(session: Session) -> Iterator[Page]:
    """Every seal in order, with the entry that it is over; `at` is None where that is gone."""
    own = audit_log.c
    entry = own.at, own.operator_id, own.who, own.action, own.subject, own.words, own.source
    statement = select(audit_seals, *entry).outerjoin(audit_log, own.id == audit_seals.c.entry_id)
    return pages(session, statement, audit_seals.c.id)


def stray_entry_pages(session: Session) -> Iterator[Page]:
    """Entries under no seal where all beside them have long been sealed."""
    statement = select(audit_log.c.id).outerjoin(audit_seals, audit_seals.c.entry_id == audit_log.c.id)
    below = audit_log.c.id <= _floor(session, last_seal(session)), audit_seals.c.id.is_(None)
    return pages(session, statement.where(*below), audit_log.c.id)


def _floor(session: Session, last: Row[Any] | None) -> int:
    """No entry up to this number can still come, counted back from the last seal: while nobody seals, nobody is
    late."""
    if last is None:
        return 0
    own = audit_seals.c
    statement = select(own.entry_id).where(own.sealed_at <= last.sealed_at - LATEST)
    found = session.execute(statement.order_by(own.sealed_at.desc(), own.id.desc()).limit(1)).scalar_one_or_none()
    return found or 0
