"""The waiting list: what somebody is offered where a class, or a time, is full, and how their place in it is called."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from conversations.business import ANY, Service
from conversations.classes import ClassView, Place
from conversations.dialogue import Awaiting, Dialogue, Option, Subject
from conversations.effects import JoinWaitlist, LetGo, WaitForTime
from conversations.events import WaitlistJoined
from conversations.facts import Facts
from conversations.languages.render import render
from conversations.replies import Reply, say
from conversations.stored import time_from, time_text
from conversations.turn import Turn
from conversations.values import replace

Replies = tuple[Reply, ...]


def ask_to_wait(
    dialogue: Dialogue, found: ClassView, others: Sequence[ClassView], facts: Facts, lead: Replies = ()
) -> Turn:
    """A class has fewer seats left than are wanted: those that are, the waiting list, or another class."""
    if (mine := _mine(found, facts)) is not None:
        if mine.is_offered:
            return ask_again(dialogue, mine, facts, lead)
        lead = (*lead, already(mine))
    choices = [(Subject.WAIT, str(found.id), say("wait_option"))] if mine is None else []
    if found.free:
        choices.append((Subject.SEATS, str(found.free), say("seats_option", count=found.free)))
    for each in others:
        left = say("seats_left", count=each.free)
        label = say("class_option", when=each.start, name=each.name, staff=each.staff, left=left)
        choices.append((Subject.CLASS, str(each.id), label))
    if not choices:
        return Turn(dialogue.without_slots(), lead, (LetGo(),))
    options = tuple(
        Option(str(number), subject, value, render(label, facts.language))
        for number, (subject, value, label) in enumerate(choices, start=1)
    )
    key = "class_few" if found.free else "class_full"
    reply = say(key, options, service=found.name, when=found.start, left=say("seats_left", count=found.free))
    return Turn(dialogue.asking(Awaiting.FULL, options), (*lead, reply), (LetGo(),))


def join(dialogue: Dialogue, found: ClassView, facts: Facts) -> Turn:
    """Wait for a class."""
    mine = _mine(found, facts)
    if mine is not None and mine.is_offered:
        return ask_again(dialogue, mine, facts)
    return Turn(dialogue.without_slots(), (), (LetGo(), JoinWaitlist(found.id, dialogue.seats or 1)))


def time_option(dialogue: Dialogue, at: time | None, facts: Facts) -> tuple[Option, ...]:
    """To wait for a time, or any time of the day that is wanted, where nothing is free then; none where no line is kept
    for what is wanted."""
    if dialogue.day is None or dialogue.changing or dialogue.more_service_ids:
        return ()
    wanted = dialogue.day.isoformat() + (f"T{time_text(at)}" if at is not None else "")
    key, label = (render(say(each), facts.language) for each in ("wait_key", "wait_time_option"))
    return (Option(key, Subject.WAIT, wanted, label),)


def wait_for_time(dialogue: Dialogue, service: Service, wanted: str, facts: Facts) -> Turn:
    """Wait for one start, or for any of a day within the bounds that were said."""
    text, _, at = wanted.partition("T")
    day, zone, length = date.fromisoformat(text), facts.business.zone, timedelta(minutes=service.minutes)
    if at:
        start = datetime.combine(day, time_from(at), zone)
        end = start + length
    else:
        start = datetime.combine(day, dialogue.earliest or time(0), zone)
        latest = dialogue.latest
        end = datetime.combine(day, latest, zone) + length if latest else _midnight_after(day, facts)
    effect = WaitForTime(service.id, dialogue.staff_id or ANY, wanted, start, end)
    return Turn(dialogue.without_slots(), (), (LetGo(), effect))


def joined(dialogue: Dialogue, event: WaitlistJoined, facts: Facts) -> Turn:
    """What they wait for, and where in the line. Who has never written before is told who this is."""
    place = event.place
    reply = say("wait_joined", what=what(place), number=place.number) if event.is_new else already(place)
    turn = Turn(dialogue, (reply,))
    return turn.led_by(say("hello", business=facts.business.name)) if facts.person.is_new else turn


def ask_again(dialogue: Dialogue, place: Place, facts: Facts, lead: Replies = ()) -> Turn:
    """What is wanted is on offer to them already."""
    dialogue = replace(dialogue.without_slots(), offer_id=place.id)
    return Turn(dialogue, (*lead, offer(place, facts)), (LetGo(),))


def offered_at(start: datetime, service: Service, facts: Facts) -> Place | None:
    """The place of theirs to which this very time is offered."""
    mine = (place for place in facts.my_places() if place.is_offered and place.class_id is None)
    return next((place for place in mine if (place.offered, place.service_id) == (start, service.id)), None)


def offer(place: Place, facts: Facts) -> Reply:
    """What has come free, and by when to say so."""
    key = "offer_time" if place.class_id is None else "offer_seats"
    return say(
        key if place.is_held else f"{key}_now", count=place.seats, service=place.service, staff=place.staff,
        when=place.offered or place.when, until=until(place, facts),
    )  # fmt: skip


def until(place: Place, facts: Facts) -> Reply | str:
    """By when an offer is to be answered: the hour, and the day where that is another."""
    at = place.answer_by
    if at is None:
        return ""
    if at.date() == facts.now.astimezone(at.tzinfo).date():
        return say("time_option", at=at.timetz().replace(tzinfo=None))
    return say("near_moment", when=at)


def what(place: Place) -> Reply:
    """What they wait for."""
    if place.is_day:
        return say("place_day", service=place.service, day=place.when.date())
    if place.seats > 1:
        return say("place_party", service=place.service, when=place.when, seats=say("seats", count=place.seats))
    return say("place_moment", service=place.service, when=place.when)


def already(place: Place) -> Reply:
    return say("wait_already", what=what(place), number=place.number)


def my_places(facts: Facts) -> Replies:
    """Where a client waits, in one reply; nothing where they wait nowhere."""
    lines = tuple(
        say("my_waiting_offered", what=what(place), until=until(place, facts))
        if place.is_offered
        else say("my_waiting_line", what=what(place), number=place.number)
        for place in facts.my_places()
    )
    return (say("my_waiting", lines=lines),) if lines else ()


def _mine(found: ClassView, facts: Facts) -> Place | None:
    return next((place for place in facts.my_places() if place.class_id == found.id), None)


def _midnight_after(day: date, facts: Facts) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(0), facts.business.zone)
