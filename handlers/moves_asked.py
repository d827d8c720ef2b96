"""Another time for a booking that stands, as its client wishes: held beside its own until the coordinator answers, or
taken at once where nobody need be asked. Until then the old time is theirs."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, ProposalStatus
from conversations.effects import AcceptMove, PromiseToCome, RefuseMove, Reschedule
from conversations.events import Event, MoveAccepted, MoveAsked, MovedByClient, MoveRefused
from conversations.rules.deadlines import decide_by
from handlers.circumstances import Circumstances
from handlers.pending_request import fresh_view, lock_booking, replace_proposal
from handlers.profile import Profile
from handlers.time_owned import own_time, service_of
from handlers.views import proposal_view
from models.bookings import BY_CLIENT, add_proposal, change_booking, end_proposal, open_proposal
from models.claims import Holder, LostRace, let_go

STANDING = (BookingStatus.APPROVED, BookingStatus.CONFIRMED)


def reschedule(
    session: Session, effect: Reschedule, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event]:
    """Raises LostRace where the time is taken, or the booking stands no longer."""
    now = circumstances.now
    row = _lock_standing(session, effect.booking_id)
    terms = profile.terms(effect.staff_id, row.service_id)
    replace_proposal(session, effect.booking_id, now)
    let_go(session, Holder.CONVERSATION, conversation.id)
    start = effect.start.astimezone(UTC)
    if terms.asks_about_moves or not terms.leaves_to_client(row.start_at, now):
        return conversation.id, _ask(session, row, effect.staff_id, start, now, profile)
    _take(session, row, effect.staff_id, start, now, profile)
    return conversation.id, MovedByClient(fresh_view(session, row.id, profile), _before(row))


def accept_move(
    session: Session, effect: AcceptMove, _conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event]:
    """The coordinator's yes: the new time takes the old one's place, in one step."""
    now = circumstances.now
    row, proposal = _wished(session, effect.booking_id, effect.proposal_id, now)
    end_proposal(session, proposal.id, ProposalStatus.ACCEPTED, now)
    let_go(session, Holder.PROPOSAL, proposal.id)
    _take(session, row, proposal.staff_id or row.staff_id, proposal.start_at, now, profile)
    return row.conversation_id, MoveAccepted(fresh_view(session, row.id, profile), _before(row), effect.note)


def refuse_move(
    session: Session, effect: RefuseMove, _conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event]:
    """The coordinator's no: the booking keeps its own time."""
    now = circumstances.now
    row, proposal = _wished(session, effect.booking_id, effect.proposal_id, now)
    end_proposal(session, proposal.id, ProposalStatus.REFUSED, now)
    let_go(session, Holder.PROPOSAL, proposal.id)
    view = fresh_view(session, row.id, profile)
    return row.conversation_id, MoveRefused(view, proposal_view(proposal, profile.business.zone), effect.reason)


def promise_to_come(session: Session, effect: PromiseToCome, circumstances: Circumstances) -> None:
    """Keep that the client will come."""
    row = _lock_standing(session, effect.booking_id)
    change_booking(session, row.id, row.version, circumstances.now, client_confirmed_at=circumstances.now)


def _ask(session: Session, row: Row[Any], staff_id: int, start: datetime, now: datetime, profile: Profile) -> MoveAsked:
    terms = profile.terms(staff_id, row.service_id)
    until = decide_by(now, min(start, row.start_at), timedelta(minutes=terms.approval_minutes))
    proposal_id = add_proposal(
        session, booking_id=row.id, staff_id=staff_id, start_at=start, end_at=start + (row.end_at - row.start_at),
        words="", proposed_by=f"{BY_CLIENT}{row.client_id}", expires_at=until, created_at=now,
    )  # fmt: skip
    own_time(
        session, profile, service_of(row, profile), staff_id, start, Holder.PROPOSAL, proposal_id, now,
        live_until=until, beside=((Holder.BOOKING, row.id),),
    )  # fmt: skip
    made = open_proposal(session, row.id)
    assert made is not None
    return MoveAsked(fresh_view(session, row.id, profile), proposal_view(made, profile.business.zone))


def _take(session: Session, row: Row[Any], staff_id: int, start: datetime, now: datetime, profile: Profile) -> None:
    let_go(session, Holder.BOOKING, row.id)
    own_time(session, profile, service_of(row, profile), staff_id, start, Holder.BOOKING, row.id, now)
    change_booking(
        session, row.id, row.version, now, staff_id=staff_id, start_at=start,
        end_at=start + (row.end_at - row.start_at), confirmed_datetime=start, client_confirmed_at=None,
    )  # fmt: skip


def _lock_standing(session: Session, booking_id: int) -> Row[Any]:
    row = lock_booking(session, booking_id)
    if row.status not in STANDING:
        raise LostRace
    return row


def _wished(session: Session, booking_id: int, proposal_id: int, now: datetime) -> tuple[Row[Any], Row[Any]]:
    """The booking and its client's open wish. Raises LostRace where that is open no more."""
    row, proposal = _lock_standing(session, booking_id), open_proposal(session, booking_id)
    if proposal is None or proposal.id != proposal_id or proposal.expires_at <= now:
        raise LostRace
    return row, proposal


def _before(row: Row[Any]) -> datetime:
    return row.start_at.astimezone(ZoneInfo(row.timezone))  # type: ignore[no-any-return]
