"""Booking: ask for the first slot that is missing, check the time, show the whole summary, and book on YES."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from conversations.booking import BookingStatus, BookingView
from conversations.business import Service
from conversations.dialogue import Awaiting, Dialogue, Option, State, Subject
from conversations.effects import Book, ChangeWish, Effect, Hold, LetGo, Reschedule
from conversations.facts import Facts
from conversations.flows import classes, one_each, options, series, series_moved, visits, waiting
from conversations.flows.open_requests import too_many_open
from conversations.flows.reasons import plainest, told, why_none_free
from conversations.flows.slots import Filled, fill, moment, what_is_known
from conversations.flows.standing import asks_to_move
from conversations.flows.their_time import their_time
from conversations.languages.render import name_text, render
from conversations.replies import Reply, say
from conversations.rules.availability import (
    Calendar,
    Refusal,
    Slot,
    WallTime,
    free_slots,
    wall_time,
    why_not,
)
from conversations.rules.choosing import nearest, spread
from conversations.stored import time_text
from conversations.turn import Turn
from conversations.understanding import Answer, Understood
from conversations.values import replace

Replies = tuple[Reply, ...]
LOOK_BACK, LOOK_AHEAD = timedelta(days=3), timedelta(days=21)
"""How far around a wanted day the nearest free times are looked for."""
_FULL = frozenset(
    {
        "refused_taken", "refused_held", "refused_day_cap", "refused_lost", "day_full", "day_held", "day_full_in_range",
    }
)  # fmt: skip
"""What is said of a time that may come free: it can be waited for."""


def answer(dialogue: Dialogue, understood: Understood, facts: Facts, lead: Replies = ()) -> Turn:
    """What a text that fills slots, or answers a question of the funnel, leads to. `lead` is said first."""
    turn = _answer(dialogue, understood, facts, lead)
    return turn.led_by(*one_each.news(dialogue, turn.dialogue, facts))


def _answer(dialogue: Dialogue, understood: Understood, facts: Facts, lead: Replies) -> Turn:
    if dialogue.changing and _names_another(dialogue, understood):
        return _begin_anew(dialogue, understood, facts, lead)
    complete = dialogue.state is State.TIME_SELECTED and dialogue.awaiting is Awaiting.CONFIRMATION
    if complete and understood.answer is not None and not _corrects(understood):
        return _book(dialogue, facts) if understood.answer is Answer.YES else _what_to_change(dialogue, facts)
    if dialogue.awaiting is Awaiting.CHANGE and understood.choice is not None:
        return _change(dialogue, understood.choice.value, facts)
    if turn := series.answer(dialogue, understood, facts):
        return turn
    says_yes = dialogue.awaiting is Awaiting.SERIES and understood.answer is Answer.YES
    if dialogue.later and says_yes and not _corrects(understood):
        return series_moved.move(dialogue, facts)
    if dialogue.awaiting is Awaiting.SERIES and understood.answer is Answer.NO and not _corrects(understood):
        return _what_to_change(dialogue, facts)
    if dialogue.later:
        understood = series_moved.near_visit(dialogue, understood, facts)
    before = series.hear(dialogue, understood)
    filled = fill(before, understood, facts)
    if filled.question is not None:
        return filled.question.led_by(*lead)
    return ask_next(series.follow_day(before, filled.dialogue, understood), facts, lead, sure=filled.time_is_sure)


def _names_another(dialogue: Dialogue, understood: Understood) -> bool:
    """Whether a text wants something else than the booking whose time is being changed was for."""
    return bool(understood.service_ids) and set(understood.service_ids).isdisjoint(dialogue.service_ids)


def _begin_anew(dialogue: Dialogue, understood: Understood, facts: Facts, lead: Replies) -> Turn:
    """A new booking; that other one keeps its time."""
    kept = facts.booking(dialogue.booking_id) if dialogue.booking_id is not None else None
    if kept is not None:
        lead = (*lead, say("move_dropped", id=kept.id, when=kept.start))
    return answer(dialogue.without_slots(), understood, facts, lead).doing(LetGo())


def ask_next(dialogue: Dialogue, facts: Facts, lead: Replies = (), *, sure: bool = False) -> Turn:
    """Ask for the first missing slot, or for the YES. `lead` is said first."""
    services = facts.services()
    service = visits.offered(dialogue.service_ids, facts)
    if service is None and len(services) == 1:
        service = services[0]
        dialogue = visits.choose(dialogue, (service.id,), facts)
    if service is None:
        known = what_is_known(dialogue, facts)
        return ask_service(dialogue, facts, lead if known is None else (*lead, known))
    if service.is_class:
        dialogue, lead = series.not_of_classes(dialogue, lead)
        return classes.ask_next(dialogue, service, facts, lead)
    if series.has_stray_days(dialogue):
        return ask_date(series.without_stray_days(dialogue), facts, (*lead, say("series_days")))
    if series.lacks_rhythm(dialogue):
        return series.ask_how_often(dialogue, facts, lead)
    if dialogue.rhythm is not None:
        dialogue = series.from_first_day(dialogue, service, facts)
    if dialogue.day is None:
        return ask_date(dialogue, facts, lead)
    if dialogue.at is None:
        return ask_time(dialogue, facts, lead)
    if dialogue.rhythm is not None:
        return series.ask_next(dialogue, service, facts, lead)
    if dialogue.later:
        return series_moved.ask_yes(dialogue, facts, lead)
    return _offer(Filled(dialogue, None, sure), service, facts, lead)


def ask_again(dialogue: Dialogue, facts: Facts, lead: Replies = ()) -> Turn:
    """Ask once more what was asked. Times that were offered keep their letters, and are told again where they are
    free."""
    service = visits.offered(dialogue.service_ids, facts)
    offered = options.moments_in(dialogue.options, facts.business.zone)
    if not offered or service is None or dialogue.rhythm is not None or dialogue.later:
        return ask_next(dialogue, facts, lead)
    days = [start.date() for start in offered.values()]
    calendars = _calendars(dialogue, service, facts, min(days), max(days))
    gone = {
        key
        for key, start in offered.items()
        if all(why_not(calendar, service.minutes, start, facts.now) is not None for calendar in calendars)
    }
    if len(gone) == len(offered):
        return ask_next(dialogue, facts, lead)
    left = tuple(option for option in dialogue.options if option.key not in gone)
    return Turn(dialogue.asking(Awaiting.TIME, dialogue.options), (*lead, say("nearest", left)))


def ask_service(dialogue: Dialogue, facts: Facts, lead: Replies = (), key: str = "ask_service") -> Turn:
    """The services, numbered."""
    choices = options.numbered(
        Subject.SERVICE, [(str(s.id), name_text(s.called, facts.language)) for s in facts.services()]
    )
    if not choices:
        return Turn(dialogue.asking(Awaiting.NOTHING), (*lead, say("no_services", business=facts.business.name)))
    dialogue = replace(dialogue, service_id=None, more_service_ids=())
    return Turn(dialogue.asking(Awaiting.SERVICE, choices), (*lead, say(key, choices)))


def ask_date(dialogue: Dialogue, facts: Facts, lead: Replies = (), key: str = "ask_date") -> Turn:
    service = visits.wanted(dialogue, facts)
    return Turn(dialogue.asking(Awaiting.DATE), (*lead, say(key, service=service.called)))


def ask_time(dialogue: Dialogue, facts: Facts, lead: Replies = (), key: str = "ask_time") -> Turn:
    """The free times of the day, lettered; where there are none, the nearest on other days."""
    service, day = visits.wanted(dialogue, facts), dialogue.day
    assert day is not None
    slots = free_slots(_calendars(dialogue, service, facts, day, day), service.minutes, day, day, facts.now)
    is_bound = dialogue.earliest is not None or dialogue.latest is not None
    fitting = [slot for slot in slots if _within(slot, dialogue)] if is_bound else slots
    if fitting:
        choices = options.times(spread(fitting, 6), facts.language)
        return Turn(dialogue.asking(Awaiting.TIME, choices), (*lead, say(key, choices, day=day)))
    wanted = datetime.combine(day, dialogue.earliest or dialogue.latest or time(12), facts.business.zone)
    why = _why_no_time(dialogue, service, facts, bool(slots))
    waits = waiting.time_option(dialogue, None, facts) if why.key in _FULL else ()
    return _offer_nearest(dialogue, service, wanted, facts, (*lead, why), waits)


def _offer(filled: Filled, service: Service, facts: Facts, lead: Replies) -> Turn:
    """Day and time are known: hold them and ask for YES, or say why they cannot be had."""
    dialogue = filled.dialogue
    assert dialogue.day is not None and dialogue.at is not None
    match wall_time(dialogue.day, dialogue.at, facts.business.zone):
        case WallTime.GAP:
            reply = say("time_gap", at=dialogue.at, day=dialogue.day)
            return ask_time(replace(dialogue, at=None), facts, (*lead, reply))
        case WallTime.OVERLAP if not filled.time_is_sure:
            return _ask_which_of_two(dialogue, dialogue.at, facts, lead)
        case _:
            start = moment(dialogue, facts)
    calendars = _calendars(dialogue, service, facts, dialogue.day, dialogue.day)
    refusals = {c.staff.id: why_not(c, service.minutes, start, facts.now) for c in calendars}
    free = [c for c in calendars if refusals[c.staff.id] is None]
    if not free and (mine := waiting.offered_at(start, service, facts)) is not None:
        return waiting.ask_again(dialogue, mine, facts, lead)
    if not free:
        reply = say(f"refused_{plainest(refusals.values())}", when=start)
        waits = waiting.time_option(dialogue, dialogue.at, facts) if reply.key in _FULL else ()
        return _offer_nearest(replace(dialogue, at=None), service, start, facts, (*lead, reply), waits)
    return _ask_yes(dialogue, service, _fairest(free, dialogue, facts), start, facts, lead)


def _fairest(free: Sequence[Calendar], dialogue: Dialogue, facts: Facts) -> Calendar:
    """Who of those that are free: whoever was named already, else whose turn it is."""
    by_id = {calendar.staff.id: calendar for calendar in free}
    if len(by_id) == 1 or dialogue.offered_staff_id in by_id:
        return by_id.get(dialogue.offered_staff_id or 0, free[0])
    return by_id[facts.whose_turn(list(by_id))]


def _ask_yes(
    dialogue: Dialogue, service: Service, calendar: Calendar, start: datetime, facts: Facts, lead: Replies
) -> Turn:
    refusal = None if dialogue.changing else too_many_open(calendar.terms, facts)
    if refusal is not None:
        return Turn(dialogue.without_slots(), (*lead, refusal), (LetGo(),))
    dialogue = replace(dialogue, offered_staff_id=calendar.staff.id).asking(Awaiting.CONFIRMATION)
    changing = dialogue.booking_id if dialogue.changing else None
    hold = Hold(dialogue.service_ids, calendar.staff.id, start, changing)
    moved = _moved(dialogue, facts)
    if moved is not None:
        reply = say(
            "confirm_move_asks" if asks_to_move(moved, facts) else "confirm_move",
            id=moved.id, service=service.called, staff=calendar.staff.name, when=start, before=moved.start,
            business=facts.business.name, elsewhere=their_time(facts.person.address, start),
        )  # fmt: skip
    elif changing is not None:
        reply = say("confirm_change", id=changing, service=service.called, staff=calendar.staff.name, when=start)
    else:
        named = bool(dialogue.name or facts.person.name)
        reply = say(
            "confirm" if named else "confirm_unnamed",
            service=service.called,
            minutes=service.minutes,
            staff=calendar.staff.name,
            when=start,
            attendee=one_each.for_first(dialogue, facts).attendee,
            place=service.place,
            price=service.price,
            elsewhere=their_time(facts.person.address, start),
        )
    return Turn(dialogue, (*lead, reply), (hold,))


def _book(dialogue: Dialogue, facts: Facts) -> Turn:
    """YES: book what was shown, if it is still to be had."""
    if dialogue.class_id is not None:
        return classes.book(dialogue, facts)
    service = visits.wanted(dialogue, facts)
    assert dialogue.day is not None
    start = moment(dialogue, facts)
    calendars = _calendars(dialogue, service, facts, dialogue.day, dialogue.day)
    offered = next((c for c in calendars if c.staff.id == dialogue.offered_staff_id), None)
    refusal = Refusal.TAKEN if offered is None else why_not(offered, service.minutes, start, facts.now)
    if refusal is not None or offered is None:
        others = [c for c in calendars if why_not(c, service.minutes, start, facts.now) is None]
        if others:
            return _ask_yes(dialogue, service, _fairest(others, dialogue, facts), start, facts, ())
        why = told(refusal or Refusal.TAKEN)
        lead = say("refused_lost" if why is Refusal.TAKEN else f"refused_{why}", when=start)
        waits = waiting.time_option(dialogue, dialogue.at, facts) if lead.key in _FULL else ()
        return _offer_nearest(replace(dialogue, at=None), service, start, facts, (lead,), waits)
    first = one_each.for_first(dialogue, facts)
    effect: Effect = Book(first.service_ids, offered.staff.id, start, first.note, first.attendee, first.adds_to)
    if dialogue.changing and dialogue.booking_id is not None:
        is_standing = _moved(dialogue, facts) is not None
        effect = (Reschedule if is_standing else ChangeWish)(dialogue.booking_id, offered.staff.id, start)
    return Turn(dialogue, (), (effect,))


def _moved(dialogue: Dialogue, facts: Facts) -> BookingView | None:
    """The booking that stands and is to have another time; None where this is a new one, or one that still waits."""
    found = facts.booking(dialogue.booking_id) if dialogue.changing and dialogue.booking_id is not None else None
    return None if found is None or found.status is BookingStatus.PENDING else found


def _what_to_change(dialogue: Dialogue, facts: Facts) -> Turn:
    if moved := _moved(dialogue, facts):
        return Turn(dialogue.without_slots(), (say("move_dropped", id=moved.id, when=moved.start),), (LetGo(),))
    if dialogue.class_id is not None:
        return classes.again(dialogue, facts)
    labels = [(key, render(say(key), facts.language)) for key in ("change_service", "change_day", "change_time")]
    if dialogue.rhythm is not None:
        labels.append(("change_length", render(say("change_length"), facts.language)))
    choices = options.numbered(Subject.MENU, labels[1:] if dialogue.changing else labels)
    return Turn(dialogue.asking(Awaiting.CHANGE, choices), (say("say_what_to_change", choices),), (LetGo(),))


def _change(dialogue: Dialogue, what: str, facts: Facts) -> Turn:
    match what:
        case "change_service":
            return ask_service(dialogue, facts)
        case "change_day":
            return ask_date(replace(dialogue, day=None), facts)
        case "change_length":
            return series.ask_how_many(dialogue)
        case _:
            return ask_next(replace(dialogue, at=None), facts)


def _offer_nearest(
    dialogue: Dialogue, service: Service, wanted: datetime, facts: Facts, lead: Replies, waits: tuple[Option, ...] = ()
) -> Turn:
    """The three nearest free times, lettered, on whichever days they are; and the waiting list."""
    first, last = (wanted - LOOK_BACK).date(), (wanted + LOOK_AHEAD).date()
    calendars = _calendars(dialogue, service, facts, first, last)
    near = nearest(free_slots(calendars, service.minutes, first, last, facts.now), wanted)
    if not near:
        reply = say("nothing_near", waits)
        return Turn(replace(dialogue, day=None).asking(Awaiting.DATE, waits), (*lead, reply), (LetGo(),))
    choices = (*options.moments(near, facts.language), *waits)
    return Turn(dialogue.asking(Awaiting.TIME, choices), (*lead, say("nearest", choices)), (LetGo(),))


def _why_no_time(dialogue: Dialogue, service: Service, facts: Facts, others_are_free: bool) -> Reply:
    day = dialogue.day
    assert day is not None
    if others_are_free:
        return say("day_full_in_range", day=day)
    calendars = _calendars(dialogue, service, facts, day, day)
    return why_none_free(calendars, service, day, facts)


def _ask_which_of_two(dialogue: Dialogue, at: time, facts: Facts, lead: Replies) -> Turn:
    labels = [
        (time_text(at.replace(fold=0)), render(say("first_of_two", at=at), facts.language)),
        (time_text(at.replace(fold=1)), render(say("second_of_two", at=at), facts.language)),
    ]
    choices = options.numbered(Subject.TIME, labels)
    reply = say("time_twice", choices, at=at, day=dialogue.day or facts.now.date())
    return Turn(replace(dialogue, at=None).asking(Awaiting.TIME_READING, choices), (*lead, reply))


def _calendars(dialogue: Dialogue, service: Service, facts: Facts, first: date, last: date) -> Sequence[Calendar]:
    changing = dialogue.booking_id if dialogue.changing else None
    found = facts.calendars(service, first, last, changing)
    wanted = [calendar for calendar in found if calendar.staff.id == dialogue.staff_id]
    return wanted or found


def _within(slot: Slot, dialogue: Dialogue) -> bool:
    at = slot.start.time()
    return (dialogue.earliest is None or at >= dialogue.earliest) and (dialogue.latest is None or at <= dialogue.latest)


def _corrects(understood: Understood) -> bool:
    """Whether a yes or no came with something that changes the summary ("yes but at 4", "no, Tuesday")."""
    return bool(understood.email or understood.note) or not understood.is_slotless
