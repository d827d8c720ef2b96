"""One turn of a conversation: lock, gather facts, step, apply, save; again from the start where a race was lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session, SessionTransaction

from conversations.booking import BookingView
from conversations.dialogue import Dialogue
from conversations.effects import Approve, Book, Commanded, Effect, Hold, LetGo, Speak, TellCoordinator
from conversations.engine import step
from conversations.events import Event, Said, WentQuiet
from conversations.flows.pauses import patience
from conversations.replies import Reply
from conversations.stored import dump, load
from conversations.values import made_often
from handlers.apply_effects import Follow, apply_effects
from handlers.circumstances import Circumstances
from handlers.enqueue import enqueue
from handlers.gather_facts import DatabaseFacts
from handlers.heard import Heard
from handlers.mailed import mail_news
from handlers.profile import Profile
from handlers.views import how_it_stands
from models.cells import Unchanging
from models.claims import LostRace
from models.conversations import add_turn, change_conversation, lock_conversation

TRIES = 5


class _Undo:
    """What takes a step back that lost a race. It costs something only from the first effect on: who only speaks
    races with nobody; and nothing where whoever called does all of it again."""

    def __init__(self, session: Session, *, is_wanted: bool) -> None:
        self._session, self._is_wanted = session, is_wanted
        self._savepoint: SessionTransaction | None = None

    def begin(self) -> None:
        """All that is done from here on can be undone."""
        if self._savepoint is None and self._is_wanted:
            self._savepoint = self._session.begin_nested()

    def keep(self) -> None:
        if self._savepoint is not None:
            self._savepoint.commit()

    def undo(self) -> None:
        if self._savepoint is not None:
            self._savepoint.rollback()


@made_often
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
    dialogue: Dialogue | None = None,
) -> None:
    """Let an event happen to a conversation that the caller has locked, and to those that it touches. `facts`: what was
    gathered since, of this conversation as it is; `dialogue`: its own, where it is read already.

    Raises LostRace when the race is lost again and again: nothing of the turn is kept. Where the caller starts over, at
    once: nothing of the transaction may be kept."""
    profile = facts.profile if facts is not None else circumstances.profiles.current(session)
    for attempt in range(1, TRIES + 1):
        undo = _Undo(session, is_wanted=not circumstances.starts_over)
        try:
            _turn(session, conversation, event, circumstances, profile, undo, heard, facts, dialogue)
        except LostRace:
            undo.undo()
            circumstances.race_lost()
            if attempt == TRIES or circumstances.starts_over:
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
    dialogue: Dialogue | None = None,
) -> None:
    before = load(conversation.dialogue) if dialogue is None else dialogue
    facts = facts or DatabaseFacts(session, conversation, circumstances, profile)
    stepped = _steps(session, conversation, before, event, circumstances, profile, facts, undo, heard)
    written, state = Unchanging(dump(stepped.dialogue)), stepped.dialogue.state
    turn_id = add_turn(
        session,
        conversation_id=conversation.id,
        cause=type(event).__name__,
        state_before=before.state,
        state_after=state,
        dialogue_after=written,
        fault="",
        trace=circumstances.trace,
        at=circumstances.now,
    )
    if heard is not None:
        heard.answered_by(session, turn_id, is_private=stepped.is_private)
    noted = heard.noted(circumstances.now) if heard is not None else {}
    if stepped.replies:
        noted["last_message_at"] = circumstances.now
    change_conversation(
        session, conversation.id, state=state, dialogue=written,
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
    profile: Profile, facts: DatabaseFacts, undo: _Undo, heard: Heard | None,
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
            stands = stands if {type(effect) for effect in turn.effects} == {TellCoordinator} else None
            by_coordinator = profile.coordinator_in(conversation) is not None
            is_elsewhere = circumstances.starts_over and _is_done_elsewhere(turn.effects, by_coordinator=by_coordinator)
            if heard is not None and not is_elsewhere:  # before there is a savepoint, which would take it away again
                heard.store(session)
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


def _is_done_elsewhere(effects: Sequence[Effect], *, by_coordinator: bool) -> bool:
    """Whether they neither read nor write the transcript of the conversation whose turn it is, as a text to its own
    coordinator would: its message may be stored behind them."""
    for effect in effects:
        if isinstance(effect, Commanded):
            if not _is_done_elsewhere(effect.effects, by_coordinator=by_coordinator):
                return False
        elif not isinstance(effect, Approve if by_coordinator else (Hold, LetGo, Book, TellCoordinator)):
            return False
    return True


def _about(event: Event) -> BookingView | None:
    """The booking that an event is about, for the outbox."""
    return getattr(event, "booking", None)
