"""What a client wishes of a series by a program, or somebody for them: it happens to their conversation, as if they had
texted it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingView
from conversations.events import CancelAsked, LaterCancelAsked, SeriesAsked
from conversations.flows import cancelling, series_cancelled
from conversations.flows.asked_for import Refused
from conversations.flows.series_asked import Planned, series_planned, series_refused
from conversations.flows.standing import Stance, is_open, stance
from conversations.languages.render import render
from conversations.money import Money
from handlers.advance import advance
from handlers.api.wishes import NotHad, room_of_client
from handlers.circumstances import Circumstances
from handlers.gather_facts import DatabaseFacts
from models.series_listing import newest_series_of


@dataclass(frozen=True, slots=True)
class CallingOff:
    """Which visits of a series a client calls off: one, or it and all later ones. `fee`: they know what it costs."""

    booking_id: int
    and_later: bool
    fee: bool


def planned(session: Session, room: Row[Any], event: SeriesAsked, circumstances: Circumstances) -> Planned:
    """What of it can be had. Raises NotHad."""
    facts = _facts(session, room, circumstances)
    found = series_planned(event, facts)
    if isinstance(found, Refused):
        raise NotHad(found.code, render(found.reply, facts.language), found.near)
    return found


def asked(session: Session, room: Row[Any], event: SeriesAsked, circumstances: Circumstances) -> int:
    """The number of the series. Raises NotHad and LostRace."""
    before = newest_series_of(session, room.client_id)
    advance(session, room, event, circumstances)
    made = newest_series_of(session, room.client_id)
    if made != before:
        return made
    facts = _facts(session, room, circumstances)
    found = series_refused(event, facts)
    if isinstance(found, Refused):
        raise NotHad(found.code, render(found.reply, facts.language), found.near)
    raise NotHad("raced", "", ())


class CostsFee(Exception):
    """Calling it off so late costs this, and the client has not said that they know."""

    def __init__(self, fee: Money) -> None:
        super().__init__()
        self.fee = fee


def called_off(session: Session, wanted: CallingOff, client_id: int, circumstances: Circumstances) -> bool:
    """Whether some of it is too near for the client's word: it stands, and the coordinator is told. Raises NotHad,
    CostsFee and LostRace."""
    room = room_of_client(session, client_id)
    facts = _facts(session, room, circumstances)
    found = facts.booking(wanted.booking_id)
    if found is None or not is_open(found, facts):
        raise NotHad("over", "It does not stand any more, or has begun.", ())
    price = _fee(found, facts, and_later=wanted.and_later)
    if price is not None and not wanted.fee:
        raise CostsFee(price)
    of_these = series_cancelled.later_ones(found, facts) if wanted.and_later else [found]
    is_passed_on = any(stance(each, facts) is Stance.ASK for each in of_these)
    event = LaterCancelAsked(found.id) if wanted.and_later else CancelAsked(found.id)
    advance(session, room, event, circumstances)
    return is_passed_on


def _fee(found: BookingView, facts: DatabaseFacts, *, and_later: bool) -> Money | None:
    if and_later:
        price = series_cancelled.fee(found, facts)
        return price if price.amount else None
    return cancelling.fee(found, facts) if stance(found, facts) is Stance.FEE else None


def _facts(session: Session, room: Row[Any], circumstances: Circumstances) -> DatabaseFacts:
    return DatabaseFacts(session, room, circumstances, circumstances.profiles.current(session))
