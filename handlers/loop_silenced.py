"""Somebody texts like a program: their messages are kept, nothing is answered, and a person is told once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.commands.parse import parse
from conversations.languages import known
from conversations.replies import say
from conversations.rules.loop_guard import LOOK_BACK, MOST_A_MINUTE, SAME_TEXT_TIMES, is_loop
from conversations.rules.routes import CONSOLE
from handlers.circumstances import Circumstances
from handlers.heard import Heard
from handlers.tell_coordinator import tell_coordinator
from models.conversations import add_turn, change_conversation
from models.messages import HIDDEN, recent_inbound


def since_when(conversation: Row[Any], now: datetime) -> datetime | None:
    """From which moment on what they texted tells a program from a person. None where the last text did not come a
    moment ago, so that an ordinary conversation pays nothing, and behind the console, where a person is signed in."""
    last = conversation.last_inbound_at
    if conversation.channel == CONSOLE or last is None or last < now - LOOK_BACK:
        return None
    return now - LOOK_BACK


def looks_like_a_loop(
    session: Session,
    conversation: Row[Any],
    circumstances: Circumstances,
    lately: Sequence[tuple[datetime, str]] | None = None,
) -> bool:
    """A coordinator may give one command (MORE, UNDO) again and again. `lately`: what they texted, newest first, where
    that was asked before."""
    now = circumstances.now
    since = since_when(conversation, now)
    if since is None:
        return False
    if lately is None:
        lately = [(row.at, row.body) for row in recent_inbound(session, conversation.id, since)]
    if len(lately) < SAME_TEXT_TIMES:  # as with most
        return False
    profile = circumstances.profiles.current(session)
    coordinator = profile.coordinator_in(conversation)
    newest = max(lately, key=lambda text: text[0], default=None)
    language = known(coordinator.language or profile.business.language) if coordinator is not None else ""
    commands = coordinator is not None and newest is not None and bool(parse(newest[1], language))
    if commands and len(lately) <= MOST_A_MINUTE:
        return False
    texts = [(at, "" if body == HIDDEN else body) for at, body in lately]
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
    heard.answered_by(session, turn_id)
    change_conversation(session, conversation.id, **heard.noted(circumstances.now))
