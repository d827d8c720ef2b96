"""Time that a coordinator has taken out of a staff member's calendar."""

from datetime import datetime

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.base import Moment, key, link, table


class Block(SQLModel, table=True):
    """One stretch of one staff member's time in which nobody can be booked; its stretch and claims are of holder
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
