"""Booking a series: what is missing, a preview in which every occurrence is checked, and all of it at one YES."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from conversations.business import Money, Service
from conversations.dialogue import Awaiting, Dialogue, Option, Subject
from conversations.effects import BookSeries, LetGo, Occurrence
from conversations.facts import Facts
from conversations.flows import one_each, visits
from conversations.flows.open_requests import too_many_open
from conversations.flows.options import numbered
from conversations.flows.series_words import dates, how_often, left_out, pairs, rhythm_line
from conversations.flows.their_time import their_time
from conversations.languages.render import render
from conversations.replies import Reply, Value, say
from conversations.rules.series import MOST, Pattern, Unfit, UnfitPattern, after
from conversations.rules.series_plans import Plan, in_mode, plan, span
from conversations.series import Frequency, Mode, Rhythm
from conversations.turn import Turn
from conversations.understanding import Answer, Length, Understood, Unit
from conversations.values import replace

Replies = tuple[Reply, ...]
_FREQUENCIES = {Unit.DAY: Frequency.DAILY, Unit.WEEK: Frequency.WEEKLY, Unit.MONTH: Frequency.MONTHLY}
_RHYTHMS = ((Frequency.WEEKLY, 1), (Frequency.WEEKLY, 2), (Frequency.MONTHLY, 1), (Frequency.DAILY, 1))
"""What is offered where how often was not said."""
_SHORTEST_NOTICE = timedelta(minutes=1)


def hear(dialogue: Dialogue, understood: Understood) -> Dialogue:
    """The dialogue with what a text says of a series. One time alone is a booking like any other."""
    if dialogue.changing:
        return dialogue
    rhythm, said = dialogue.rhythm, understood.recurrence
    if said is not None:
        found = Rhythm(_FREQUENCIES[said.unit], said.every, said.weekdays, words=said.words)
        rhythm = found if rhythm is None else _with_end_of(found, rhythm)
    if rhythm is not None and understood.length is not None:
        rhythm = _with_length(rhythm, understood.length)
    if understood.choice is not None and understood.choice.subject is Subject.RHYTHM and rhythm is not None:
        frequency, _, interval = understood.choice.value.partition(" ")
        rhythm = replace(rhythm, frequency=Frequency(frequency), interval=int(interval))
    if rhythm is not None and rhythm.count == 1:
        rhythm = None
    return dialogue if rhythm == dialogue.rhythm else replace(dialogue, rhythm=rhythm, mode=None)


def follow_day(before: Dialogue, after: Dialogue, understood: Understood) -> Dialogue:
    """Another day that is named for a series of one weekday is the day that it is on from then on."""
    rhythm = after.rhythm
    named = understood.recurrence is None and after.day is not None and after.day != before.day
    if rhythm is None or not named or len(rhythm.days_of_week) != 1:
        return after
    assert after.day is not None
    return replace(after, rhythm=replace(rhythm, days_of_week=(after.day.weekday(),)), mode=None)


def lacks_rhythm(dialogue: Dialogue) -> bool:
    return dialogue.rhythm is not None and dialogue.rhythm.interval == 0


def has_stray_days(dialogue: Dialogue) -> bool:
    """Whether weekdays were named for a series that does not go by the week."""
    rhythm = dialogue.rhythm
    return rhythm is not None and bool(rhythm.days_of_week) and rhythm.frequency is not Frequency.WEEKLY


def without_stray_days(dialogue: Dialogue) -> Dialogue:
    assert dialogue.rhythm is not None
    return replace(dialogue, rhythm=replace(dialogue.rhythm, days_of_week=()), day=None)


def ask_how_often(dialogue: Dialogue, facts: Facts, lead: Replies = ()) -> Turn:
    choices = numbered(
        Subject.RHYTHM,
        [(f"{each} {every}", render(how_often(each, every), facts.language)) for each, every in _RHYTHMS],
    )
    return Turn(dialogue.asking(Awaiting.HOW_OFTEN, choices), (*lead, say("ask_how_often", choices)))


def ask_how_many(dialogue: Dialogue, lead: Replies = (), key: str = "ask_how_many") -> Turn:
    return Turn(dialogue.asking(Awaiting.HOW_MANY), (*lead, say(key)))


def from_first_day(dialogue: Dialogue, service: Service, facts: Facts) -> Dialogue:
    """The dialogue with the day on which the series begins, where its rhythm tells: the first that is soon enough."""
    rhythm = dialogue.rhythm
    assert rhythm is not None
    if dialogue.day is None and rhythm.frequency is not Frequency.DAILY and not rhythm.days_of_week:
        return dialogue
    zone = facts.business.zone
    staff_id = dialogue.staff_id or service.staff_ids[0]
    notice = timedelta(minutes=facts.terms_for(staff_id, service.id).notice_minutes)
    soonest = facts.now + max(notice, _SHORTEST_NOTICE)
    start = datetime.combine(dialogue.day or facts.now.date(), dialogue.at or time(23, 59))
    while start.replace(tzinfo=zone) < soonest and rhythm.frequency is not Frequency.MONTHLY:
        start += timedelta(days=1)
    return replace(dialogue, day=Pattern(rhythm.frequency, start, 1, rhythm.days_of_week).first.date())


def ask_next(dialogue: Dialogue, service: Service, facts: Facts, lead: Replies = ()) -> Turn:
    """Day, time and rhythm are known: ask how long it goes on, then show all of it."""
    rhythm = dialogue.rhythm
    assert rhythm is not None
    if not rhythm.has_end:
        return ask_how_many(dialogue, lead)
    try:
        made = planned(dialogue, service, facts)
    except UnfitPattern as error:
        return _ask_again(dialogue, error.reason, facts, lead)
    return _show(dialogue, service, made, facts, lead)


def answer(dialogue: Dialogue, understood: Understood, facts: Facts) -> Turn | None:
    """What the client's YES to a series leads to, or their choice of what becomes of the rest of it; None otherwise."""
    service = visits.offered(dialogue.service_ids, facts) if dialogue.rhythm is not None else None
    if service is None:
        return None
    picked = understood.choice if dialogue.awaiting is Awaiting.MODE else None
    if picked is not None and picked.subject is Subject.MODE:
        if picked.value == Mode.ALL_OR_NOTHING:
            return Turn(dialogue.without_slots(), (say("series_nothing"),), (LetGo(),))
        return ask_next(replace(dialogue, mode=Mode(picked.value)), service, facts)
    is_yes = understood.answer is Answer.YES and dialogue.awaiting is Awaiting.SERIES
    return _book(dialogue, service, facts) if is_yes else None


