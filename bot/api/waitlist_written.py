"""A place in a waiting line as callers read it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import Field

from bot.api.values import Output
from conversations.classes import WaitlistStatus
from conversations.languages.render import name_text
from conversations.rules.waitlist import Why
from handlers.api.caller import Caller
from handlers.api.waitlist_read import PlaceSeen
from handlers.profile import Profile


class Waiter(Output):
    id: int
    name: str
    phone: str


class Offer(Output):
    """What is offered to a place."""

    start_at: datetime
    staff_id: int
    answer_by: datetime | None
    is_held: bool = Field(description="else whoever answers first has it")


class WaitingPlace(Output):
    """One person's place in one line."""

    id: int
    status: WaitlistStatus
    number: int = Field(description="in the line, from 1; 0 for who waits no longer")
    class_session_id: int | None
    service_id: int
    service: str = Field(description="of a class, its title")
    staff_id: int | None = Field(description="with whom; null where anybody will do")
    wanted: str = Field(description="the local day, or start, that is waited for; of a class, its start")
    seats: int
    joined_at: datetime
    offer: Offer | None
    booking_id: int | None = Field(description="what came of it")
    client: Waiter | None = Field(description="null for clients, whose it is")
    why: Why | None = Field(description="why they are asked, or are not, where staff look at one place or one line")


def written(seen: PlaceSeen, caller: Caller, profile: Profile) -> WaitingPlace:
    row, of_class = seen.row, seen.of_class
    zone = ZoneInfo(of_class.timezone) if of_class is not None else profile.business.zone
    start = of_class.start_at.astimezone(zone) if of_class is not None else None
    name = profile.names_of_services.get(row.service_id, "")
    return WaitingPlace(
        id=row.id, status=row.status, number=seen.number, class_session_id=row.class_session_id or None,
        service_id=row.service_id,
        service=(of_class.title or of_class.service_name) if of_class is not None else name_text(name, "en"),
        staff_id=row.with_staff_id or None, wanted=f"{start:%Y-%m-%dT%H:%M}" if start is not None else row.wanted,
        seats=row.seats, joined_at=row.created_at.astimezone(zone), offer=_offer(seen, zone, start),
        booking_id=row.booking_id,
        client=None if caller.is_client else Waiter(
            id=row.client_id, name=row.client_name or "", phone=row.client_phone or ""
        ),
        why=seen.why,
    )  # fmt: skip


def _offer(seen: PlaceSeen, zone: ZoneInfo, start: datetime | None) -> Offer | None:
    row = seen.row
    if row.status is not WaitlistStatus.OFFERED:
        return None
    at = row.offer_start_at.astimezone(zone) if row.offer_start_at is not None else start
    if at is None:
        return None
    by = row.offer_expires_at.astimezone(zone) if row.offer_expires_at is not None else None
    staff_id = row.offer_staff_id or row.with_staff_id
    return Offer(start_at=at, staff_id=staff_id, answer_by=by, is_held=row.offer_seats > 0)
