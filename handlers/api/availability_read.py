"""When something can be had, and why not then: by the reckoning that makes the offers of a conversation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from conversations.business import Service, visit
from conversations.flows.reasons import plainest, told
from conversations.languages import known
from conversations.languages.render import render
from conversations.replies import say
from conversations.rules.availability import Calendar, Refusal, free_slots, why_busy, why_not
from handlers.api.caller import Caller
from handlers.api.rooms import room_of
from handlers.circumstances import Circumstances
from handlers.free_seats import free_seats
from handlers.gather_calendars import gather_calendars
from handlers.profile import Profile
from handlers.quoted_services import services_for
from models.claims import Holder
from models.class_sessions import classes_between

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Free:
    """A start that can be had, in the business's zone, and with whom; of a class, which it is and its seats left."""

    start: datetime
    staff_ids: tuple[int, ...]
    class_id: int | None = None
    seats: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody cannot start then; no refusal: they can."""

    staff_id: int
    refusal: Refusal | None
    words: str


def wanted_service(
    session: Session, service_ids: Sequence[int], staff_id: int | None, caller: Caller, profile: Profile
) -> Service | None:
    """These services as one visit, with this staff member where one is named; None where nobody gives them."""
    offered = [one for one in services_for(session, profile, caller.client_id) if one.staff_ids]
    found = visit(service_ids, offered)
    if found is None or staff_id is None:
        return found
    return replace(found, staff_ids=(staff_id,)) if staff_id in found.staff_ids else None


def free_starts(
    session: Session, service: Service, since: datetime, until: datetime, seats: int, caller: Caller,
    circumstances: Circumstances,
) -> list[Free]:  # fmt: skip
    """Those in [since, until), earliest first: every start of the grid that somebody is free for; of a class, its
    sessions with so many seats left."""
    profile = circumstances.profiles.current(session)
    if service.is_class:
        return _classes(session, service, since, until, seats, caller, circumstances, profile)
    zone, now = profile.business.zone, circumstances.now
    first, last = (since.astimezone(zone) - ONE_DAY).date(), (until.astimezone(zone) + ONE_DAY).date()
    found: dict[datetime, list[int]] = {}
    for calendar in _calendars(session, service, since, until, caller, circumstances, profile):
        for slot in free_slots([calendar], service.minutes, first, last, now):
            if since <= slot.start < until:
                found.setdefault(slot.start.astimezone(zone), []).append(calendar.staff.id)
    return [Free(start, tuple(found[start])) for start in sorted(found)]


def why_not_then(
    session: Session, service: Service, start: datetime, caller: Caller, circumstances: Circumstances
) -> tuple[Refusal | None, str, list[Reason]]:
    """Why it cannot be had then, in a word and in a sentence; and of each who gives it. Clients are told what is theirs
    to know, and that alone."""
    profile = circumstances.profiles.current(session)
    language = known(room_of(session, caller).language or profile.business.language)
    start, now = start.astimezone(profile.business.zone), circumstances.now
    calendars = _calendars(session, service, start, start, caller, circumstances, profile)
    refusals = [why_not(each, service.minutes, start, now) for each in calendars]
    if caller.is_client:
        refusal = None if None in refusals else plainest(refusals)
        words = say("time_is_free", when=start) if refusal is None else say(f"refused_{refusal}", when=start)
        return refusal, render(words, language), []
    reasons = []
    for calendar, refusal in zip(calendars, refusals, strict=True):
        if refusal is not Refusal.PAST:  # whoever works here may go beyond hours and notice, never over what stands
            refusal = why_busy(calendar, service.minutes, start) or refusal
        words = say(f"why_{refusal or 'free'}", service=service.called)
        reasons.append(Reason(calendar.staff.id, refusal, render(words, language)))
    chosen = _told_first(reasons)
    return chosen.refusal, chosen.words, reasons


def _told_first(reasons: Sequence[Reason]) -> Reason:
    """Who is free, else whoever's reason says most."""
    free = next((one for one in reasons if one.refusal is None), None)
    if free is not None:
        return free
    says_most = plainest(one.refusal for one in reasons)
    return next((one for one in reasons if one.refusal and told(one.refusal) is says_most), reasons[0])


def _calendars(
    session: Session, service: Service, since: datetime, until: datetime, caller: Caller,
    circumstances: Circumstances, profile: Profile,
) -> list[Calendar]:  # fmt: skip
    """What is held while this client is asked for their YES is free for them."""
    zone = profile.business.zone
    first, last = (since.astimezone(zone) - ONE_DAY).date(), (until.astimezone(zone) + ONE_DAY).date()
    own = ((Holder.CONVERSATION, room_of(session, caller).id),)
    return gather_calendars(session, profile, service, first, last, circumstances.now, own)


def _classes(
    session: Session, service: Service, since: datetime, until: datetime, seats: int, caller: Caller,
    circumstances: Circumstances, profile: Profile,
) -> list[Free]:  # fmt: skip
    zone, now = profile.business.zone, circumstances.now
    rows = classes_between(session, max(since, now), until, (service.id,), service.staff_ids)
    free = free_seats(session, rows, room_of(session, caller), now, profile)
    return [
        Free(row.start_at.astimezone(zone), (row.staff_id,), row.id, free[row.id])
        for row in rows
        if free[row.id] >= seats and row.start_at > now
    ]
