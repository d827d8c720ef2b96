"""An operator commands from the console: the same words as a coordinator texts, by the same code, once however often a
form is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from conversations.messages import Inbound
from conversations.rules.routes import CONSOLE, console_address
from handlers.circumstances import Circumstances
from handlers.console.commanded_about import abouts, in_short
from handlers.console.signed_in import Who
from handlers.message_received import message_received
from models.audit import audit
from models.command_answers import changes_at
from models.command_log import last_command
from models.conversations import conversation_id_for
from models.messages import answers_to


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command was answered, the first time where it was given before; and what it is known by."""

    texts: Sequence[str]
    known_as: str
    is_done: bool | None = None
    """Whether it has changed something; None where it was given before."""


def commanded(session: Session, words: str, form: str, who: Who, circumstances: Circumstances) -> Answer:
    """`form` is the number of the form that gave it: sent twice with the same words, it is one command. It is written
    down once for each thing that it was about. Raises as message_received()."""
    address, known = console_address(who.id), known_as(form, words)
    inbound = Inbound(CONSOLE, provider_id(who.id, known), address, None, words)
    at_once = replace(circumstances, burst=timedelta(0), patience=timedelta(0))
    own = conversation_id_for(session, CONSOLE, address, circumstances.now)
    before, changed = last_command(session, own), changes_at(session, own, circumstances.now)
    received = message_received(session, inbound, at_once)
    profile = circumstances.profiles.current(session)
    for subject in abouts(session, words, own, before, profile) if received.is_new else ():
        audit(
            session, at=circumstances.now, operator_id=who.id, who=who.name, action="commanded", subject=subject,
            words=in_short(words, profile),
        )  # fmt: skip
    is_done = changes_at(session, own, circumstances.now) != changed if received.is_new else None
    return Answer(answers_to(session, CONSOLE, inbound.provider_id), known, is_done)


def known_as(form: str, words: str) -> str:
    """What makes a form the same: its number, and the words that it was sent with."""
    return f"{form[:80]}.{sha256(words.encode()).hexdigest()[:16]}"


def provider_id(operator_id: int, known: str) -> str:
    """What an operator's command is stored by."""
    return f"{operator_id}:{known}"[:140]
