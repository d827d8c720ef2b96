"""The business itself: its staff, services, coordinators and policies, as business.toml or the console set them."""

from datetime import date, time
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    UniqueConstraint,
    bindparam,
    false,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from conversations.booking import BookingType
from conversations.payments import PaymentRule, PaymentWhen
from conversations.rules.policies import Approval, AtDeadline
from models.base import Key, key, link, table, word
from models.kept import OUTLIVES_LOCKS, look_again, read_once
from models.prepared import prepared
from models.read_beside import was_read


class Business(SQLModel, table=True):
    """The one business of this installation: a single row, number 1."""

    __tablename__ = "business"
    id: int = Field(default=1, sa_column=key())
    name: str = Field(max_length=80)
    timezone: str = Field(max_length=64)
    region: str = Field(default="", max_length=2)
    language: str = Field(default="en", max_length=8)
    currency: str = Field(default="USD", max_length=3)
    phone: str = Field(default="", max_length=32)
    address: str = Field(default="", max_length=200)
    nudge_minutes: int = Field(default=30, sa_column=Column(Integer, nullable=False, server_default="30"))
    put_by_minutes: int = Field(default=1440, sa_column=Column(Integer, nullable=False, server_default="1440"))
    quiet_hours: str = Field(
        default="21:00-08:00", sa_column=Column(String(11), nullable=False, server_default="21:00-08:00")
    )
    holidays: str = Field(default="", sa_column=Column(String(8), nullable=False, server_default=""))
    """The country, or country and part, whose public holidays are closed days ("QA", "US-CA"); "" for none."""
    review_minutes: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    """How long after a visit the client is thanked and invited to come again; 0 for never. `review_link` is where they
    may say how it was."""
    review_link: str = Field(default="", sa_column=Column(String(200), nullable=False, server_default=""))
    version: int = Field(default=1)
    """Counts up at each change, so that who keeps a copy knows when it is old."""
    answers: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    payment_instructions: str = Field(default="", sa_column=Column(String(500), nullable=False, server_default=""))
    """How to pay by transfer, in the words that clients read; "" where nobody can."""
    transcript_months: int = Field(default=24, sa_column=Column(Integer, nullable=False, server_default="24"))
    """How long the words of texts are kept; 0 for ever."""


class Coordinator(SQLModel, table=True):
    """A phone that receives requests. `channel` is "sms", "whatsapp" or "" for whichever they last wrote on; `timezone`
    "" means the business's. `digest_at` and `summary_at` are wall times there ("07:30"), "" for never. The backup is
    another coordinator, asked where this one does not answer."""

    __tablename__ = "coordinators"
    id: int | None = Field(default=None, sa_column=key())
    name_key: str = Field(max_length=40, unique=True)
    name: str = Field(default="", max_length=80)
    phone: str = Field(default="", max_length=32)
    channel: str = Field(default="", max_length=20)
    language: str = Field(default="", max_length=8)
    timezone: str = Field(default="", sa_column=Column(String(64), nullable=False, server_default=""))
    quiet_hours: str = Field(default="", sa_column=Column(String(11), nullable=False, server_default=""))
    digest_at: str = Field(default="", sa_column=Column(String(5), nullable=False, server_default=""))
    summary_at: str = Field(default="", sa_column=Column(String(5), nullable=False, server_default=""))
    backup_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    email: str = Field(default="", sa_column=Column(String(140), nullable=False, server_default=""))
    is_default: bool = Field(default=False)
    active: bool = Field(default=True)


class Staff(SQLModel, table=True):
    """A person who delivers. `timezone` "" means the business's. `feed_token` opens the private feed of their bookings;
    "" where none was asked for. `meeting_link` is where their video sessions are held."""

    __tablename__ = "staff"
    id: int | None = Field(default=None, sa_column=key())
    name_key: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=80)
    timezone: str = Field(default="", max_length=64)
    position: int = Field(default=0)
    active: bool = Field(default=True)
    coordinator_id: int | None = Field(default=None, sa_column=link("coordinators.id", nullable=True))
    feed_token: str = Field(default="", sa_column=Column(String(43), nullable=False, server_default=""))
    email: str = Field(default="", sa_column=Column(String(140), nullable=False, server_default=""))
    meeting_provider: str = Field(default="", sa_column=Column(String(40), nullable=False, server_default=""))
    meeting_link: str = Field(default="", sa_column=Column(String(500), nullable=False, server_default=""))
    meeting_passcode: str = Field(default="", sa_column=Column(String(80), nullable=False, server_default=""))


