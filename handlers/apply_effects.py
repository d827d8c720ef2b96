"""Effects → rows. What follows from an effect comes back as events, for the conversations that must know of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.effects import (
    AcceptAgreement,
    AcceptMove,
    AcceptOffer,
    AcceptProposal,
    AddNote,
    Approve,
    AskAnotherTime,
    AskOnPhone,
    BlockTime,
    Book,
    BookFor,
    BookSeats,
    BookSeries,
    CallPerson,
    Cancel,
    ChangeClass,
    ChangeWish,
    ClearTime,
    Commanded,
    DecideSeries,
    Decline,
    DeclineOffer,
    Effect,
    EndCall,
    GiveBack,
    Hold,
    HoldSeats,
    JoinWaitlist,
    KeepAnswer,
    KeepEmail,
    LeaveWaitlist,
    LetGo,
    Mark,
    Move,
    MoveSeries,
    OfferByHand,
    OptIn,
    OptOut,
    PromiseToCome,
    Propose,
    RefundsDone,
    RefuseMove,
    RefuseProposal,
    Rename,
    Reschedule,
    SellPack,
    SetLink,
    Speak,
    StartCall,
    SubmitProof,
    TakePayment,
    TellCoordinator,
    UnblockTime,
    Undo,
    WaitForTime,
    WriteNote,
)
from conversations.engagements.effects import (
    AddMilestone,
    CloseEngagement,
    MoveMilestone,
    OpenByHand,
    ReopenEngagement,
    RetryOpening,
    SetDetail,
    Spend,
    TickMilestones,
)
from conversations.events import Event
from conversations.replies import say
from handlers import (
    agreed,
    booked_for,
    bookings_changed,
    bookings_made,
    class_changed,
    command_undone,
    commands_logged,
    engagement_changed,
    engagement_opened,
    intake_kept,
    moves_asked,
    packs_sold,
    payment_shown,
    payment_taken,
    proposals_made,
    requests_decided,
    seats_booked,
    series_booked,
    series_decided,
    sessions_held,
    time_blocked,
    waitlist,
    waitlist_times,
)
from handlers.circumstances import Circumstances
from handlers.profile import Profile
from handlers.tell_coordinator import tell_coordinator
from models.claims import AT_ONCE, Holder, let_go
from models.clients import client_by_id, keep_email, rename_client
from models.consents import ConsentSource, consent_given, consent_withdrawn
from models.conversations import change_conversation
from models.waitlist_looks import look_for_person


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
        if isinstance(effect, Commanded):
            follows += _command(session, effect, conversation, circumstances, profile)
            continue
        follow = _apply(session, effect, conversation, circumstances, profile)
        if follow is not None:
            follows += [Follow(*one) for one in (follow if isinstance(follow, list) else [follow])]
    return follows


def _command(
    session: Session, effect: Commanded, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> list[Follow]:
    """What a coordinator commanded, and what takes it back."""
    before = commands_logged.look(session, effect.effects)
    follows = apply_effects(session, effect.effects, conversation, circumstances, profile)
    events = [follow.event for follow in follows]
    commands_logged.log(session, conversation.id, effect.words, effect.effects, before, events, circumstances.now)
    return follows


def _apply(
    session: Session, effect: Effect, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event] | list[tuple[int, Event]] | None:
    match effect:
        case Hold():
            bookings_made.hold(session, effect, conversation, circumstances, profile)
        case LetGo():
            let_go(session, Holder.CONVERSATION, conversation.id)
        case Book():
            return bookings_made.book(session, effect, conversation, circumstances, profile)
        case BookSeries():
            return series_booked.book_series(session, effect, conversation, circumstances, profile)
        case DecideSeries():
            return series_decided.decide(session, effect, conversation, circumstances, profile)
        case MoveSeries():
            return series_decided.move(session, effect, conversation, circumstances, profile)
        case HoldSeats():
            seats_booked.hold_seats(session, effect, conversation, circumstances, profile)
        case BookSeats():
            return seats_booked.book_seats(session, effect, conversation, circumstances, profile)
        case JoinWaitlist():
            return waitlist.join(session, effect, conversation, circumstances, profile)
        case WaitForTime():
            return waitlist_times.wait_for_time(session, effect, conversation, circumstances, profile)
        case LeaveWaitlist():
            waitlist.leave(session, effect, conversation, circumstances)
        case AcceptOffer():
            return waitlist.accept(session, effect, conversation, circumstances, profile)
        case DeclineOffer():
            waitlist.decline(session, effect, conversation)
        case OfferByHand():
            return waitlist.offer_by_hand(session, effect, conversation, circumstances, profile)
        case ChangeClass():
            return class_changed.change_class(session, effect, conversation, circumstances, profile)
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
        case Cancel():
            return bookings_changed.cancel(session, effect, conversation, circumstances, profile)
        case Move():
            return bookings_changed.move(session, effect, conversation, circumstances, profile)
        case Mark():
            bookings_changed.mark(session, effect, conversation, circumstances, profile)
        case AcceptAgreement():
            client_id = bookings_made.client_of(session, conversation, circumstances.now)
            agreed.accept_agreement(session, effect, client_id, circumstances)
        case KeepAnswer():
            intake_kept.keep_answer(session, effect, conversation, circumstances)
        case StartCall():
            sessions_held.start_call(session, effect, conversation, circumstances, profile)
        case EndCall():
            sessions_held.end_call(session, effect, conversation, circumstances, profile)
        case SetLink():
            return sessions_held.set_link(session, effect, circumstances, profile)
        case WriteNote():
            bookings_changed.write_note(session, effect, circumstances)
        case BookFor():
            return booked_for.book_for(session, effect, conversation, circumstances, profile)
        case BlockTime():
            time_blocked.block(session, effect, conversation, circumstances, profile)
        case UnblockTime():
            time_blocked.unblock(session, effect, conversation, circumstances, profile)
        case ClearTime():
            return time_blocked.clear(session, effect, conversation, circumstances, profile)
        case Undo():
            return command_undone.undo(session, effect, conversation, circumstances, profile)
        case Reschedule():
            return moves_asked.reschedule(session, effect, conversation, circumstances, profile)
        case AcceptMove():
            return moves_asked.accept_move(session, effect, conversation, circumstances, profile)
        case RefuseMove():
            return moves_asked.refuse_move(session, effect, conversation, circumstances, profile)
        case PromiseToCome():
            moves_asked.promise_to_come(session, effect, circumstances)
        case AskOnPhone():
            payment_shown.ask_on_phone(session, effect, circumstances)
        case SubmitProof():
            return payment_shown.submit_proof(session, effect, conversation, circumstances, profile)
        case TakePayment():
            return payment_taken.take_payment(session, effect, conversation, circumstances, profile)
        case SellPack():
            return packs_sold.sell_pack(session, effect, conversation, circumstances, profile)
        case GiveBack():
            return payment_taken.give_money_back(session, effect, conversation, circumstances, profile)
        case RefundsDone():
            payment_taken.refunds_are_done(session, effect, conversation, circumstances, profile)
        case AcceptProposal():
            return proposals_made.accept(session, effect, conversation, circumstances, profile)
        case RefuseProposal():
            return proposals_made.refuse(session, effect, conversation, circumstances, profile)
        case TellCoordinator():
            tell_coordinator(
                session, effect.reply, conversation, circumstances, profile, effect.booking_id,
                may_wait=effect.may_wait,
            )  # fmt: skip
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
            look_for_person(session, conversation.id, AT_ONCE)
        case OptIn():
            source = ConsentSource.CARRIER if effect.by_carrier else ConsentSource.OWN_WORDS
            consent_given(session, conversation.id, source, effect.words, circumstances.now)
        case OpenByHand():
            engagement_opened.open_by_hand(session, effect, conversation, circumstances, profile)
        case RetryOpening():
            engagement_opened.retry(session, effect, circumstances)
        case (
            TickMilestones() | MoveMilestone() | AddMilestone() | SetDetail() | Spend() | CloseEngagement()
            | ReopenEngagement()
        ):  # fmt: skip
            engagement_changed.change(session, effect, conversation, circumstances, profile)
        case Commanded():
            raise ValueError("a command holds no command")
        case _:
            assert_never(effect)
    return None


def _called(session: Session, conversation: Row[Any]) -> str:
    client = client_by_id(session, conversation.client_id) if conversation.client_id is not None else None
    name = client.name if client is not None else ""
    return f"{name} ({conversation.address})" if name else str(conversation.address)
