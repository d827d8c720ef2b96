"""Another time for a request: held beside its own, offered to the client, then taken or refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import ProposalStatus
from conversations.effects import AcceptProposal, Propose, RefuseProposal
from conversations.events import Event, ProposalAccepted, ProposalRefused, TimeProposed
from conversations.money import Money
from conversations.rules.deadlines import decide_by
from handlers.circumstances import Circumstances
from handlers.deadlines_set import deadline, plan_reminders_of_request
from handlers.payment_asked import ask_to_pay, stands_as
from handlers.pending_request import fresh_view, lock_request, replace_proposal
from handlers.profile import Profile
from handlers.requests_decided import decider
from handlers.time_owned import own_time, service_of
from handlers.views import proposal_view
from models.bookings import add_proposal, change_booking, end_proposal, move_booking, open_proposal
from models.claims import Holder, LostRace, let_go


def propose(
    session: Session, effect: Propose, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event]:
    """Hold both times until the client answers, or the booking's deadline comes."""
    now = circumstances.now
    row = lock_request(session, effect.booking_id)
    terms = profile.terms(row.staff_id, row.service_id)
    replace_proposal(session, effect.booking_id, now)
    start, length = effect.start.astimezone(UTC), row.end_at - row.start_at
    deadline = decide_by(now, min(start, row.start_at), timedelta(minutes=terms.approval_minutes))
    proposal_id = add_proposal(
        session, booking_id=effect.booking_id, start_at=start, end_at=start + length, words=effect.words[:500],
        proposed_by=decider(conversation, profile), expires_at=deadline, created_at=now,
    )  # fmt: skip
    own_time(
        session, profile, service_of(row, profile), row.staff_id, start, Holder.PROPOSAL, proposal_id, now,
        live_until=deadline, beside=((Holder.BOOKING, effect.booking_id),),
    )  # fmt: skip
    change_booking(session, effect.booking_id, effect.version, now, decide_by=deadline)
    view = fresh_view(session, effect.booking_id, profile)
    made = open_proposal(session, effect.booking_id)
    assert made is not None
    return row.conversation_id, TimeProposed(view, proposal_view(made, profile.business.zone))


def accept(
    session: Session, effect: AcceptProposal, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event]:
    """The client's YES: the new time takes the old one's place, in one step, and the booking is confirmed."""
    now = circumstances.now
    row, proposal = lock_request(session, effect.booking_id), _open(session, effect.booking_id, effect.proposal_id, now)
    end_proposal(session, proposal.id, ProposalStatus.ACCEPTED, now)
    let_go(session, Holder.PROPOSAL, proposal.id)
    let_go(session, Holder.BOOKING, effect.booking_id)
    owner = Holder.BOOKING, effect.booking_id
    own_time(session, profile, service_of(row, profile), row.staff_id, proposal.start_at, *owner, now)
    move_booking(
        session, effect.booking_id, row.version, row.status,
        stands_as(Money(row.price, row.currency), row.staff_id, row.service_id, profile),
        f"client:{row.client_id}", "took the proposed time", now, start_at=proposal.start_at, end_at=proposal.end_at,
        confirmed_datetime=proposal.start_at, decision_at=now, decided_by=proposal.proposed_by, decide_by=None,
    )  # fmt: skip
    ask_to_pay(session, effect.booking_id, circumstances, profile)
    return conversation.id, ProposalAccepted(fresh_view(session, effect.booking_id, profile))


def refuse(
    session: Session, effect: RefuseProposal, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event]:
    """The client's NO: back to waiting, at the asked time, with a fresh deadline."""
    now = circumstances.now
    row, proposal = lock_request(session, effect.booking_id), _open(session, effect.booking_id, effect.proposal_id, now)
    end_proposal(session, proposal.id, ProposalStatus.REFUSED, now)
    let_go(session, Holder.PROPOSAL, proposal.id)
    until = deadline(profile, row.staff_id, row.service_id, row.start_at, now)
    change_booking(session, effect.booking_id, row.version, now, decide_by=until)
    plan_reminders_of_request(session, effect.booking_id, profile, now)
    view = fresh_view(session, effect.booking_id, profile)
    return conversation.id, ProposalRefused(view, proposal_view(proposal, profile.business.zone))


def _open(session: Session, booking_id: int, proposal_id: int, now: datetime) -> Row[Any]:
    """The open proposal with this number. Raises LostRace where it is not open any more."""
    proposal = open_proposal(session, booking_id)
    if proposal is None or proposal.id != proposal_id or proposal.expires_at <= now:
        raise LostRace
    return proposal
