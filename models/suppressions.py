"""Addresses of people who were forgotten and had wanted no texts: a keyed hash of each, and nothing else of them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Column, delete, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Moment, table
from models.exact import exact
from models.insert import insert_all_unless_there


class Suppression(SQLModel, table=True):
    """An address that is texted no more. Whoever lacks the key of the hash cannot tell whose it is."""

    __tablename__ = "suppressions"
    address_hash: str = Field(sa_column=Column(exact(64), primary_key=True))
    at: datetime = Field(sa_column=Column(Moment, nullable=False))


suppressions = table(Suppression)


def is_anybody_suppressed(session: Session) -> bool:
    return session.execute(select(suppressions.c.at).limit(1)).first() is not None


def suppressed(session: Session, hashes: Collection[str]) -> set[str]:
    """Those of these that are."""
    if not hashes:
        return set()
    mine = suppressions.c.address_hash.in_(list(hashes))
    return set(session.execute(select(suppressions.c.address_hash).where(mine)).scalars())


def suppress(session: Session, hashes: Collection[str], now: datetime) -> None:
    insert_all_unless_there(session, suppressions, [{"address_hash": one, "at": now} for one in sorted(hashes)])


def suppress_no_more(session: Session, hashes: Collection[str]) -> None:
    session.execute(delete(suppressions).where(suppressions.c.address_hash.in_(list(hashes))))
