"""Waiting for the dates that a series left out because they were not free: all of them by one answer."""

from collections.abc import Sequence
from datetime import timedelta

from conversations.dialogue import Dialogue, Option, Subject
from conversations.effects import WaitForTime
from conversations.facts import Facts
from conversations.flows.reasons import MAY_COME_FREE, told
from conversations.flows.series_words import Words, date_words, joined, pattern_of
from conversations.languages.render import render
from conversations.replies import say
from conversations.rules.availability import Refusal
from conversations.series import SeriesItem, SeriesView
from conversations.stored import time_text
from conversations.turn import Turn
from conversations.values import replace

_SERIES = "S"


def wait_option(series: SeriesView, facts: Facts) -> tuple[Option, ...]:
    """To wait for what it left out; none where nothing of that may come free."""
    items = _may_come_free(series, facts)
    if not items:
        return ()
    said = say("wait_key"), say("series_wait_option", dates=_dates(series, items))
    key, label = (render(each, facts.language) for each in said)
    return (Option(key, Subject.WAIT, f"{_SERIES}{series.id}", label),)


def named(wanted: str, facts: Facts) -> SeriesView | None:
    """The series that an option to wait is about, where it is about one."""
    return facts.series(int(wanted.removeprefix(_SERIES))) if wanted.startswith(_SERIES) else None


def wait(dialogue: Dialogue, series: SeriesView, facts: Facts) -> Turn | None:
    """A place in the line for each of those dates, told of once; None where they wait for all that may come free."""
    items, first = _may_come_free(series, facts), series.bookings[0]
    if not items:
        return None
    length = timedelta(minutes=first.minutes)
    waits = tuple(
        WaitForTime(
            first.service_ids[0], first.staff_id, f"{item.at.date().isoformat()}T{time_text(item.at.time())}",
            item.at, item.at + length, is_told=True,
        )
        for item in items
    )  # fmt: skip
    reply = say("series_waits", id=series.id, service=first.service, dates=_dates(series, items))
    return Turn(replace(dialogue, options=()), (reply,), waits)


def _may_come_free(series: SeriesView, facts: Facts) -> list[SeriesItem]:
    """What lies ahead of the dates that others have, where they do not wait for it yet."""
    service_id, *others = series.bookings[0].service_ids
    if others:  # a line is kept for one service
        return []
    waited_for = {place.when for place in facts.my_places() if place.service_id == service_id}
    ahead = (item for item in series.left_out if item.at > facts.now and item.at not in waited_for)
    return [item for item in ahead if item.why in set(Refusal) and told(Refusal(item.why)) in MAY_COME_FREE]


def _dates(series: SeriesView, items: Sequence[SeriesItem]) -> Words:
    pattern = pattern_of(series)
    return joined(date_words(item.at, pattern) for item in items)
