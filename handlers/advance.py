"""One turn of a conversation: lock, gather facts, step, apply, save; again from the start where a race was lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.dialogue import Dialogue
from conversations.effects import Speak
from conversations.engine import step
from conversations.events import Event, Said, WentQuiet
from conversations.flows.pauses import patience
from conversations.replies import Reply
from conversations.stored import dump, load
from handlers.apply_effects import Follow, apply_effects
from handlers.circumstances import Circumstances
from handlers.enqueue import enqueue
from handlers.gather_facts import DatabaseFacts
from handlers.mailed import mail_news
from handlers.profile import Profile
from models.claims import LostRace
from models.conversations import add_turn, change_conversation, lock_conversation
from models.messages import cover, hide

TRIES = 5


@dataclass(frozen=True, slots=True)
class _Stepped:
    """What a whole turn came to, before it is written down."""

    replies: tuple[Reply, ...]
    told: tuple[tuple[Event, tuple[Reply, ...]], ...]
    """What happened, each with what was said of it."""
    language: str
    follows: tuple[Follow, ...]
    dialogue: Dialogue
    patience: timedelta | None
    """How long the client may now be silent."""
    about: int | None
    """The booking that it was about."""
    is_private: bool
    """The words that led to it are left out of the transcript."""


def advance(
    session: Session,
    conversation: Row[Any],
    event: Event,
    circumstances: Circumstances,
    message_ids: tuple[int, ...] = (),
) -> None:
    """Let an event happen to a conversation that the caller has locked, and to those that it touches.

    Raises LostRace when the race is lost again and again: nothing of the turn is kept."""
    profile = circumstances.profiles.current(session)
    for attempt in range(1, TRIES + 1):
        savepoint = session.begin_nested()
        try:
            _turn(session, conversation, event, circumstances, profile, message_ids)
        except LostRace:
            savepoint.rollback()
            circumstances.race_lost()
            if attempt == TRIES:
                raise
        else:
            savepoint.commit()
            return


def _turn(
    session: Session,
    conversation: Row[Any],
    event: Event,
    circumstances: Circumstances,
    profile: Profile,
    message_ids: tuple[int, ...] = (),
) -> None:
    before = load(conversation.dialogue)
    stepped = _steps(session, conversation, event, circumstances, profile)
    turn_id = add_turn(
        session,
        conversation_id=conversation.id,
        cause=type(event).__name__,
        state_before=before.state,
        state_after=stepped.dialogue.state,
        dialogue_after=dump(stepped.dialogue),
        fault="",
        trace=circumstances.trace,
        at=circumstances.now,
    )
    if message_ids:
        cover(session, list(message_ids), turn_id)
    if stepped.is_private:
        hide(session, message_ids)
    change_conversation(
        session, conversation.id, state=stepped.dialogue.state, dialogue=dump(stepped.dialogue),
        quiet_at=_quiet_at(conversation, event, stepped.patience, circumstances),
    )  # fmt: skip
    enqueue(
        session, circumstances, stepped.replies, language=stepped.language,
        conversation_id=conversation.id, channel=conversation.channel, address=conversation.address,
        turn_id=turn_id, booking_id=stepped.about,
    )  # fmt: skip
    for follow in stepped.follows:
        other = lock_conversation(session, follow.conversation_id)
        _turn(session, other, follow.event, circumstances, profile)
    for happened, replies in stepped.told:
        mail_news(session, happened, replies, stepped.language, conversation, circumstances, profile)


def _quiet_at(
    conversation: Row[Any], event: Event, patience: timedelta | None, circumstances: Circumstances
) -> datetime | None:
    """Until when we wait for the client, or for whoever talks with them in our place. News of another booking is no
    word of theirs: it changes nothing of that."""
    if conversation.taken_until is not None:
        return conversation.taken_until  # type: ignore[no-any-return]
    if patience is None:
        return None
    if conversation.quiet_at is not None and not isinstance(event, Said | WentQuiet):
        return conversation.quiet_at  # type: ignore[no-any-return]
    return circumstances.now + patience


def _steps(
    session: Session, conversation: Row[Any], event: Event, circumstances: Circumstances, profile: Profile
) -> _Stepped:
    """The step of this event, and of every event that it causes in this same conversation."""
    dialogue = load(conversation.dialogue)
    replies: list[Reply] = []
    told: list[tuple[Event, tuple[Reply, ...]]] = []
    elsewhere: list[Follow] = []
    waiting = [event]
    about: int | None = None
    is_private = False
    facts = DatabaseFacts(session, conversation, circumstances, profile)
    while waiting:
        happened = waiting.pop(0)
        about = _about(happened) or about
        turn = step(dialogue, happened, facts)
        dialogue = turn.dialogue
        is_private = is_private or turn.is_private
        replies += turn.replies
        told.append((happened, turn.replies))
        spoken = [effect.language for effect in turn.effects if isinstance(effect, Speak)]
        language = spoken[-1] if spoken else facts.language
        for follow in apply_effects(session, turn.effects, conversation, circumstances, profile):
            if follow.conversation_id == conversation.id:
                waiting.append(follow.event)
            else:
                elsewhere.append(follow)
        waiting += turn.then
        facts = DatabaseFacts(session, conversation, circumstances, profile).in_language(language)
    return _Stepped(
        tuple(replies), tuple(told), facts.language, tuple(elsewhere), dialogue, patience(dialogue, facts), about,
        is_private,
    )  # fmt: skip


def _about(event: Event) -> int | None:
    """The booking that an event is about, for the outbox."""
    return getattr(getattr(event, "booking", None), "id", None)
