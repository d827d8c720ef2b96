"""Bookings that stand: which of them a client's wish is meant for, and what they may still do about it themselves."""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum

from conversations.booking import BookingStatus, BookingView
from conversations.dialogue import Awaiting, Dialogue, Subject
from conversations.events import Said
from conversations.facts import Facts
from conversations.flows import options
from conversations.languages.render import render
from conversations.replies import say
from conversations.turn import Turn
from conversations.understanding import Understood

STANDING = (BookingStatus.PENDING, BookingStatus.APPROVED, BookingStatus.CONFIRMED)
_NUMBER = re.compile(r"#\s*(\d{1,9})\b|^\s*\w+\s+(\d{1,9})\b(?![:.]\d)")


def is_open(found: BookingView, facts: Facts) -> bool:
    """Whether it stands and lies ahead, so that it may still be changed."""
    return found.status in STANDING and found.start > facts.now


class Stance(StrEnum):
    """What it takes to cancel a booking."""

    FREE = "free"
    """The client's word."""
    FEE = "fee"
    """The client's word, and a fee."""
    ASK = "ask"
    """The coordinator's word."""


def stance(found: BookingView, facts: Facts) -> Stance:
    """A request that still waits binds nobody, so it may be taken back at any time."""
    terms = facts.terms(found)
    if found.status is BookingStatus.PENDING or terms.leaves_to_client(found.start, facts.now):
        return Stance.FREE
    return Stance.FEE if terms.cancel_fee else Stance.ASK


def asks_to_move(found: BookingView, facts: Facts) -> bool:
    """Whether another time for it is for the coordinator to approve."""
    terms = facts.terms(found)
    return terms.asks_about_moves or not terms.leaves_to_client(found.start, facts.now)


def of_client(facts: Facts) -> list[BookingView]:
    """This client's bookings that may still be changed, soonest first."""
    return [found for found in facts.my_bookings() if is_open(found, facts)]


def meant(understood: Understood, event: Said, facts: Facts, *, by_time: bool) -> list[BookingView]:
    """Those that a text can mean: the one it quotes or numbers, else all that fit what it names of them. `by_time`: the
    day and hour it says are theirs, not those of a new wish."""
    mine = of_client(facts)
    named: set[int | None] = {int(number) for found in _NUMBER.findall(event.text) for number in found if number}
    quoted = {event.about} if not understood.service_ids else set()
    if one := [found for found in mine if found.id in (named or quoted)]:
        return one
    days, times = understood.date.dates, understood.time.times
    tests: list[Callable[[BookingView], bool]] = [
        lambda found: bool(set(found.service_ids) & set(understood.service_ids)),
        lambda found: found.staff_id == understood.staff_id,
    ]
    if by_time:
        tests += [lambda found: found.start.date() in days, lambda found: found.start.time() in times]
    for test in tests:
        mine = [found for found in mine if test(found)] or mine
    return mine


def is_sure(understood: Understood, found: Sequence[BookingView]) -> bool:
    """Whether a text means one of them alone, and names no service that it is not for."""
    named = set(understood.service_ids)
    return len(found) == 1 and (not named or not named.isdisjoint(found[0].service_ids))


def ask_which(dialogue: Dialogue, wish: str, found: Sequence[BookingView], text: str, facts: Facts) -> Turn:
    """Which of them; the words of the wish are kept for when that is known."""
    labels = [
        (
            f"{wish} {each.id} {text}",
            render(say("booking_option", service=each.service, when=each.start), facts.language),
        )
        for each in found
    ]
    choices = options.numbered(Subject.BOOKING, labels)
    return Turn(dialogue.asking(Awaiting.WHICH_BOOKING, choices), (say("which_booking", choices),))