class StaffShift(SQLModel, table=True):
    """Weekly open hours of one staff member, wall time in their zone. Monday is 0."""

    __tablename__ = "staff_shifts"
    id: int | None = Field(default=None, sa_column=key())
    staff_id: int = Field(sa_column=link("staff.id", index=True))
    weekday: int
    opens: time
    closes: time


class DateOverride(SQLModel, table=True):
    """What replaces the weekly hours on one date: a row for each open stretch, or one without hours for a closed day.
    `staff_id` 0 is everybody. Wall time in the staff member's zone."""

    __tablename__ = "date_overrides"
    __table_args__ = (Index(None, "day"),)
    id: int | None = Field(default=None, sa_column=key())
    staff_id: int = Field(default=0)
    day: date
    opens: time | None = None
    closes: time | None = None


class Resource(SQLModel, table=True):
    """A thing that a service needs for its time, such as a room or a chair; any free one of its kind will do."""

    __tablename__ = "resources"
    id: int | None = Field(default=None, sa_column=key())
    name_key: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=80)
    kind: str = Field(max_length=40)
    position: int = Field(default=0)
    active: bool = Field(default=True)


class Service(SQLModel, table=True):
    """What can be booked. `price` is in minor units of `currency`. `resource_kind` is the kind of resource it needs, ""
    for none; `reminder_minutes` how long before the start the client is reminded."""

    __tablename__ = "services"
    id: int | None = Field(default=None, sa_column=key())
    name_key: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=120)
    aliases: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    minutes: int = Field(default=60)
    price: int = Field(default=7900)
    currency: str = Field(default="USD", max_length=3)
    booking_type: BookingType = Field(
        default=BookingType.ONE_ON_ONE, sa_column=Column(word(BookingType), nullable=False)
    )
    session_type: str = Field(default="individual", max_length=20)
    category: str = Field(default="", max_length=60)
    engagement: str = Field(default="", sa_column=Column(String(60), nullable=False, server_default=""))
    """What a booking of it opens ("wedding", "wedding:beach", "none"); "" for what its category opens, if anything."""
    place: str = Field(default="", max_length=200)
    position: int = Field(default=0)
    active: bool = Field(default=True)
    coordinator_id: int | None = Field(default=None, sa_column=link("coordinators.id", nullable=True))
    resource_kind: str = Field(default="", sa_column=Column(String(40), nullable=False, server_default=""))
    reminder_minutes: list[int] = Field(
        default_factory=lambda: [1440, 120],
        sa_column=Column(JSON, nullable=False, server_default="[1440, 120]"),
    )
    is_video: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    """It is held over video."""
    agreement_version: str = Field(default="", sa_column=Column(String(40), nullable=False, server_default=""))
    agreement: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}"))
    """What a client agrees to before it is booked, by language."""
    intake: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    """What a client is asked beforehand, in order: key, text by language, kind, required, choices by language."""
    variant_of: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    """The service of which this is another session type, with a price and a length of its own."""
    prices: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}"))
    """What it costs in other currencies, in their minor units."""


class ServiceStaff(SQLModel, table=True):
    """Who gives which service."""

    __tablename__ = "service_staff"
    service_id: int = Field(sa_column=Column(Key, ForeignKey("services.id"), primary_key=True))
    staff_id: int = Field(sa_column=Column(Key, ForeignKey("staff.id"), primary_key=True))
    position: int = Field(default=0)


