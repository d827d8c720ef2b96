"""Booking a class: which of its sessions, for how many, and YES."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from conversations.booking import BookingStatus, BookingView
from conversations.business import Service
from conversations.classes import ClassStatus, ClassView
from conversations.dialogue import Awaiting, Dialogue, Option, Subject
from conversations.effects import BookSeats, ChangeClass, HoldSeats, LetGo, TellCoordinator
from conversations.facts import Facts
from conversations.flows import waiting
from conversations.flows.options import lettered
from conversations.flows.standing import asks_to_move, is_open
from conversations.flows.their_time import their_time
from conversations.languages.render import render
from conversations.replies import Reply, say
from conversations.rules.policies import Approval
from conversations.turn import Turn
from conversations.values import replace

Replies = tuple[Reply, ...]
LOOK_AHEAD = timedelta(days=92)
MOST_SHOWN = 5


def ask_next(dialogue: Dialogue, service: Service, facts: Facts, lead: Replies = ()) -> Turn:
    """Ask which class, or for the YES where one is chosen, or only one is meant."""
    classes = facts.classes(service.id, facts.now, facts.now + LOOK_AHEAD)
    chosen = next((each for each in classes if each.id == dialogue.class_id and _fits(each, dialogue)), None)
    if chosen is not None:
        return ask_yes(dialogue, chosen, facts, lead)
    dialogue = _corrected(dialogue, facts)
    if not classes:
        return Turn(dialogue.without_slots(), (*lead, say("no_classes", service=service.called)), (LetGo(),))
    fitting = [each for each in classes if _fits(each, dialogue)]
    narrowed = dialogue.day is not None or dialogue.at is not None or dialogue.staff_id is not None
    if len(fitting) == 1 and (narrowed or len(classes) == 1):
        return ask_yes(dialogue, fitting[0], facts, lead)
    if not fitting:
        lead = (*lead, say("no_class_then", service=service.called))
        fitting = _nearest(classes, dialogue, facts)
    return _ask_which(dialogue, service, fitting[:MOST_SHOWN], facts, lead)


def ask_yes(dialogue: Dialogue, found: ClassView, facts: Facts, lead: Replies = ()) -> Turn:
    """The whole summary, the seats held meanwhile; or what can be had where there are not enough."""
    dialogue = _choose(dialogue, found)
    moved = _moved(dialogue, facts)
    mine = next((each for each in facts.my_bookings() if each.class_id == found.id), None)
    seats = moved.seats if moved is not None else dialogue.seats or 1
    if seats > found.capacity:
        reply = say("class_too_small", service=found.name, capacity=found.capacity)
        return Turn(replace(dialogue, seats=None).asking(Awaiting.CLASS), (*lead, reply), (LetGo(),))
    if mine is not None and (moved is not None or dialogue.seats is None):
        reply = say("class_yours_already", id=mine.id, service=mine.service, when=mine.start)
        return Turn(dialogue.without_slots(), (*lead, reply), (LetGo(),))
    if found.free < seats:
        return waiting.ask_to_wait(dialogue, found, others(found, facts), facts, lead)
    if moved is not None:
        lead = (*lead, say("class_move_head", id=moved.id, service=moved.service, when=moved.start))
    elif mine is None and (refusal := _too_many_open(facts, found)) is not None:
        return Turn(dialogue.without_slots(), (*lead, refusal), (LetGo(),))
    reply = say(
        "confirm_class", service=found.name, staff=found.staff, when=found.start, minutes=found.minutes,
        seats=say("seats", count=seats), left=say("seats_left", count=found.free), attendee=dialogue.attendee,
        place=found.place, price=replace(found.price, amount=found.price.amount * seats),
        elsewhere=their_time(facts.person.address, found.start),
    )  # fmt: skip
    return Turn(dialogue.asking(Awaiting.CONFIRMATION), (*lead, reply), (HoldSeats(found.id, seats),))


def book(dialogue: Dialogue, facts: Facts) -> Turn:
    """YES: book what was shown, if it is still to be had."""
    assert dialogue.class_id is not None
    found = facts.class_session(dialogue.class_id)
    is_held = found is not None and found.status is ClassStatus.SCHEDULED and found.start > facts.now
    if found is None or not is_held or not _fits(found, dialogue):  # called off, begun, or moved since it was shown
        lead = (say("class_gone"),)
        return again(dialogue, facts, lead)
    moved = _moved(dialogue, facts)
    seats = moved.seats if moved is not None else dialogue.seats or 1
    if found.free < seats:
        lead = (say("class_seats_lost", service=found.name, when=found.start),)
        return waiting.ask_to_wait(dialogue, found, others(found, facts), facts, lead)
    if moved is not None:
        return _move(dialogue, moved, found, facts)
    return Turn(dialogue, (), (BookSeats(found.id, seats, dialogue.note, dialogue.attendee),))


def _move(dialogue: Dialogue, moved: BookingView, found: ClassView, facts: Facts) -> Turn:
    """Another class instead of the one they have; word to the coordinator, where that is for them to decide."""
    if not is_open(moved, facts):
        reply = say("booking_is_now", id=moved.id, status=say(f"status_{moved.status}"))
        return Turn(dialogue.without_slots(), (reply,), (LetGo(),))
    if moved.status is not BookingStatus.PENDING and asks_to_move(moved, facts):
        reply = say("class_move_passed_on", id=moved.id, business=facts.business.name, when=moved.start)
        tell = say(
            "class_move_asked", id=moved.id, client=moved.client, service=moved.service, when=moved.start,
            wanted=found.start,
        )  # fmt: skip
        return Turn(dialogue.without_slots(), (reply,), (LetGo(), TellCoordinator(tell, moved.id)))
    return Turn(dialogue, (), (ChangeClass(moved.id, moved.version, found.id, by_client=True),))


def _moved(dialogue: Dialogue, facts: Facts) -> BookingView | None:
    """The booking for which another class is wanted; None where this is a new one."""
    return facts.booking(dialogue.booking_id) if dialogue.changing and dialogue.booking_id is not None else None


def again(dialogue: Dialogue, facts: Facts, lead: Replies = ()) -> Turn:
    """Which class, from the start: what was chosen is not wanted, or is no more."""
    service = next((each for each in facts.services() if each.id == dialogue.service_id), None)
    assert service is not None
    dialogue = replace(dialogue, class_id=None, day=None, at=None, earliest=None, latest=None, staff_id=None)
    return ask_next(dialogue, service, facts, lead).doing(LetGo())


def others(found: ClassView, facts: Facts) -> tuple[ClassView, ...]:
    """The next classes of the same course that have a seat."""
    classes = facts.classes(found.service_id, facts.now, facts.now + LOOK_AHEAD)
    return tuple(each for each in classes if each.id != found.id and each.free > 0)[: MOST_SHOWN - 2]


def labels(classes: Sequence[ClassView], language: str) -> tuple[Option, ...]:
    """Options A, B, C … for classes, each with the seats that are left."""
    return lettered(
        Subject.CLASS,
        [
            (
                str(each.id),
                render(
                    say(
                        "class_option", when=each.start, name=each.name, staff=each.staff,
                        left=say("seats_left", count=each.free) if each.free else say("class_full_word"),
                    ),
                    language,
                ),
            )
            for each in classes
        ],
    )  # fmt: skip


def _choose(dialogue: Dialogue, found: ClassView) -> Dialogue:
    """The dialogue about this class: its day and hour are known with it."""
    at = found.start.timetz().replace(tzinfo=None)
    return replace(dialogue, class_id=found.id, day=found.start.date(), at=at, earliest=None, latest=None)


def _corrected(dialogue: Dialogue, facts: Facts) -> Dialogue:
    """Without the class that was chosen before: what the client said since stays, its own day and hour do not."""
    before = facts.class_session(dialogue.class_id) if dialogue.class_id is not None else None
    dialogue = replace(dialogue, class_id=None)
    if before is None:
        return dialogue
    at = before.start.timetz().replace(tzinfo=None)
    is_hour_its, is_day_its = dialogue.at == at, dialogue.day == before.start.date()
    if is_hour_its:
        dialogue = replace(dialogue, at=None)
    if is_day_its and not is_hour_its:
        dialogue = replace(dialogue, day=None)
    return dialogue


def _ask_which(dialogue: Dialogue, service: Service, classes: Sequence[ClassView], facts: Facts, lead: Replies) -> Turn:
    choices = labels(classes, facts.language)
    dialogue = replace(dialogue, at=None)
    return Turn(dialogue.asking(Awaiting.CLASS, choices), (*lead, say("ask_class", choices, service=service.called)))


def _fits(found: ClassView, dialogue: Dialogue) -> bool:
    start = found.start.timetz().replace(tzinfo=None)
    return (
        dialogue.day in (None, found.start.date())
        and dialogue.at in (None, start)
        and dialogue.staff_id in (None, found.staff_id)
        and (dialogue.earliest or time.min) <= start <= (dialogue.latest or time.max)
    )


def _nearest(classes: Sequence[ClassView], dialogue: Dialogue, facts: Facts) -> list[ClassView]:
    """Those around the day that was wanted, in order."""
    wanted = facts.now
    if dialogue.day is not None:
        wanted = datetime.combine(dialogue.day, dialogue.at or time(12), facts.business.zone)
    near = sorted(classes, key=lambda each: abs(each.start - wanted))[:MOST_SHOWN]
    return sorted(near, key=lambda each: each.start)


def _too_many_open(facts: Facts, found: ClassView) -> Reply | None:
    """Where this client has as many requests waiting as the policy lets them."""
    terms = facts.terms_for(found.staff_id, found.service_id)
    waiting_now = [each for each in facts.my_bookings() if each.status is BookingStatus.PENDING]
    if terms.requires_approval is Approval.NO or len(waiting_now) < terms.open_requests:
        return None
    return say("too_many_open", ids=", ".join(f"#{each.id}" for each in waiting_now))
