"""A client has asked for a whole visit, or for seats in a class, in one: by a program, as if they had answered every
question and said YES. Either it can be had as it is asked for, or nothing happens."""

from dataclasses import dataclass
from datetime import datetime

from conversations.business import Service
from conversations.classes import ClassStatus, ClassView
from conversations.dialogue import Dialogue
from conversations.effects import AcceptAgreement, Book, BookSeats, Effect, KeepEmail, Rename
from conversations.events import SeatsAsked, SeriesAsked, VisitAsked
from conversations.facts import Facts
from conversations.flows import visits
from conversations.flows.booking import LOOK_AHEAD, LOOK_BACK
from conversations.flows.open_requests import too_many_open
from conversations.flows.reasons import plainest
from conversations.replies import Reply, say
from conversations.rules.availability import Calendar, free_slots, why_not
from conversations.rules.choosing import nearest
from conversations.turn import Turn


@dataclass(frozen=True, slots=True)
class Refused:
    """Why it cannot be had: a word for programs, a sentence for people, and the nearest starts that can."""

    code: str
    reply: Reply
    near: tuple[datetime, ...] = ()


def visit_asked(dialogue: Dialogue, event: VisitAsked, facts: Facts) -> Turn:
    found = visit_refused(event, facts)
    if isinstance(found, Refused):
        return Turn(dialogue)
    service, calendar = found
    wish = Book(event.service_ids, calendar.staff.id, event.start, event.note, event.attendee, brief=event.brief)
    return Turn(dialogue, (), (*introduced(event), *agreed_to(service, event.agreed), wish))


def seats_asked(dialogue: Dialogue, event: SeatsAsked, facts: Facts) -> Turn:
    found = seats_refused(event, facts)
    if isinstance(found, Refused):
        return Turn(dialogue)
    service = visits.offered((found.service_id,), facts)
    agreed = agreed_to(service, event.agreed) if service is not None else ()
    wish = BookSeats(found.id, event.seats, event.note, event.attendee)
    return Turn(dialogue, (), (*introduced(event), *agreed, wish))


def visit_refused(event: VisitAsked, facts: Facts) -> Refused | tuple[Service, Calendar]:
    """Why a visit cannot be had; else what it is, and whose calendar it comes into."""
    service = visits.offered(event.service_ids, facts)
    if service is None or service.is_class:
        return Refused("no_such_service", say("no_services", business=facts.business.name))
    if (missing := not_agreed(service, event.agreed, facts)) is not None:
        return missing
    start = event.start.astimezone(facts.business.zone)
    calendars = [
        one for one in facts.calendars(service, start.date(), start.date()) if event.staff_id in (None, one.staff.id)
    ]
    refusals = {one.staff.id: why_not(one, service.minutes, start, facts.now) for one in calendars}
    free = [one for one in calendars if refusals[one.staff.id] is None]
    if not free:
        reason = plainest(refusals.values())
        return Refused(reason.value, say(f"refused_{reason}", when=start), _near(service, event, start, facts))
    turn = facts.whose_turn([one.staff.id for one in free])
    chosen = next(one for one in free if one.staff.id == turn)
    if (refusal := too_many_open(chosen.terms, facts)) is not None:
        return Refused("too_many_open", refusal)
    return service, chosen


def seats_refused(event: SeatsAsked, facts: Facts) -> Refused | ClassView:
    """Why these seats cannot be had; else the class."""
    found = facts.class_session(event.class_id)
    if found is None or found.status is not ClassStatus.SCHEDULED or found.start <= facts.now:
        return Refused("class_gone", say("class_gone"))
    if found.free < event.seats:
        return Refused("class_full", say("class_seats_lost", service=found.name, when=found.start))
    service = visits.offered((found.service_id,), facts)
    if service is not None and (missing := not_agreed(service, event.agreed, facts)) is not None:
        return missing
    if (refusal := too_many_open(facts.terms_for(found.staff_id, found.service_id), facts)) is not None:
        return Refused("too_many_open", refusal)
    return found


def not_agreed(service: Service, agreed: tuple[str, ...], facts: Facts) -> Refused | None:
    """The agreement that is still to be said yes to, where there is one."""
    for one in service.agreements:
        if one.version not in agreed and not facts.has_accepted(one):
            return Refused(
                "agreement_needed", say("ask_agreement", text=one.text(facts.language, facts.business.language))
            )
    return None


def agreed_to(service: Service, agreed: tuple[str, ...]) -> tuple[Effect, ...]:
    return tuple(AcceptAgreement(one.service_id, one.version) for one in service.agreements if one.version in agreed)


def introduced(event: VisitAsked | SeatsAsked | SeriesAsked) -> tuple[Effect, ...]:
    """Who they are, where they say so."""
    name: tuple[Effect, ...] = (Rename(event.name),) if event.name else ()
    return (*name, KeepEmail(event.email)) if event.email else name


def _near(service: Service, event: VisitAsked, start: datetime, facts: Facts) -> tuple[datetime, ...]:
    first, last = (start - LOOK_BACK).date(), (start + LOOK_AHEAD).date()
    found = facts.calendars(service, first, last)
    wanted = [one for one in found if event.staff_id in (None, one.staff.id)]
    return tuple(one.start for one in nearest(free_slots(wanted, service.minutes, first, last, facts.now), start))
