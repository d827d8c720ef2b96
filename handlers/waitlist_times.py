"""Waiting for somebody's time, a start or a day: a place in line, what of it has come free, and the YES to that."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.business import ANY, Service
from conversations.classes import WaitlistStatus
from conversations.effects import Book, WaitForTime
from conversations.events import Booked, Event, OfferGone, OfferMade, OfferTaken, WaitlistJoined
from conversations.rules.availability import Calendar, free_slots, over_cap, why_busy, why_not
from conversations.rules.transitions import LIVE
from handlers.bookings_made import book, client_of
from handlers.circumstances import Circumstances
from handlers.gather_calendars import gather_calendars
from handlers.offers_kept import fresh_place, make_offer, stands_until
from handlers.place_taken import take_place
from handlers.profile import Profile
from handlers.time_owned import own_time
from models.booking_series import series_without
from models.bookings import bookings_of_series, newest_by_staff
from models.claims import AT_ONCE, Holder, let_go
from models.waitlist import change_entry, entry_at, was_accepted
from models.waitlist_looks import starts_of

Free = tuple[datetime, Calendar]
"""A start (UTC) that can be had, and with whom."""


def wait_for_time(
    session: Session, effect: WaitForTime, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event] | None:
    """A place at the end of the line; who is in it keeps theirs. None where they have been told of it."""
    now, client_id = circumstances.now, client_of(session, conversation, circumstances.now)
    wanted = effect.wanted[:16]
    entry = entry_at(session, client_id, 0, effect.service_id, effect.staff_id, wanted)
    if entry is not None and entry.status is WaitlistStatus.OFFERED:
        entry_id, is_new = entry.id, False
    else:
        entry_id, is_new = take_place(
            session, entry, now, client_id=client_id, class_session_id=0, service_id=effect.service_id,
            staff_id=effect.staff_id, wanted=wanted, conversation_id=conversation.id, seats=1,
            wanted_from=effect.start.astimezone(UTC), wanted_until=effect.end.astimezone(UTC), look_at=AT_ONCE,
        )  # fmt: skip
    if effect.is_told:
        return None
    return conversation.id, WaitlistJoined(fresh_place(session, entry_id, profile), is_new)


def accept(
    session: Session, entry: Row[Any], conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event]:
    """Book the start that was offered, where it is still to be had; one that a series of theirs left out becomes a
    visit of it."""
    now, start, staff_id = circumstances.now, entry.offer_start_at, entry.offer_staff_id
    is_live = entry.status is WaitlistStatus.OFFERED and entry.offer_seats > 0 and entry.offer_expires_at > now
    let_go(session, Holder.OFFER, entry.id)
    if start is None or not _can_be_had(session, entry, start, staff_id, now, profile, is_live=is_live):
        change_entry(session, entry.id, (WaitlistStatus.OFFERED,), status=WaitlistStatus.WAITING, look_at=AT_ONCE)
        return conversation.id, OfferGone(fresh_place(session, entry.id, profile))
    series = _series_without(session, entry, staff_id, start)
    effect = Book((entry.service_id,), staff_id, start.astimezone(profile.business.zone))
    if series is not None:
        effect = replace(effect, note=series.client_note, attendee=series.attendee, series_id=series.id)
    room, event = book(session, effect, conversation, circumstances, profile)
    assert isinstance(event, Booked)
    was_accepted(session, entry.id, event.booking.id, now)
    return room, OfferTaken(event.booking)


def _series_without(session: Session, entry: Row[Any], staff_id: int, start: datetime) -> Row[Any] | None:
    """The series of theirs that wants this start and left it out, of those that are had still."""
    for series in series_without(session, entry.client_id, entry.service_id, staff_id, start):
        visits = bookings_of_series(session, series.id)
        if any(row.status in LIVE and not row.more_service_ids for row in visits):
            return series
    return None


def offer_start(
    session: Session, entry: Row[Any], found: Free, circumstances: Circumstances, profile: Profile
) -> OfferMade:
    """Hold a start for one who waits; in the last hour nothing is held. Raises LostRace where somebody else has it."""
    (start, calendar), now = found, circumstances.now
    until, service = stands_until(start, now, profile), service_of_entry(entry, profile)
    assert service is not None
    if until is not None:
        own_time(session, profile, service, calendar.staff.id, start, Holder.OFFER, entry.id, now, until)
    return make_offer(
        session, entry, until or start, now, profile, offer_seats=int(until is not None), offer_start_at=start,
        offer_staff_id=calendar.staff.id, look_at=AT_ONCE,
    )  # fmt: skip


def free_start(
    session: Session, entry: Row[Any], now: datetime, profile: Profile, *, let_pass_before: bool = False
) -> Free | None:
    """The first start that they wait for and can have, with whose turn it is; none that they let pass, unless that is
    wanted."""
    service = service_of_entry(entry, profile)
    if service is None:
        return None
    length = timedelta(minutes=service.minutes)
    passed = [] if let_pass_before else starts_of(entry.passed_starts)
    calendars = _calendars(session, entry, service, now, profile)
    for start in _starts(entry, service, calendars, now):
        fits = entry.wanted_from <= start and start + length <= entry.wanted_until
        if not fits or any(abs(start - each) < length for each in passed):
            continue
        if free := [each for each in calendars if why_not(each, service.minutes, start, now) is None]:
            last = newest_by_staff(session, [each.staff.id for each in free])
            return start, min(free, key=lambda each: last.get(each.staff.id, 0))
    return None


def _starts(entry: Row[Any], service: Service, calendars: Sequence[Calendar], now: datetime) -> Iterable[datetime]:
    """The one that is wanted, or every free start of the day, earliest first."""
    if "T" in entry.wanted or not calendars:
        return [entry.wanted_from]
    first, last = _days(entry, calendars)
    return [slot.start.astimezone(UTC) for slot in free_slots(calendars, service.minutes, first, last, now)]


def _days(entry: Row[Any], calendars: Sequence[Calendar]) -> tuple[date, date]:
    zones = {calendar.staff.zone for calendar in calendars}
    first = min(entry.wanted_from.astimezone(zone).date() for zone in zones)
    return first, max(entry.wanted_until.astimezone(zone).date() for zone in zones)


def service_of_entry(entry: Row[Any], profile: Profile) -> Service | None:
    """What is waited for, with those who are wanted for it; None where it is given no more."""
    found = next((each for each in profile.services if each.id == entry.service_id and not each.is_class), None)
    if found is None or entry.staff_id == ANY:
        return found
    return replace(found, staff_ids=(entry.staff_id,)) if entry.staff_id in found.staff_ids else None


def _calendars(
    session: Session, entry: Row[Any], service: Service, now: datetime, profile: Profile
) -> Sequence[Calendar]:
    if not service.staff_ids:
        return ()
    first, last = entry.wanted_from.date(), entry.wanted_until.date()
    return gather_calendars(session, profile, service, first, last, now, ((Holder.OFFER, entry.id),))


def _can_be_had(
    session: Session, entry: Row[Any], start: datetime, staff_id: int, now: datetime, profile: Profile, *, is_live: bool
) -> bool:
    """What was held for them is theirs, whatever the notice; what was not, as for anybody."""
    service = service_of_entry(entry, profile)
    if service is None or start <= now:
        return False
    found = [each for each in _calendars(session, entry, service, now, profile) if each.staff.id == staff_id]
    if not is_live:
        return any(why_not(each, service.minutes, start, now) is None for each in found)
    day = [(each, start.astimezone(each.staff.zone).date()) for each in found]
    return any(why_busy(each, service.minutes, start) is None and over_cap(each, on) is None for each, on in day)