class BookingPolicy(SQLModel, table=True):
    """Rules for one staff member, one service, both or (0 and 0) the business. NULL means this row does not say."""

    __tablename__ = "booking_policies"
    __table_args__ = (UniqueConstraint("staff_id", "service_id"),)
    id: int | None = Field(default=None, sa_column=key())
    staff_id: int = Field(default=0)
    service_id: int = Field(default=0)
    requires_approval: Approval | None = Field(default=None, sa_column=Column(word(Approval), nullable=True))
    approval_minutes: int | None = None
    notice_minutes: int | None = None
    horizon_days: int | None = None
    buffer_before: int | None = None
    buffer_after: int | None = None
    hold_minutes: int | None = None
    grid_minutes: int | None = None
    daily_cap: int | None = None
    weekly_cap: int | None = None
    cancel_minutes: int | None = None
    cancel_fee: int | None = None
    """In minor units of the service's currency."""
    open_requests: int | None = None
    waitlist_skips_parties: bool | None = None
    at_deadline: AtDeadline | None = Field(default=None, sa_column=Column(word(AtDeadline), nullable=True))
    payment: PaymentRule | None = Field(default=None, sa_column=Column(word(PaymentRule), nullable=True))
    deposit: int | None = None
    """In minor units of the service's currency; else `deposit_percent` of its price."""
    deposit_percent: int | None = None
    payment_minutes: int | None = None
    payment_when: PaymentWhen | None = Field(default=None, sa_column=Column(word(PaymentWhen), nullable=True))


business = table(Business)
coordinators = table(Coordinator)
staff = table(Staff)
staff_shifts = table(StaffShift)
date_overrides = table(DateOverride)
resources = table(Resource)
services = table(Service)
service_staff = table(ServiceStaff)
booking_policies = table(BookingPolicy)
THE_ONE = 1
"""The number of the one business."""
_VERSION = prepared(
    select(business.c.version).where(business.c.id == bindparam("number")).execution_options(**{OUTLIVES_LOCKS: True})
)


def touch_business(session: Session) -> None:
    """Something that belongs to it has changed: every process reads it anew."""
    session.execute(update(business).values(version=business.c.version + 1))


def version_now(session: Session) -> int | None:
    """The business's version, read once a transaction; None where no business is loaded."""
    row = read_once(session, _VERSION, THE_ONE)
    return None if row is None else row.version


def version_was(session: Session, row: Row[Any]) -> None:
    """What was read beside something else, and has the business's version, is what version_now() has read."""
    was_read(session, _VERSION, THE_ONE, row)


def business_version(session: Session) -> int:
    """0 where no business is loaded."""
    return version_now(session) or 0


def lock_business(session: Session) -> int | None:
    """Its version, LOCKED until the transaction ends; None where no business is loaded."""
    look_again(session)
    return session.execute(_VERSION.with_for_update(), {"number": THE_ONE}).scalar_one_or_none()


def active_staff(session: Session) -> dict[int, str]:
    """Who works here: number and name, in their order."""
    rows = session.execute(
        select(staff.c.id, staff.c.name).where(staff.c.active.is_(True)).order_by(staff.c.position, staff.c.id)
    )
    return {row.id: row.name for row in rows}


def lock_staff(session: Session, staff_id: int) -> None:
    """Let who else wants this lock wait until this transaction ends."""
    session.execute(select(staff.c.id).where(staff.c.id == staff_id).with_for_update())


def services_with_intake(session: Session) -> list[str]:
    """The names of the services that ask their clients something beforehand."""
    is_main = services.c.active.is_(True), services.c.variant_of.is_(None)
    offered = select(services.c.name, services.c.intake).where(*is_main).order_by(services.c.id)
    return [row.name for row in session.execute(offered) if row.intake]


def kept_for(session: Session) -> int:
    """For how many months the words of texts are kept; 0 for ever."""
    return int(session.execute(select(business.c.transcript_months)).scalar_one_or_none() or 0)


def has_business(session: Session) -> bool:
    """Whether a business has been loaded."""
    return session.execute(select(business.c.id)).first() is not None


def services_in_category(session: Session, category: str) -> set[int]:
    """The numbers of the services of this category, however it is written."""
    if not category:
        return set()
    rows = session.execute(select(services.c.id, services.c.category).where(services.c.category != ""))
    return {row.id for row in rows if row.category.casefold() == category.casefold()}
