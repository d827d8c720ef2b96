"""An operator commands from the console: the same words as a coordinator texts, by the same code, once however often a
form is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from conversations.messages import Inbound
from conversations.rules.routes import CONSOLE, console_address
from handlers.circumstances import Circumstances
from handlers.console.signed_in import Who
from handlers.message_received import message_received
from models.messages import answers_to
from models.operators import audit


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command was answered; nothing for one that had been given before."""

    texts: Sequence[str]


def commanded(session: Session, words: str, form: str, who: Who, circumstances: Circumstances) -> Answer:
    """`form` is the number of the form that gave it: sent twice, it is one command. Raises as message_received()."""
    address = console_address(who.id)
    inbound = Inbound(CONSOLE, f"{who.id}:{form}"[:140], address, None, words)
    at_once = replace(circumstances, burst=timedelta(0), patience=timedelta(0))
    received = message_received(session, inbound, at_once)
    if received.is_new:
        audit(
            session, at=circumstances.now, operator_id=who.id, who=who.name, action="commanded", words=words[:500],
        )  # fmt: skip
    return Answer(answers_to(session, CONSOLE, inbound.provider_id))
