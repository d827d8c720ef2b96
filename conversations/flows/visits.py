"""What is to be booked: one service, or several as one visit."""

from collections.abc import Sequence
from dataclasses import replace

from conversations.business import Service, visit
from conversations.dialogue import Awaiting, Dialogue, Subject
from conversations.facts import Facts
from conversations.flows.options import numbered
from conversations.replies import say
from conversations.turn import Turn


def offered(service_ids: Sequence[int], facts: Facts) -> Service | None:
    """These services as one; None where one is off the list, or nobody gives them all."""
    found = [service for wanted in service_ids for service in facts.services() if service.id == wanted]
    return visit(found) if found and len(found) == len(service_ids) else None


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
    return replace(dialogue, service_id=first, more_service_ids=tuple(more), staff_id=staff_id)


def ask_which_first(dialogue: Dialogue, service_ids: Sequence[int], facts: Facts) -> Turn:
    """Nobody gives them all in one visit: one is booked first, the others behind it."""
    named = [service for wanted in service_ids for service in facts.services() if service.id == wanted]
    choices = numbered(Subject.SERVICE, [(str(service.id), service.name) for service in named])
    dialogue = replace(
        dialogue, service_id=None, more_service_ids=(), next_wish="\n".join(service.name for service in named)
    )
    return Turn(dialogue.asking(Awaiting.SERVICE, choices), (say("ask_which_first", choices),))
