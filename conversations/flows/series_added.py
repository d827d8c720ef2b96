"""A client adds a date to their series that was left out, or one more: a single booking that becomes a visit of it."""

from datetime import date, time

from conversations.dialogue import Dialogue
from conversations.facts import Facts
from conversations.flows import booking as funnel
from conversations.flows import visits
from conversations.replies import say
from conversations.series import SeriesView
from conversations.turn import Turn
from conversations.understanding import Certainty, Understood
from conversations.values import replace


def begin(dialogue: Dialogue, understood: Understood, facts: Facts) -> Turn | None:
    """The funnel for that date, at the hour of the series where no other is said; None where they have no series, or
    the text names no date."""
    series = of_client(facts)
    if series is None or understood.date.certainty is Certainty.NOTHING:
        return None
    first = series.bookings[0]
    if visits.offered(first.service_ids, facts) is None:
        return None
    dialogue = replace(
        dialogue.without_slots(), service_id=first.service_ids[0], more_service_ids=first.service_ids[1:],
        staff_id=first.staff_id, at=_hour(series, understood), adds_to=series.id, attendee=first.attendee,
    )  # fmt: skip
    lead = say("series_adds", id=series.id)
    return funnel.answer(dialogue, replace(understood, service_ids=(), recurrence=None, length=None), facts, (lead,))


def of_client(facts: Facts) -> SeriesView | None:
    """The series that this client booked last, of those of which something lies ahead."""
    numbers = {found.series_id for found in facts.my_bookings() if found.series_id is not None}
    return facts.series(max(numbers)) if numbers else None


def _hour(series: SeriesView, understood: Understood) -> time:
    """That of the date that was left out, else that of the first."""
    days: dict[date, time] = {item.at.date(): item.at.time() for item in series.left_out}
    said = understood.date.dates[0] if understood.date.dates else None
    return days.get(said, series.items[0].at.time()) if said is not None else series.items[0].at.time()
