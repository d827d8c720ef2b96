"""What a client reads when something has happened to their series: one text, however many visits it has."""

from datetime import datetime

from conversations.booking import BookingStatus, BookingView
from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import TellCoordinator
from conversations.events import Said, SeriesBooked, SeriesDecided, SeriesTakesLonger
from conversations.facts import Facts
from conversations.flows import one_each, series_waiting
from conversations.flows.notices import client_line, meeting_lines, offer_others
from conversations.flows.pay_words import how_to_pay
from conversations.flows.series_words import dates, left_out, numbered_dates, pattern_of, rhythm_line
from conversations.flows.their_time import their_time
from conversations.replies import Reply, Value, say
from conversations.series import SeriesView
from conversations.turn import Turn
from conversations.values import replace

_KEYS = {
    BookingStatus.CONFIRMED: "series_approved",
    BookingStatus.DECLINED: "series_declined",
    BookingStatus.EXPIRED: "series_expired",
    BookingStatus.CANCELLED: "series_cancelled",
}
_REFUSED = (BookingStatus.DECLINED, BookingStatus.EXPIRED)


def booked(dialogue: Dialogue, event: SeriesBooked, facts: Facts) -> Turn:
    """Thanks, and what was left out to be waited for; word to the coordinator with the whole list; then the second wish
    of the same text."""
    series, (first, *_) = event.series, event.series.bookings
    settled, numbers = first.status is not BookingStatus.PENDING, tuple(item.number for item in series.items)
    further = dialogue.next_wish or one_each.wish_for_next(dialogue, facts)
    then = (Said(further),) if further else ()
    waits = series_waiting.wait_option(series, facts)
    dialogue = replace(dialogue.without_slots(), booking_id=first.id, settled=settled, options=waits)
    name: Reply | str = say("to_name", name=first.client) if first.client_named else ""
    key = "series_booked" if settled else "series_requested"
    asked = _asked(series, numbers)
    if asked is not None:
        reply = _to_pay(say("booked_lead", name=name), asked, told_of(series, numbers), facts)
        word = TellCoordinator(prompt("series_notice", series), first.id)
        return Turn(replace(dialogue, settled=False), (reply,), (word,), then)
    reply = say(
        key, waits, name=name, place=first.place,
        meeting=meeting_lines(first), elsewhere=their_time(first.phone, first.start), **told_of(series, numbers),
    )  # fmt: skip
    tell = prompt("series_notice" if settled else "series_prompt", series)
    return Turn(dialogue, (reply,), (TellCoordinator(tell, first.id, may_wait=True),), then)


def decided(dialogue: Dialogue, event: SeriesDecided, facts: Facts) -> Turn:
    """Word to both of what became of these visits, and of the money that goes back."""
    turn = _decided(dialogue, event, facts)
    if event.returned is None or not event.returned.amount:
        return turn
    first = event.series.bookings[0]
    reply = say("series_refund_coming", id=event.series.id, price=event.returned, service=first.service)
    tell = say("series_refund_notice", id=event.series.id, client=first.client, price=event.returned)
    effects = (*turn.effects, TellCoordinator(tell, first.id))
    return replace(turn, replies=(*turn.replies, reply), effects=effects)


def _decided(dialogue: Dialogue, event: SeriesDecided, facts: Facts) -> Turn:
    """What became of these visits; where nothing is left of what was asked for, other times, at the same rhythm. Who
    cancelled them by themselves has word sent to the coordinator."""
    series, numbers = event.series, event.numbers
    key = _KEYS[event.status]
    values = told_of(series, numbers)
    dialogue = settle_series(dialogue, series)
    if not event.by_client:
        waiting = (
            say("series_rest_waits", visits=say("series_all_visits", count=len(series.pending)))
            if series.pending
            else ""
        )
        meeting = meeting_lines(series.bookings[0]) if event.status is BookingStatus.CONFIRMED else ""
        reply = say(key, words=event.words, waiting=waiting, meeting=meeting, **values)
        asked = _asked(series, numbers) if event.status is BookingStatus.CONFIRMED else None
        if asked is not None:
            more: dict[str, Value] = {"words": event.words, "waiting": waiting}
            reply = _to_pay(say("approved_lead"), asked, values | more, facts)
        if event.status in _REFUSED and not _standing(series):
            turn = offer_others(dialogue, series.bookings[0], (reply,), facts)
            is_offered = turn.dialogue.awaiting is Awaiting.TIME and dialogue.service_id is None
            return replace(turn, dialogue=replace(turn.dialogue, rhythm=series.rhythm)) if is_offered else turn
        return Turn(dialogue, (reply,))
    tell = say(
        "series_cancelled_notice", id=series.id, client=series.bookings[0].client, service=values["service"],
        staff=values["staff"], visits=values["visits"], words=event.words,
        dates=values["dates"],
    )  # fmt: skip
    first = next(item.booking for item in series.items if item.number in numbers and item.booking is not None)
    return Turn(dialogue, (say("series_cancelled_yourself", **values),), (TellCoordinator(tell, first.id),))


