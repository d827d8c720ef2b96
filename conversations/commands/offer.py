"""OFFER: what is free goes to somebody on a waiting list, whoever stands before them."""

import re

from conversations.commands.base import Command, Outcome
from conversations.effects import OfferByHand
from conversations.facts import Facts
from conversations.flows.waiting import until, what
from conversations.replies import Value, say
from conversations.rules.waitlist import Why

_PLACE = re.compile(r"#?[wW]?\s*(\d{1,9})")
_HAS_ROOM = (Why.NEXT, Why.PASSED, Why.BEHIND, Why.OTHERS_FIRST)
"""There is enough for them, were it their turn."""


def offer(rest: str, facts: Facts) -> Outcome:
    wanted = _PLACE.fullmatch(rest.strip())
    if wanted is None:
        return Outcome(say("command_offer_which", example=COMMAND.example))
    found = facts.place(int(wanted.group(1)))
    if found is None or found.why is None:
        return Outcome(say("command_offer_unknown", id=int(wanted.group(1))))
    called: dict[str, Value] = {"id": found.id, "client": found.client, "what": what(found)}
    if found.why is Why.ASKED:
        return Outcome(say("command_offer_stands", id=found.id, client=found.client, until=until(found, facts)))
    if found.why not in _HAS_ROOM:
        return Outcome(say("command_offer_none", **called))
    return Outcome(say("command_offered", **called), (OfferByHand(found.id),))


COMMAND = Command("OFFER", "OFFER W7", act=offer)