def not_of_classes(dialogue: Dialogue, lead: Replies) -> tuple[Dialogue, Replies]:
    """A class is booked one session at a time; that more are wished is noted."""
    if dialogue.rhythm is None:
        return dialogue, lead
    words = dialogue.rhythm.words
    dialogue = replace(dialogue, rhythm=None, note=dialogue.note or words)
    return dialogue, (*lead, say("one_at_a_time", words=words))


def _book(dialogue: Dialogue, service: Service, facts: Facts) -> Turn:
    """YES: all that was shown, if all of it is still to be had; else what can be had now."""
    rhythm = dialogue.rhythm
    assert rhythm is not None
    made = planned(dialogue, service, facts)
    if _starts(made) != dialogue.shown:
        return _show(dialogue, service, made, facts, (say("series_changed"),))
    items = tuple(Occurrence(item.number, item.at, item.start, str(item.why or "")) for item in made.items)
    one = one_each.for_first(dialogue, facts)
    effect = BookSeries(
        dialogue.service_ids, made.calendar.staff.id,
        replace(rhythm, count=made.pattern.count, until=made.pattern.until, lasting=None),
        made.pattern.first, dialogue.mode or Mode.ALL_OR_NOTHING, items, one.note, one.attendee,
    )  # fmt: skip
    return Turn(dialogue, (), (effect,))


def planned(dialogue: Dialogue, service: Service, facts: Facts) -> Plan:
    """The plan of whoever can have most of it, in the mode that was chosen. Raises UnfitPattern."""
    pattern, zone = _pattern(dialogue), facts.business.zone
    first, last = span(pattern, zone)
    calendars = facts.calendars(service, first, last)
    wanted = [calendar for calendar in calendars if calendar.staff.id == dialogue.staff_id] or calendars
    plans = [plan(calendar, pattern, service.minutes, zone, facts.now) for calendar in wanted]
    return in_mode(_fairest(plans, dialogue, facts), dialogue.mode or Mode.ALL_OR_NOTHING, facts.now)


def _fairest(plans: Sequence[Plan], dialogue: Dialogue, facts: Facts) -> Plan:
    """Of those with the most free occurrences: whoever was named already, else whose turn it is."""
    most = max(len(made.booked) for made in plans)
    best = {made.calendar.staff.id: made for made in plans if len(made.booked) == most}
    if dialogue.offered_staff_id in best:
        return best[dialogue.offered_staff_id]
    return best[facts.whose_turn(list(best))] if len(best) > 1 else next(iter(best.values()))


