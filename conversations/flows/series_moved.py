"""A client wants another day or hour for one visit of a series and all later ones; each is checked by itself."""

from datetime import date, datetime, timedelta

from conversations.booking import BookingView
from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import LetGo, MoveSeries, TellCoordinator
from conversations.events import SeriesMoved
from conversations.facts import Facts
from conversations.flows.series_cancelled import later_ones
from conversations.flows.series_words import dates, pattern_of
from conversations.flows.standing import asks_to_move
from conversations.replies import Reply, Value, say
from conversations.rules.series_plans import can_move
from conversations.series import Frequency, SeriesView
from conversations.turn import Turn
from conversations.understanding import Certainty, DateReading, Understood
from conversations.understanding.kinds import Kind
from conversations.understanding.vocabulary import vocabulary
from conversations.values import replace

Replies = tuple[Reply, ...]
Starts = tuple[tuple[BookingView, datetime], ...]
"""Bookings, each with its new start."""


def ask_yes(dialogue: Dialogue, facts: Facts, lead: Replies = ()) -> Turn:
    """The new times of all that can be moved, and those that stay; or that none can."""
    found, series = _about(dialogue, facts)
    if found is None or series is None:
        return Turn(dialogue.without_slots(), lead, (LetGo(),))
    moved, staying = new_starts(found, _wanted(dialogue), later_ones(found, facts), facts)
    if not moved:
        reply = say("series_move_none", dates=dates([each.start for each in staying], pattern_of(series)))
        return Turn(replace(dialogue, at=None).asking(Awaiting.TIME), (*lead, reply), (LetGo(),))
    asks = any(asks_to_move(each, facts) for each, _ in moved)
    key = "series_move_confirm_asks" if asks else "series_move_confirm"
    reply = say(key, business=facts.business.name, **_values(series, moved, staying))
    shown = tuple(start.isoformat() for _, start in moved)
    return Turn(replace(dialogue, shown=shown).asking(Awaiting.SERIES), (*lead, reply), (LetGo(),))


def move(dialogue: Dialogue, facts: Facts) -> Turn:
    """YES: all that was shown, if all of it is still to be had; where the policy asks for it, by the coordinator."""
    found, series = _about(dialogue, facts)
    if found is None or series is None:
        return Turn(dialogue.without_slots(), (), (LetGo(),))
    moved, staying = new_starts(found, _wanted(dialogue), later_ones(found, facts), facts)
    if tuple(start.isoformat() for _, start in moved) != dialogue.shown:
        return ask_yes(dialogue, facts, (say("series_changed"),))
    if any(asks_to_move(each, facts) for each, _ in moved):
        tell = say(
            "series_move_wish", client=found.client, number=series.numbered(found.id), when=moved[0][1],
            **_values(series, moved, staying),
        )  # fmt: skip
        reply = say("series_move_passed_on", id=series.id, business=facts.business.name)
        return Turn(dialogue.without_slots(), (reply,), (TellCoordinator(tell, found.id),))
    effect = MoveSeries(series.id, tuple((each.id, each.version, start) for each, start in moved), by_client=True)
    return Turn(dialogue, (), (effect,))


def moved(dialogue: Dialogue, event: SeriesMoved) -> Turn:
    """Both are told; whoever did it hears the new times as well."""
    series = event.series
    of_them = [item.booking for item in series.items if item.booking is not None and item.number in event.numbers]
    values = _values(series, tuple((each, each.start) for each in of_them), [])
    if dialogue.changing and dialogue.booking_id in {each.id for each in series.bookings}:
        dialogue = dialogue.without_slots()
    if not event.by_client:
        return Turn(dialogue, (say("series_moved", **values),))
    tell = say("series_moved_notice", client=of_them[0].client, **values)
    return Turn(dialogue, (say("series_moved_yourself", **values),), (TellCoordinator(tell, of_them[0].id),))


def near_visit(dialogue: Dialogue, understood: Understood, facts: Facts) -> Understood:
    """What a text says, its weekday as that of the week of the visit."""
    found, _ = _about(dialogue, facts)
    day = day_meant(found, understood.date, facts.language) if found is not None else None
    return understood if day is None else replace(understood, date=replace(understood.date, dates=(day,)))


def new_starts(
    found: BookingView, wanted: datetime, later: list[BookingView], facts: Facts, *, notice: bool = True
) -> tuple[Starts, list[BookingView]]:
    """`found` at `wanted` (wall time) and the later ones as that tells, as far as each can be had; and those that
    cannot. Without `notice`, whatever the hours and the notice."""
    service = next((each for each in facts.services() if each.id == found.service_ids[0]), None)
    series = facts.series(found.series_id) if found.series_id is not None else None
    if service is None or series is None:
        return (), later
    starts = [start.replace(tzinfo=found.start.tzinfo) for start in _as_told(wanted, later, series)]
    first, last = min(starts).date(), max(starts).date()
    calendars = facts.calendars(service, first, last, tuple(each.id for each in later))
    own = next((calendar for calendar in calendars if calendar.staff.id == found.staff_id), None)
    if own is None:
        return (), later
    fine = can_move(own, starts, found.minutes, facts.business.zone, facts.now, notice=notice)
    fit = tuple((each, start) for each, start, fits in zip(later, starts, fine, strict=True) if fits)
    return fit, [each for each, fits in zip(later, fine, strict=True) if not fits]


def _as_told(wanted: datetime, later: list[BookingView], series: SeriesView) -> list[datetime]:
    """Where the first goes from its day, the others go from theirs: as many days on; or, once a week, to that weekday
    of their own week."""
    days = [each.start.date() for each in later]
    if series.rhythm.frequency is Frequency.WEEKLY and len(series.rhythm.days_of_week) < 2:
        at = {item.booking.id: item.at.date() for item in series.items if item.booking is not None}
        days = [_monday(at[each.id]) for each in later]
    return [datetime.combine(day + (wanted.date() - days[0]), wanted.time()) for day in days]


def day_meant(found: BookingView, said: DateReading, language: str) -> date | None:
    """The day that a text names for a visit: of a bare "thursday", the one nearest to it."""
    if said.certainty is not Certainty.CERTAIN:
        return None
    kinds = [meaning.kind for word in said.words.split() if (meaning := vocabulary(language).phrases.get(word))]
    if Kind.WEEKDAY not in kinds or any(char.isdigit() for char in said.words):
        return said.dates[0]
    day, onwards = found.start.date(), (said.dates[0].weekday() - found.start.weekday()) % 7
    return day + timedelta(days=onwards if onwards <= 3 else onwards - 7)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _about(dialogue: Dialogue, facts: Facts) -> tuple[BookingView | None, SeriesView | None]:
    found = facts.booking(dialogue.booking_id) if dialogue.booking_id is not None else None
    series = facts.series(found.series_id) if found is not None and found.series_id is not None else None
    return found, series


def _wanted(dialogue: Dialogue) -> datetime:
    assert dialogue.day is not None and dialogue.at is not None
    return datetime.combine(dialogue.day, dialogue.at.replace(fold=0))


def _values(series: SeriesView, moved: Starts, staying: list[BookingView]) -> dict[str, Value]:
    pattern = pattern_of(series)
    return {
        "id": series.id, "service": series.bookings[0].service, "staff": series.bookings[0].staff,
        "visits": say("series_all_visits", count=len(moved)),
        "dates": dates([start for _, start in moved], pattern),
        "staying": dates([each.start for each in staying], pattern),
    }  # fmt: skip
