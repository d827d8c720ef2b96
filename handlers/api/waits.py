"""What a client wishes of a waiting line by a program: it happens to their conversation, as if they had texted it."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.business import ANY
from conversations.classes import WaitlistStatus
from conversations.events import LeaveAsked, OfferAnswered, WaitAsked
from conversations.flows.asked_for import Refused
from conversations.flows.waits_asked import answer_refused, wait_refused, wanted_text
from conversations.languages.render import render
from handlers.advance import advance
from handlers.api.wishes import NotHad, room_of_client
from handlers.circumstances import Circumstances
from handlers.gather_facts import DatabaseFacts
from models.waitlist import OPEN, entry_at, entry_by_id


def waited(session: Session, room: Row[Any], event: WaitAsked, circumstances: Circumstances) -> int:
    """The number of the place. Raises NotHad and LostRace."""
    facts = DatabaseFacts(session, room, circumstances, circumstances.profiles.current(session))
    _check(wait_refused(event, facts), facts)
    advance(session, room, event, circumstances)
    if event.class_id is not None:
        entry = entry_at(session, room.client_id, event.class_id, 0)
    else:
        entry = entry_at(session, room.client_id, 0, event.service_id, event.staff_id or ANY, wanted_text(event))
    if entry is None or entry.status not in OPEN:
        raise NotHad("raced", "", ())
    return int(entry.id)


def left(session: Session, entry_id: int, client_id: int, circumstances: Circumstances) -> None:
    """Raises NotHad where they wait no longer."""
    room = room_of_client(session, client_id)
    entry = entry_by_id(session, entry_id)
    if entry is None or entry.status not in OPEN:
        raise NotHad("not_waiting", "You wait for that no longer.", ())
    advance(session, room, LeaveAsked(entry_id), circumstances)


def answered(session: Session, event: OfferAnswered, client_id: int, circumstances: Circumstances) -> None:
    """The client's YES or NO to what was offered to a place of theirs. Raises NotHad and LostRace."""
    room = room_of_client(session, client_id)
    entry = entry_by_id(session, event.place_id)
    if entry is None or entry.offered_at is None or entry.status is WaitlistStatus.LEFT:
        raise NotHad("nothing_offered", "Nothing has been offered to this place.", ())
    facts = DatabaseFacts(session, room, circumstances, circumstances.profiles.current(session))
    _check(answer_refused(event, facts), facts)
    advance(session, room, event, circumstances)
    entry = entry_by_id(session, event.place_id)
    if event.is_yes and (entry is None or entry.status is not WaitlistStatus.ACCEPTED):
        raise NotHad("offer_gone", "Somebody else has it by now.", ())


def _check(found: object, facts: DatabaseFacts) -> None:
    if isinstance(found, Refused):
        raise NotHad(found.code, render(found.reply, facts.language), found.near)
