"""One turn of a conversation: lock, gather facts, step, apply, save; again from the start where a race was lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session, SessionTransaction

from conversations.booking import BookingView
from conversations.dialogue import Dialogue
from conversations.effects import Speak, TellCoordinator
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
from handlers.views import how_it_stands
from models.claims import LostRace
from models.conversations import add_turn, change_conversation, lock_conversation
from models.messages import cover, hide

TRIES = 5


@dataclass(frozen=True, slots=True)
class Heard:
    """The messages that a turn answers, and when the last of them came. One that is `unread` is for operators too."""

    message_ids: tuple[int, ...]
    last_at: datetime
    is_unread: bool = True

    def noted(self, now: datetime) -> dict[str, Any]:
        """What the conversation keeps of them."""
        values: dict[str, Any] = {"last_inbound_at": self.last_at}
        if self.is_unread:
            values["is_unread"] = True
        if self.last_at == now:
            values["last_message_at"] = now
        return values


class _Undo:
    """What takes a step back that lost a race. It costs something only from the first effect on: who only speaks
    races with nobody."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._savepoint: SessionTransaction | None = None

    def begin(self) -> None:
        """All that is done from here on can be undone."""
        if self._savepoint is None:
            self._savepoint = self._session.begin_nested()

    def keep(self) -> None:
        if self._savepoint is not None:
            self._savepoint.commit()

    def undo(self) -> None:
        if self._savepoint is not None:
            self._savepoint.rollback()


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
    stands: str | None
    """How that stands, where nothing was done since it was read."""
    is_private: bool
    """The words that led to it are left out of the transcript."""


def advance(
    session: Session,
    conversation: Row[Any],
    event: Event,
    circumstances: Circumstances,
    heard: Heard | None = None,
    facts: DatabaseFacts | None = None,
) -> None:
    """Let an event happen to a conversation that the caller has locked, and to those that it touches. `facts`: what was
    gathered since, of this conversation as it is.

    Raises LostRace when the race is lost again and again: nothing of the turn is kept."""
    profile = circumstances.profiles.current(session)
    for attempt in range(1, TRIES + 1):
        undo = _Undo(session)
        try:
            _turn(session, conversation, event, circumstances, profile, undo, heard, facts)
        except LostRace:
            undo.undo()
            circumstances.race_lost()
            if attempt == TRIES:
                raise
            facts = None
        else:
            undo.keep()
            return


def _turn(
    session: Session,
    conversation: Row[Any],
    event: Event,
    circumstances: Circumstances,
    profile: Profile,
    undo: _Undo,
    heard: Heard | None = None,
    facts: DatabaseFacts | None = None,
) -> None:
    before = load(conversation.dialogue)
    facts = facts or DatabaseFacts(session, conversation, circumstances, profile)
    stepped = _steps(session, conversation, before, event, circumstances, profile, facts, undo)
    dialogue = dump(stepped.dialogue)
    turn_id = add_turn(
        session,
        conversation_id=conversation.id,
        cause=type(event).__name__,
        state_before=before.state,
        state_after=stepped.dialogue.state,
        dialogue_after=dialogue,
        fault="",
        trace=circumstances.trace,
        at=circumstances.now,
    )
    if heard is not None:
        cover(session, heard.message_ids, turn_id)
        if stepped.is_private:
            hide(session, heard.message_ids)
    noted = heard.noted(circumstances.now) if heard is not None else {}
    if stepped.replies:
        noted["last_message_at"] = circumstances.now
    change_conversation(
        session, conversation.id, state=stepped.dialogue.state, dialogue=dialogue,
        quiet_at=_quiet_at(conversation, event, stepped.patience, circumstances), **noted,
    )  # fmt: skip
    enqueue(
        session, circumstances, stepped.replies, language=stepped.language,
        conversation_id=conversation.id, channel=conversation.channel, address=conversation.address,
        turn_id=turn_id, booking_id=stepped.about, told=stepped.stands,
    )  # fmt: skip
    for follow in stepped.follows:
        other = lock_conversation(session, follow.conversation_id)
        _turn(session, other, follow.event, circumstances, profile, undo)
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
    session: Session, conversation: Row[Any], dialogue: Dialogue, event: Event, circumstances: Circumstances,
    profile: Profile, facts: DatabaseFacts, undo: _Undo,
) -> _Stepped:  # fmt: skip
    """The step of this event, and of every event that it causes in this same conversation."""
    replies: list[Reply] = []
    told: list[tuple[Event, tuple[Reply, ...]]] = []
    elsewhere: list[Follow] = []
    waiting = [event]
    about: int | None = None
    stands: str | None = None
    is_private = False
    while waiting:
        happened = waiting.pop(0)
        if (found := _about(happened)) is not None:
            about, stands = found.id, how_it_stands(found)
        turn = step(dialogue, happened, facts)
        dialogue = turn.dialogue
        is_private = is_private or turn.is_private
        replies += turn.replies
        told.append((happened, turn.replies))
        if turn.effects:
            stands = stands if all(isinstance(effect, TellCoordinator) for effect in turn.effects) else None
            undo.begin()
            for follow in apply_effects(session, turn.effects, conversation, circumstances, profile):
                if follow.conversation_id == conversation.id:
                    waiting.append(follow.event)
                else:
                    elsewhere.append(follow)
            spoken = [effect.language for effect in turn.effects if isinstance(effect, Speak)]
            language = spoken[-1] if spoken else facts.language
            facts = DatabaseFacts(session, conversation, circumstances, profile).in_language(language)
        waiting += turn.then
    return _Stepped(
        tuple(replies), tuple(told), facts.language, tuple(elsewhere), dialogue, patience(dialogue, facts), about,
        stands, is_private,
    )  # fmt: skip


def _about(event: Event) -> BookingView | None:
    """The booking that an event is about, for the outbox."""
    return getattr(event, "booking", None)
