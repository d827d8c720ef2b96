"""A command about a series, or about some of its occurrences."""

from collections.abc import Sequence
from datetime import datetime

from conversations.booking import BookingStatus, BookingView
from conversations.commands.base import Command, Outcome, SeriesRef, handled
from conversations.commands.changing import STANDS, stands_no_longer, told, warned, with_line
from conversations.commands.times import staff_of
from conversations.commands.words import read, read_moment
from conversations.effects import DecideSeries, MoveSeries
from conversations.facts import Facts
from conversations.flows.notices import client_line
from conversations.flows.series_moved import day_meant, new_starts
from conversations.flows.series_words import dates, left_out, pattern_of, rhythm_line
from conversations.replies import Reply, Value, say
from conversations.series import SeriesItem, SeriesView

Items = tuple[SeriesItem, ...]


def of_series(command: Command, ref: SeriesRef, rest: str, facts: Facts) -> Outcome:
    """What the command does about these occurrences; one that knows no series, about one of them."""
    series = facts.series(ref.id)
    if series is None:
        return Outcome(say("command_unknown_series", id=ref.id))
    by_number = {item.number: item for item in series.items if item.booking is not None}
    missing = next((number for number in ref.numbers if number not in by_number), None)
    if missing is not None:
        return Outcome(say("command_series_missing", id=ref.id, number=missing))
    first = min(ref.numbers, default=0)
    named = [n for n in by_number if n >= first] if ref.onwards else ref.numbers or list(by_number)
    items = tuple(by_number[number] for number in named)
    if command.run_series is not None:
        return command.run_series(series, items, rest, facts)
    booking = items[0].booking if len(items) == 1 else None
    if booking is None or command.run is None:
        number = next(iter(by_number), 1)
        return Outcome(say("command_series_one", word=command.word, id=ref.id, number=number))
    return command.run(booking, rest, facts)


def approve(series: SeriesView, items: Items, rest: str, facts: Facts) -> Outcome:
    wanted = [found for found in _bookings(items) if found.status is BookingStatus.PENDING and found.start > facts.now]
    if not wanted:
        return Outcome(say("command_series_answered", id=series.id))
    until = facts.to_be_paid_by(wanted[0])
    reply = say("command_series_approved", **_values(series, wanted))
    if until is not None:
        reply = say("command_series_to_pay", until=until, **_values(series, wanted))
    outcome = warned(wanted[0], reply, _decide(series, wanted, BookingStatus.CONFIRMED, rest))
    return _with_handled(outcome, series, items, wanted)


def decline(series: SeriesView, items: Items, rest: str, _facts: Facts) -> Outcome:
    wanted = [found for found in _bookings(items) if found.status is BookingStatus.PENDING]
    if not wanted:
        return Outcome(say("command_series_answered", id=series.id))
    reply = say("command_series_declined", **_values(series, wanted))
    outcome = told(wanted[0], reply, _decide(series, wanted, BookingStatus.DECLINED, rest))
    return _with_handled(outcome, series, items, wanted)


def cancel(series: SeriesView, items: Items, rest: str, facts: Facts) -> Outcome:
    """What stands and is not over; the past stays as it was."""
    wanted = [found for found in _bookings(items) if stands_no_longer(found, facts) is None]
    if not wanted:
        return Outcome(say("command_series_over", id=series.id))
    reply = say("command_series_cancelled", **_values(series, wanted))
    return told(wanted[0], reply, _decide(series, wanted, BookingStatus.CANCELLED, rest))


def move(series: SeriesView, items: Items, rest: str, facts: Facts) -> Outcome:
    """The first of them at that time, the others as many days and the same hour on; what is taken then stays."""
    ahead = [found for found in _bookings(items) if stands_no_longer(found, facts) is None]
    if not ahead:
        return Outcome(say("command_series_over", id=series.id))
    staff = staff_of(ahead[0], facts)
    moment = read_moment(rest, facts, staff, ahead[0].start.date())
    if not rest or staff is None or moment.unclear or (moment.day is None and moment.at is None):
        return Outcome(say("command_time_unclear", id=ahead[0].id, word="MOVE"))
    start = moment.start(ahead[0].start, facts)
    if start is None:
        return Outcome(say("command_time_gap", id=ahead[0].id, at=moment.at or ahead[0].start.time()))
    day = day_meant(ahead[0], read(rest, facts, staff, ahead[0].start.date()).date, facts.language) or start.date()
    moved, staying = new_starts(ahead[0], datetime.combine(day, start.time()), ahead, facts, notice=False)
    left = dates([each.start for each in staying], pattern_of(series))
    if not moved:
        return Outcome(say("command_series_stay", staying=left))
    starts = [at for _, at in moved]
    reply = say("command_series_moved", id=series.id, **_visits(series, starts))
    effect = MoveSeries(series.id, tuple((found.id, found.version, at) for found, at in moved))
    return with_line(told(ahead[0], reply, effect), say("command_series_stay", staying=left) if left else "")


def show(series: SeriesView, items: Items, _rest: str, _facts: Facts) -> Outcome:
    first = series.bookings[0]
    lines = tuple(
        say(
            "show_series_line", number=item.number, id=item.booking.id, when=item.booking.start,
            status=say(f"status_{item.booking.status}"),
        )
        for item in items
        if item.booking is not None
    )  # fmt: skip
    return Outcome(
        say(
            "show_series", id=series.id, service=first.service, minutes=first.minutes, staff=first.staff,
            client=client_line(first), attendee=first.attendee, rhythm=rhythm_line(pattern_of(series)), lines=lines,
            left_out=left_out(series.left_out), note=first.note,
        )
    )  # fmt: skip


def pending_line(series: SeriesView) -> Reply:
    first = series.pending[0]
    return say(
        "pending_line_series", id=series.id, client=first.client, service=first.service, when=first.start,
        visits=say("series_all_visits", count=len(series.pending)), rhythm=rhythm_line(pattern_of(series)),
    )  # fmt: skip


def _bookings(items: Items) -> list[BookingView]:
    return sorted((item.booking for item in items if item.booking is not None), key=lambda found: found.start)


def _decide(series: SeriesView, wanted: Sequence[BookingView], status: BookingStatus, words: str) -> DecideSeries:
    return DecideSeries(series.id, tuple((found.id, found.version) for found in wanted), status, words)


def _values(series: SeriesView, wanted: Sequence[BookingView]) -> dict[str, Value]:
    return {"id": series.id, **_visits(series, [found.start for found in wanted])}


def _visits(series: SeriesView, starts: Sequence[datetime]) -> dict[str, Value]:
    return {"visits": say("series_all_visits", count=len(starts)), "dates": dates(starts, pattern_of(series))}


def _with_handled(outcome: Outcome, series: SeriesView, items: Items, wanted: Sequence[BookingView]) -> Outcome:
    """With a line for each occurrence that was named and is answered already."""
    if len(items) == sum(item.booking is not None for item in series.items):
        return outcome
    for found in _bookings(items):
        if found not in wanted and found.status not in STANDS[:1]:
            outcome = with_line(outcome, handled(found).reply or "")
    return outcome
