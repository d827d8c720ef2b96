"""What is to be booked: one service, or several as one visit."""

from collections.abc import Sequence

from conversations.business import Service, Shift, visit
from conversations.dialogue import Awaiting, Dialogue, Subject
from conversations.facts import Facts
from conversations.flows.options import numbered
from conversations.languages.render import name_text
from conversations.replies import say
from conversations.rules.prices import quoted
from conversations.turn import Turn
from conversations.understanding import Understood
from conversations.values import replace


def offered(service_ids: Sequence[int], facts: Facts, phone: str = "") -> Service | None:
    """These services as one, quoted to who is here, or to this number; None where one is off the list, or nobody gives
    them all in one day."""
    if not service_ids:
        return None
    whole = visit(service_ids, quoted(facts.services(), phone) if phone else facts.services())
    return whole if whole is None or len(service_ids) == 1 or _fits_a_day(whole, facts) else None


def _fits_a_day(service: Service, facts: Facts) -> bool:
    """Whether somebody who gives it works that long without a break."""
    shifts = (shift for staff in facts.staff() if staff.id in service.staff_ids for shift in staff.shifts)
    return any(_minutes(shift) >= service.minutes for shift in shifts)


def _minutes(shift: Shift) -> int:
    """Its length; midnight as its end is that of the next day."""
    opens, closes = (at.hour * 60 + at.minute for at in (shift.opens, shift.closes))
    return (closes or 24 * 60) - opens


def wanted(dialogue: Dialogue, facts: Facts) -> Service:
    """What this dialogue is about. Needs a service, and one that `offered` knows."""
    service = offered(dialogue.service_ids, facts)
    assert service is not None
    return service


def choose(dialogue: Dialogue, service_ids: Sequence[int], facts: Facts) -> Dialogue:
    """The dialogue about these services; whoever was asked for stays where they give them."""
    first, *more = service_ids
    service = offered(service_ids, facts)
    gives = service.staff_ids if service is not None else ()
    staff_id = dialogue.staff_id if dialogue.staff_id in gives else None
    if dialogue.class_id is not None and first != dialogue.service_id:
        dialogue = replace(dialogue, class_id=None, at=None)
    return replace(dialogue, service_id=first, more_service_ids=tuple(more), staff_id=staff_id)


def changed(dialogue: Dialogue, understood: Understood, named: tuple[int, ...]) -> tuple[int, ...]:
    """The services that are wanted once a text named these: they take the place of all, unless it adds them, or leaves
    out some and others are left. () where it changes nothing."""
    before = dialogue.service_ids
    left = tuple(service_id for service_id in before if service_id not in understood.without)
    if left and left != before and not named:
        return left
    if understood.adds and named:
        return (*left, *(service_id for service_id in named if service_id not in left))
    return named


def ask_which_first(dialogue: Dialogue, service_ids: Sequence[int], facts: Facts) -> Turn:
    """Nobody gives them all in one visit: one is booked first, the others behind it."""
    named = [service for wanted in service_ids for service in facts.services() if service.id == wanted]
    labels = [name_text(service.called, facts.language) for service in named]
    choices = numbered(
        Subject.SERVICE, [(str(service.id), label) for service, label in zip(named, labels, strict=True)]
    )
    dialogue = replace(dialogue, service_id=None, more_service_ids=(), next_wish="\n".join(labels))
    return Turn(dialogue.asking(Awaiting.SERVICE, choices), (say("ask_which_first", choices),))
