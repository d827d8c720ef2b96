"""Sessions that clients have paid ahead ("10 sessions"), and the bookings that used them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Row, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Key, Moment, key, link, table
from models.insert import changed_rows, insert_row


class PrepaidPack(SQLModel, table=True):
    """So many sessions of a service, of which `left` are left. `price` is what the client paid for all of it."""

    __tablename__ = "prepaid_packs"
    __table_args__ = (
        Index(None, "client_id", "service_id"),
        CheckConstraint("sessions_left between 0 and sessions", name="left"),
    )
    id: int | None = Field(default=None, sa_column=key())
    client_id: int = Field(sa_column=link("clients.id"))
    service_id: int = Field(sa_column=Column(Key, nullable=False))
    """0: any service."""
    sessions: int
    sessions_left: int
    price: int = Field(default=0)
    currency: str = Field(max_length=3)
    sold_by: str = Field(default="", max_length=80)
    expires_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class PackUse(SQLModel, table=True):
    """One session of a pack that pays for a booking; given back where the booking is called off in time."""

    __tablename__ = "pack_uses"
    __table_args__ = (Index(None, "live_booking_id", unique=True), Index(None, "booking_id"))
    id: int | None = Field(default=None, sa_column=key())
    pack_id: int = Field(sa_column=link("prepaid_packs.id", index=True))
    booking_id: int = Field(sa_column=link("bookings.id"))
    live_booking_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    used_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    given_back_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


prepaid_packs = table(PrepaidPack)
pack_uses = table(PackUse)


def add_pack(session: Session, now: datetime, **values: Any) -> int:
    return insert_row(session, prepaid_packs, sessions_left=values["sessions"], created_at=now, **values)


def pack_by_id(session: Session, pack_id: int) -> Row[Any]:
    return session.execute(select(prepaid_packs).where(prepaid_packs.c.id == pack_id)).one()


def packs_of(session: Session, client_id: int, now: datetime) -> list[Row[Any]]:
    """A client's packs that have sessions left, those that end soonest first."""
    living = prepaid_packs.c.expires_at.is_(None) | (prepaid_packs.c.expires_at > now)
    statement = select(prepaid_packs).where(
        prepaid_packs.c.client_id == client_id, prepaid_packs.c.sessions_left > 0, living
    )
    order = prepaid_packs.c.expires_at.is_(None), prepaid_packs.c.expires_at, prepaid_packs.c.id
    return list(session.execute(statement.order_by(*order)))


def use_pack(session: Session, client_id: int, service_id: int, booking_id: int, now: datetime) -> Row[Any] | None:
    """Pay for a booking by a session paid ahead; the pack as it is now, or None where the client has none for it."""
    for pack in packs_of(session, client_id, now):
        if pack.service_id not in (0, service_id):
            continue
        taken = update(prepaid_packs).where(prepaid_packs.c.id == pack.id, prepaid_packs.c.sessions_left > 0)
        if changed_rows(session, taken.values(sessions_left=prepaid_packs.c.sessions_left - 1)) == 1:
            insert_row(
                session, pack_uses, pack_id=pack.id, booking_id=booking_id, live_booking_id=booking_id, used_at=now
            )
            return session.execute(select(prepaid_packs).where(prepaid_packs.c.id == pack.id)).one()
    return None


def pack_used_by(session: Session, booking_id: int) -> Row[Any] | None:
    """The use of a pack that pays for a booking."""
    return session.execute(select(pack_uses).where(pack_uses.c.live_booking_id == booking_id)).one_or_none()


def has_paid_ahead_since(session: Session, booking_id: int, at: datetime) -> bool:
    """Whether a session of a pack was used for a booking, or given back, at that moment or after it."""
    mine = pack_uses.c.booking_id == booking_id, (pack_uses.c.used_at >= at) | (pack_uses.c.given_back_at >= at)
    return session.execute(select(pack_uses.c.id).where(*mine).limit(1)).first() is not None


def give_back_pack(session: Session, booking_id: int, now: datetime) -> bool:
    """The session that paid for this booking is the client's again; False where none did."""
    use = pack_used_by(session, booking_id)
    if use is None:
        return False
    mine = pack_uses.c.id == use.id, pack_uses.c.live_booking_id == booking_id
    if changed_rows(session, update(pack_uses).where(*mine).values(live_booking_id=None, given_back_at=now)) != 1:
        return False
    pack = update(prepaid_packs).where(prepaid_packs.c.id == use.pack_id)
    session.execute(pack.values(sessions_left=prepaid_packs.c.sessions_left + 1))
    return True
