"""What a message means by the text of ours that it quotes, whose button it presses or to which it puts a sign."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.dialogue import Dialogue
from conversations.messages import Inbound, option_of
from models.outbox import newest_outbox_of, outbox_by_id, outbox_by_provider_id


def words_of(session: Session, conversation_id: int, inbound: Inbound) -> str:
    """The text of a message; of a pressed button its whole label, for what the phone shows of it may be cut."""
    named = option_of(inbound.button)
    pressed = outbox_by_id(session, named[1]) if named is not None else None
    if named is None or pressed is None or pressed.conversation_id != conversation_id:
        return inbound.text
    return next((label for key, label in pressed.choices if key == named[0]), inbound.text)


def option_meant(quoted: Row[Any], text: str, dialogue: Dialogue) -> str:
    """What is to be understood where a text picks one of the options that stood under a quoted text of ours: the key by
    which that option is offered now; where it is offered no more, its label, which acts if it still can."""
    said = text.strip().casefold()
    label = next((label for key, label in quoted.choices if said in (label.casefold(), key.casefold())), None)
    if label is None:
        return text
    return next((option.key for option in dialogue.options if option.label == label), label)


def says_something(session: Session, conversation_id: int, inbound: Inbound, *, is_coordinator: bool) -> bool:
    """Whether a reaction answers anything: a coordinator's under a text about one booking, a client's under our last
    text. One under any other would be taken for the answer to a question that it was not put to."""
    quoted = outbox_by_provider_id(session, inbound.channel, inbound.quoted_id)
    if quoted is None or quoted.conversation_id != conversation_id:
        return False
    return quoted.booking_id is not None if is_coordinator else quoted.id == newest_outbox_of(session, conversation_id)
