"""A client has asked by a program to wait for what is full, to wait no longer, or has answered an offer: as if they had
texted it. Either it can be done as it is asked for, or nothing happens."""

from datetime import datetime

from conversations.business import Service
from conversations.classes import ClassStatus, Place
from conversations.dialogue import Dialogue
from conversations.effects import AcceptOffer, DeclineOffer, Effect, JoinWaitlist, LeaveWaitlist, WaitForTime
from conversations.events import LeaveAsked, OfferAnswered, WaitAsked
from conversations.facts import Facts
from conversations.flows import visits, waiting
from conversations.flows.asked_for import Refused, agreed_to, not_agreed
from conversations.flows.offers import WAITS
from conversations.flows.reasons import MAY_COME_FREE, plainest, told, why_none_free
from conversations.replies import say
from conversations.rules.availability import WallTime, day_refusals, free_slots, wall_time, why_not
from conversations.rules.choosing import spread
from conversations.stored import time_text
from conversations.turn import Turn
from conversations.values import replace

FEW = 3


def wait_asked(dialogue: Dialogue, event: WaitAsked, facts: Facts) -> Turn:
    found = wait_refused(event, facts)
    return Turn(dialogue) if isinstance(found, Refused) else Turn(dialogue, (), (found,))


def leave_asked(dialogue: Dialogue, event: LeaveAsked, facts: Facts) -> Turn:
    mine = next((place for place in facts.my_places() if place.id == event.place_id), None)
    if mine is None:
        return Turn(dialogue)
    reply = say("wait_left", lines=(waiting.what(mine),))
    return Turn(_without(dialogue, mine.id), (reply,), (LeaveWaitlist((mine.id,)),))


def offer_answered(dialogue: Dialogue, event: OfferAnswered, facts: Facts) -> Turn:
    found = answer_refused(event, facts)
    if isinstance(found, Refused):
        return Turn(dialogue)
    dialogue = _without(dialogue, found.id)
    if not event.is_yes:
        return Turn(dialogue, (say("offer_passed"),), (DeclineOffer(found.id),))
    service = visits.offered((found.service_id,), facts)
    agreed = agreed_to(service, event.agreed) if service is not None else ()
    return Turn(dialogue, (), (*agreed, AcceptOffer(found.id)))


def wait_refused(event: WaitAsked, facts: Facts) -> Refused | JoinWaitlist | WaitForTime:
    """Why nobody waits for this; else what is waited for."""
    return _class_refused(event, facts) if event.class_id is not None else _time_refused(event, facts)


def answer_refused(event: OfferAnswered, facts: Facts) -> Refused | Place:
    """Why nothing can be answered; else the place to which it is offered. What was offered before may still be had."""
    place = facts.place(event.place_id)
    if place is None or (place.status not in WAITS and not event.is_yes):
        return Refused("nothing_offered", say("wait_none"))
    if not event.is_yes and not place.is_offered:
        return Refused("nothing_offered", say("wait_already", what=waiting.what(place), number=place.number))
    service = visits.offered((place.service_id,), facts)
    if event.is_yes and service is not None and (missing := not_agreed(service, event.agreed, facts)) is not None:
        return missing
    return place


def wanted_text(event: WaitAsked) -> str:
    """How the time that is waited for is kept: "2026-03-12", or "2026-03-12T15:00"."""
    assert event.day is not None
    return event.day.isoformat() + (f"T{time_text(event.at)}" if event.at is not None else "")


def _class_refused(event: WaitAsked, facts: Facts) -> Refused | JoinWaitlist:
    assert event.class_id is not None
    found = facts.class_session(event.class_id)
    if found is None or found.status is not ClassStatus.SCHEDULED or found.start <= facts.now:
        return Refused("class_gone", say("class_gone"))
    if event.seats > found.capacity:
        return Refused("class_too_small", say("class_too_small", service=found.name, capacity=found.capacity))
    mine = next((place for place in facts.my_places() if place.class_id == found.id), None)
    if mine is not None and mine.is_offered:
        return Refused("offered", waiting.offer(mine, facts))
    if found.free >= event.seats:
        return Refused("has_room", say("wait_not_needed"))
    return JoinWaitlist(found.id, event.seats)


def _time_refused(event: WaitAsked, facts: Facts) -> Refused | WaitForTime:
    service = visits.offered((event.service_id,), facts)
    if service is None or service.is_class or event.staff_id not in (None, *service.staff_ids):
        return Refused("no_such_service", say("no_services", business=facts.business.name))
    found = _why_nobody_waits(event, service, facts)
    if found is not None:
        return found
    wish = replace(Dialogue(), staff_id=event.staff_id)
    effects: tuple[Effect, ...] = waiting.wait_for_time(wish, service, wanted_text(event), facts).effects
    return next(effect for effect in effects if isinstance(effect, WaitForTime))


def _why_nobody_waits(event: WaitAsked, service: Service, facts: Facts) -> Refused | None:
    """It is free, or it will never be."""
    day, at = event.day, event.at
    assert day is not None
    calendars = [one for one in facts.calendars(service, day, day) if event.staff_id in (None, one.staff.id)]
    if at is None:
        if slots := free_slots(calendars, service.minutes, day, day, facts.now):
            near = tuple(slot.start for slot in spread(slots, FEW))
            return Refused("has_room", say("wait_not_needed"), near)
        reasons = day_refusals(calendars, service.minutes, day, facts.now)
        if any(told(reason) in MAY_COME_FREE for reason in reasons):
            return None
        return Refused(plainest(reasons).value, why_none_free(calendars, service, day, facts))
    if wall_time(day, at, facts.business.zone) is WallTime.GAP:
        return Refused("gap", say("time_gap", at=at, day=day))
    start = datetime.combine(day, at, facts.business.zone)
    refusals = [why_not(one, service.minutes, start, facts.now) for one in calendars]
    if None in refusals:
        return Refused("has_room", say("wait_not_needed"), (start,))
    why = plainest(refusals)
    return None if why in MAY_COME_FREE else Refused(why.value, say(f"refused_{why}", when=start))


def _without(dialogue: Dialogue, place_id: int) -> Dialogue:
    return replace(dialogue, offer_id=None) if dialogue.offer_id == place_id else dialogue
