"""What a client asks for by a program: it happens to their conversation, as if they had texted it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.events import SeatsAsked, VisitAsked
from conversations.flows.asked_for import Refused, seats_refused, visit_refused
from conversations.flows.cancelling import fee
from conversations.flows.standing import Stance, is_open, stance
from conversations.languages.render import render
from conversations.money import Money
from handlers.advance import advance
from handlers.api.rooms import room_seen
from handlers.booked_for import room_of
from handlers.circumstances import Circumstances
from handlers.gather_facts import DatabaseFacts
from handlers.views import booking_view
from models.booking_listing import newest_of_client
from models.bookings import booking_by_id, live_booking_in_class
from models.clients import client_by_id, client_for
from models.conversations import conversation_by_id, lock_conversation


class NoRoom(Exception):
    """There is no conversation by which we reach this client, and no channel that could begin one."""


class NotHad(Exception):
    """It cannot be had as it was asked for."""

    def __init__(self, code: str, words: str, near: tuple[datetime, ...]) -> None:
        super().__init__(code)
        self.code, self.words, self.near = code, words, near


@dataclass(frozen=True, slots=True)
class Person:
    """A client as somebody else names them."""

    phone: str
    name: str = ""


def asked(session: Session, room: Row[Any], event: VisitAsked | SeatsAsked, circumstances: Circumstances) -> int:
    """The number of the booking. Raises NotHad and LostRace."""
    before = newest_of_client(session, room.client_id)
    advance(session, room, event, circumstances)
    made = newest_of_client(session, room.client_id)
    if made != before:
        return made
    facts = DatabaseFacts(session, room, circumstances, circumstances.profiles.current(session))
    found = visit_refused(event, facts) if isinstance(event, VisitAsked) else seats_refused(event, facts)
    if isinstance(found, Refused):
        raise NotHad(found.code, render(found.reply, facts.language), found.near)
    if isinstance(event, SeatsAsked) and (mine := live_booking_in_class(session, room.client_id, event.class_id)):
        return int(mine.id)  # the seats came to those that they had
    raise NotHad("raced", "", ())


def room_of_client(session: Session, client_id: int) -> Row[Any]:
    """The conversation in which they read of it, LOCKED. Raises NoRoom."""
    found = room_seen(session, client_id)
    if found is None:
        raise NoRoom
    return lock_conversation(session, found.id)


def room_of_person(session: Session, person: Person, circumstances: Circumstances) -> Row[Any]:
    """The same for whom somebody names by their number; they are a client from now on. Raises NoRoom."""
    client_id = client_for(session, person.phone, person.name, circumstances.now)
    room = room_of(session, person.phone, client_id, "", circumstances)
    if room is None:
        raise NoRoom
    return lock_conversation(session, room)


def cancel_fee(session: Session, booking_id: int, circumstances: Circumstances) -> Money | None:
    """What it costs a client to call this booking off now; None where it costs nothing, or is not for them to do."""
    row = booking_by_id(session, booking_id)
    if row is None or row.conversation_id is None:
        return None
    profile = circumstances.profiles.current(session)
    facts = DatabaseFacts(session, conversation_by_id(session, row.conversation_id), circumstances, profile)
    found = booking_view(row, profile)
    return fee(found, facts) if is_open(found, facts) and stance(found, facts) is Stance.FEE else None


def phone_of_client(session: Session, client_id: int) -> str:
    row = client_by_id(session, client_id)
    return (row.phone or "") if row is not None else ""
