"""Somebody texts like a program: their messages are kept, nothing is answered, and a person is told once."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.commands.parse import parse
from conversations.languages import known
from conversations.replies import say
from conversations.rules.loop_guard import LOOK_BACK, MOST_A_MINUTE, is_loop
from conversations.rules.routes import CONSOLE
from handlers.advance import Heard
from handlers.circumstances import Circumstances
from handlers.tell_coordinator import tell_coordinator
from models.conversations import add_turn, change_conversation
from models.messages import HIDDEN, cover, recent_inbound


def looks_like_a_loop(session: Session, conversation: Row[Any], circumstances: Circumstances) -> bool:
    """Looks back only where the last text came a moment ago, so that an ordinary conversation pays nothing. A
    coordinator may give one command (MORE, UNDO) again and again. Behind the console sits a person who is signed in."""
    last, now = conversation.last_inbound_at, circumstances.now
    if conversation.channel == CONSOLE:
        return False
    if last is None or last < now - LOOK_BACK:
        return False
    recent = recent_inbound(session, conversation.id, now - LOOK_BACK, MOST_A_MINUTE * 3)
    profile = circumstances.profiles.current(session)
    coordinator = profile.coordinator_in(conversation)
    newest = max(recent, key=lambda row: row.at, default=None)
    language = known(coordinator.language or profile.business.language) if coordinator is not None else ""
    commands = coordinator is not None and newest is not None and bool(parse(newest.body, language))
    texts = [(row.at, "" if row.body == HIDDEN else row.body) for row in recent]
    return is_loop(texts, now, may_repeat=commands)


def loop_silenced(session: Session, conversation: Row[Any], heard: Heard, circumstances: Circumstances) -> None:
    """Close these messages with a turn that says nothing, and call a person once."""
    silenced(session, conversation, heard, circumstances)
    profile = circumstances.profiles.current(session)
    is_coordinator = profile.coordinator_in(conversation) is not None
    if not conversation.needs_person and not is_coordinator:
        change_conversation(session, conversation.id, needs_person=True)
        reply = say("loop_noticed", client=conversation.address)
        tell_coordinator(session, reply, conversation, circumstances, profile)


def silenced(session: Session, conversation: Row[Any], heard: Heard, circumstances: Circumstances) -> None:
    """Close these messages with a turn that says nothing."""
    turn_id = add_turn(
        session, conversation_id=conversation.id, cause="Silenced", state_before=conversation.state,
        state_after=conversation.state, dialogue_after=conversation.dialogue, trace=circumstances.trace,
        at=circumstances.now,
    )  # fmt: skip
    cover(session, heard.message_ids, turn_id)
    change_conversation(session, conversation.id, **heard.noted(circumstances.now))
