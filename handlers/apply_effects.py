"""Effects → rows. What follows from an effect comes back as events, for the conversations that must know of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.effects import (
    AcceptProposal,
    AddNote,
    Approve,
    AskAnotherTime,
    Book,
    CallPerson,
    ChangeWish,
    Decline,
    Effect,
    Hold,
    KeepEmail,
    LetGo,
    OptIn,
    OptOut,
    Propose,
    RefuseProposal,
    Rename,
    Speak,
    TellCoordinator,
)
from conversations.events import Event
from conversations.replies import say
from handlers import bookings_made, proposals_made, requests_decided
from handlers.circumstances import Circumstances
from handlers.profile import Profile
from handlers.tell_coordinator import tell_coordinator
from models.claims import Holder, let_go
from models.clients import client_by_id, keep_email, rename_client
from models.consents import ConsentSource, consent_given, consent_withdrawn
from models.conversations import change_conversation


@dataclass(frozen=True, slots=True)
class Follow:
    """An event that an effect has caused, and the conversation it happened to."""

    conversation_id: int
    event: Event


def apply_effects(
    session: Session, effects: Sequence[Effect], conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> list[Follow]:
    """Do each effect in order. Raises LostRace when somebody else was faster: the caller rolls back and steps again."""
    follows: list[Follow] = []
    for effect in effects:
        follow = _apply(session, effect, conversation, circumstances, profile)
        if follow is not None:
            follows.append(Follow(*follow))
    return follows


def _apply(
    session: Session, effect: Effect, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event] | None:
    match effect:
        case Hold():
            bookings_made.hold(session, effect, conversation, circumstances, profile)
        case LetGo():
            let_go(session, Holder.CONVERSATION, conversation.id)
        case Book():
            return bookings_made.book(session, effect, conversation, circumstances, profile)
        case ChangeWish():
            return bookings_made.change_wish(session, effect, conversation, circumstances, profile)
        case Approve():
            return requests_decided.approve(session, effect, conversation, circumstances, profile)
        case Decline():
            return requests_decided.decline(session, effect, conversation, circumstances, profile)
        case AskAnotherTime():
            return requests_decided.ask_another_time(session, effect, conversation, circumstances, profile)
        case Propose():
            return proposals_made.propose(session, effect, conversation, circumstances, profile)
        case AcceptProposal():
            return proposals_made.accept(session, effect, conversation, circumstances, profile)
        case RefuseProposal():
            return proposals_made.refuse(session, effect, conversation, circumstances, profile)
        case TellCoordinator():
            tell_coordinator(session, effect.reply, conversation, circumstances, profile, effect.booking_id)
        case CallPerson():
            change_conversation(session, conversation.id, needs_person=True)
            reply = say("person_wanted", client=_called(session, conversation), words=effect.words[:300])
            tell_coordinator(session, reply, conversation, circumstances, profile)
        case Rename():
            if conversation.client_id is not None:
                rename_client(session, conversation.client_id, effect.name)
        case KeepEmail():
            if conversation.client_id is not None:
                keep_email(session, conversation.client_id, effect.email)
        case AddNote():
            bookings_made.add_note(session, effect, conversation, circumstances, profile)
        case Speak():
            change_conversation(session, conversation.id, language=effect.language)
        case OptOut():
            source = ConsentSource.CARRIER if effect.by_carrier else ConsentSource.OWN_WORDS
            consent_withdrawn(session, conversation.id, source, effect.words, circumstances.now)
        case OptIn():
            source = ConsentSource.CARRIER if effect.by_carrier else ConsentSource.OWN_WORDS
            consent_given(session, conversation.id, source, effect.words, circumstances.now)
        case _:
            assert_never(effect)
    return None


def _called(session: Session, conversation: Row[Any]) -> str:
    client = client_by_id(session, conversation.client_id) if conversation.client_id is not None else None
    name = client.name if client is not None else ""
    return f"{name} ({conversation.address})" if name else str(conversation.address)
