"""Time that a coordinator has taken out of a staff member's calendar."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Row, delete, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Moment, key, link, table
from models.claims import Holder, claim_what_is_free, let_go
from models.insert import insert_row


class Block(SQLModel, table=True):
    """One stretch of one staff member's time in which nobody can be booked; its stretches and claims are of holder
    `block`. `made_by` as in a booking's `decided_by`."""

    __tablename__ = "blocks"
    __table_args__ = (Index(None, "staff_id", "start_at"),)
    id: int | None = Field(default=None, sa_column=key())
    staff_id: int = Field(sa_column=link("staff.id"))
    start_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    end_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    reason: str = Field(default="", max_length=200)
    made_by: str = Field(max_length=80)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))


blocks = table(Block)


def add_block(
    session: Session, staff_id: int, start: datetime, end: datetime, reason: str, made_by: str, now: datetime
) -> int:
    """Take [start, end) out of somebody's time; what is booked in it stays. Raises LostRace where some of it is being
    booked at this very moment."""
    block_id = insert_row(
        session, blocks, staff_id=staff_id, start_at=start, end_at=end, reason=reason[:200], made_by=made_by,
        created_at=now,
    )  # fmt: skip
    claim_what_is_free(session, staff_id, start, end, Holder.BLOCK, block_id, now)
    return block_id


def remove_block(session: Session, block_id: int) -> None:
    """Give the time back."""
    let_go(session, Holder.BLOCK, block_id)
    session.execute(delete(blocks).where(blocks.c.id == block_id))


def blocks_between(session: Session, staff_ids: Sequence[int], start: datetime, end: datetime) -> list[Row[Any]]:
    """Those of these people that touch [start, end), soonest first."""
    statement = select(blocks).where(blocks.c.staff_id.in_(staff_ids), blocks.c.start_at < end, blocks.c.end_at > start)
    return list(session.execute(statement.order_by(blocks.c.start_at, blocks.c.id)))


def block_by_id(session: Session, block_id: int) -> Row[Any] | None:
    return session.execute(select(blocks).where(blocks.c.id == block_id)).one_or_none()