def _asked(series: SeriesView, numbers: tuple[int, ...]) -> BookingView | None:
    """The visit among these with which all of them are paid; None where nothing is to be paid."""
    mine = (found for found in series.bookings if series.numbered(found.id) in numbers)
    return next((found for found in mine if found.payment is not None), None)


def _to_pay(lead: Reply, found: BookingView, values: dict[str, Value], facts: Facts) -> Reply:
    asked = found.payment
    assert asked is not None
    how = how_to_pay(asked, asked.methods, facts)
    said: dict[str, Value] = {"words": "", "waiting": "", **values}
    return say("series_to_pay", lead=lead, price=asked.left, until=asked.due_at, how=how, **said)


def takes_longer(dialogue: Dialogue, event: SeriesTakesLonger) -> Turn:
    first = event.series.bookings[0]
    return Turn(dialogue, (say("series_takes_longer", id=event.series.id, service=first.service),))


def prompt(key: str, series: SeriesView) -> Reply:
    """The coordinator's view of a series: every visit by its number."""
    first = series.bookings[0]
    waiting = [item for item in series.items if item.booking is not None and item.booking.status is first.status]
    return say(
        key, id=series.id, client=client_line(first), service=first.service, minutes=first.minutes,
        staff=first.staff, note=first.note, attendee=first.attendee, rhythm=rhythm_line(pattern_of(series)),
        visits=say("series_all_visits", count=len(waiting)), dates=numbered_dates(series, waiting),
        left_out=left_out(series.left_out), first=first.start,
    )  # fmt: skip


def told_of(series: SeriesView, numbers: tuple[int, ...]) -> dict[str, Value]:
    """What every text about these visits says."""
    starts, first = _starts(series, numbers), series.bookings[0]
    return {
        "id": series.id, "service": first.service, "staff": first.staff, "rhythm": rhythm_line(pattern_of(series)),
        "visits": say("series_all_visits", count=len(starts)), "dates": dates(starts, pattern_of(series)),
        "first": starts[0], "left_out": left_out(series.left_out) if len(starts) == len(series.bookings) else "",
    }  # fmt: skip


def _starts(series: SeriesView, numbers: tuple[int, ...]) -> list[datetime]:
    return sorted(item.booking.start for item in series.items if item.booking is not None and item.number in numbers)


def settle_series(dialogue: Dialogue, series: SeriesView) -> Dialogue:
    """As for one booking: what the client is filling in for another stays as it is."""
    mine = {found.id for found in series.bookings}
    if dialogue.changing and dialogue.booking_id in mine:
        dialogue = dialogue.without_slots()
    if dialogue.awaiting is Awaiting.PROPOSAL and dialogue.booking_id in mine:
        dialogue = dialogue.asking(Awaiting.NOTHING)
    kept, standing = _kept(series), _standing(series)
    if dialogue.booking_id is None or dialogue.booking_id in mine:
        dialogue = replace(dialogue, booking_id=standing[0].id if standing else None, settled=bool(kept))
    return dialogue


def _kept(series: SeriesView) -> tuple[BookingView, ...]:
    return tuple(found for found in series.bookings if found.status is BookingStatus.CONFIRMED)


def _to_be_paid(series: SeriesView) -> tuple[BookingView, ...]:
    return tuple(found for found in series.bookings if found.status is BookingStatus.APPROVED)


def _standing(series: SeriesView) -> tuple[BookingView, ...]:
    return (*_kept(series), *_to_be_paid(series), *series.pending)
