"""Where each row of an older system went, so that taking it over again changes nothing."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Row, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Key, key, table
from models.exact import exact


class LegacyRecord(SQLModel, table=True):
    """One row of a source: its `kind` and number there, the table and number here, and a checksum of what it said."""

    __tablename__ = "legacy_records"
    __table_args__ = (UniqueConstraint("kind", "legacy_id"),)
    id: int | None = Field(default=None, sa_column=key())
    kind: str = Field(sa_column=Column(String(40), nullable=False))
    legacy_id: str = Field(sa_column=Column(exact(120), nullable=False))
    table_name: str = Field(sa_column=Column(String(40), nullable=False))
    row_id: int = Field(sa_column=Column(Key, nullable=False))
    checksum: str = Field(sa_column=Column(String(64), nullable=False))


legacy_records = table(LegacyRecord)


def legacy_records_of(session: Session, kind: str, legacy_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Those of these numbers that were taken over before, by number."""
    c = legacy_records.c
    wanted = c.kind == kind, c.legacy_id.in_(legacy_ids)
    statement: Select[Any] = select(c.legacy_id, c.row_id, c.checksum).where(*wanted)
    return {row.legacy_id: row for row in session.execute(statement).all()}