def _show(dialogue: Dialogue, service: Service, made: Plan, facts: Facts, lead: Replies) -> Turn:
    """All of it; with a number for what becomes of those that cannot be had, else with YES."""
    if (refusal := too_many_open(made.calendar.terms, facts)) is not None:
        return Turn(dialogue.without_slots(), (*lead, refusal), (LetGo(),))
    dialogue = replace(dialogue, offered_staff_id=made.calendar.staff.id, shown=_starts(made))
    if not made.booked:
        reply = say("series_none", rhythm=rhythm_line(made.pattern), left_out=left_out(made.left_out))
        return Turn(replace(dialogue, at=None).asking(Awaiting.TIME), (*lead, reply), (LetGo(),))
    if made.left_out and dialogue.mode is None:
        choices = _modes(made, facts)
        reply = say("series_some", choices, **_values(dialogue, service, made, facts))
        return Turn(dialogue.asking(Awaiting.MODE, choices), (*lead, reply), (LetGo(),))
    reply = say("series_confirm", **_values(dialogue, service, made, facts))
    return Turn(dialogue.asking(Awaiting.SERIES), (*lead, reply), (LetGo(),))


def _values(dialogue: Dialogue, service: Service, made: Plan, facts: Facts) -> dict[str, Value]:
    booked, first = len(made.booked), made.booked[0]
    return {
        "service": service.called, "minutes": service.minutes, "staff": made.calendar.staff.name,
        "attendee": one_each.for_first(dialogue, facts).attendee, "place": service.place,
        "rhythm": rhythm_line(made.pattern),
        "visits": say("series_all_visits", count=booked), "free": booked, "all": len(made.items),
        "dates": dates(made.booked, made.pattern),
        "left_out": left_out(made.left_out), "first": first,
        "elsewhere": their_time(facts.person.address, first) or "",
        "price": say("series_price", count=booked, price=service.price,
                     total=Money(service.price.amount * booked, service.price.currency)),
    }  # fmt: skip


def _modes(made: Plan, facts: Facts) -> tuple[Option, ...]:
    """What can become of a series with gaps, each named by what it would book."""
    labels = [(Mode.SKIP, say("series_skip", count=len(made.booked)))]
    instead, more = in_mode(made, Mode.REPLACE, facts.now), in_mode(made, Mode.EXTEND, facts.now)
    if len(instead.booked) > len(made.booked):
        labels.append((Mode.REPLACE, say("series_replace", pairs=pairs(instead))))
    if len(more.booked) > len(made.booked):
        new = [start for start in more.booked if start not in made.booked]
        labels.append((Mode.EXTEND, say("series_extend", dates=dates(new, made.pattern))))
    labels.append((Mode.ALL_OR_NOTHING, say("series_all_or_nothing")))
    return numbered(Subject.MODE, [(str(mode), render(label, facts.language)) for mode, label in labels])


def _ask_again(dialogue: Dialogue, reason: Unfit, facts: Facts, lead: Replies) -> Turn:
    """What was asked for makes no series: why, and the question that would."""
    rhythm = dialogue.rhythm
    assert rhythm is not None
    if reason is Unfit.INTERVAL:
        dialogue = replace(dialogue, rhythm=replace(rhythm, interval=0))
        return ask_how_often(dialogue, facts, (*lead, say(f"series_{reason}")))
    dialogue = replace(dialogue, rhythm=replace(rhythm, count=None, until=None, lasting=None))
    why = say(f"series_{reason}", count=MOST, first=dialogue.day or facts.now.date())
    return ask_how_many(dialogue, (*lead, why))


def _pattern(dialogue: Dialogue) -> Pattern:
    rhythm = dialogue.rhythm
    assert rhythm is not None and dialogue.day is not None and dialogue.at is not None
    start = datetime.combine(dialogue.day, dialogue.at.replace(fold=0))
    made = Pattern(rhythm.frequency, start, rhythm.interval, rhythm.days_of_week, rhythm.count, rhythm.until)
    if rhythm.lasting is None:
        return made
    many, unit = rhythm.lasting
    return replace(made, until=after(made.first, many, unit).date() - timedelta(days=1))


def _with_length(rhythm: Rhythm, length: Length) -> Rhythm:
    lasting = (length.lasting[0], _FREQUENCIES[length.lasting[1]]) if length.lasting is not None else None
    return replace(rhythm, count=length.count, until=length.until, lasting=lasting)


def _with_end_of(rhythm: Rhythm, other: Rhythm) -> Rhythm:
    return replace(rhythm, count=other.count, until=other.until, lasting=other.lasting)


def _starts(made: Plan) -> tuple[str, ...]:
    return tuple(start.astimezone(UTC).isoformat() for start in made.booked)
