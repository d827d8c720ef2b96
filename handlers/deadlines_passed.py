"""What nobody answered in time: a request that ran out, with the proposal that may lie beside it."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, ProposalStatus
from conversations.events import Approved, RequestExpired
from conversations.replies import say
from conversations.rules.policies import AtDeadline
from handlers.advance import advance
from handlers.called_off import call_off
from handlers.circumstances import Circumstances
from handlers.pending_request import fresh_view, lock_request
from handlers.profile import Profile
from handlers.requests_decided import confirm
from handlers.series_unanswered import series_unanswered
from handlers.tell_coordinator import tell_coordinator
from handlers.views import proposal_view
from models.bookings import end_proposal, open_proposal
from models.claims import Holder, LostRace, let_go
from models.conversations import lock_conversation


def request_expired(session: Session, booking_id: int, circumstances: Circumstances) -> None:
    """Free the time of a request whose deadline has passed, and let client and coordinator be told. A request that was
    answered in the meantime, or given more time, is left alone."""
    now = circumstances.now
    try:
        row = lock_request(session, booking_id)
    except LostRace:
        return
    if row.decide_by is None or row.decide_by > now:
        return
    profile = circumstances.profiles.current(session)
    proposal = open_proposal(session, booking_id)
    if row.series_id is not None and proposal is None:
        series_unanswered(session, row, circumstances)
        return
    if proposal is None and _is_approved_by_rule(row, profile) and row.start_at > now:
        _approve(session, row, profile, circumstances)
        return
    if proposal is not None:
        end_proposal(session, proposal.id, ProposalStatus.EXPIRED, now)
        let_go(session, Holder.PROPOSAL, proposal.id)
    call_off(session, row, row.version, BookingStatus.EXPIRED, "system", "deadline passed", circumstances)
    view = fresh_view(session, booking_id, profile)
    conversation = lock_conversation(session, row.conversation_id)
    proposed = proposal_view(proposal, profile.business.zone) if proposal is not None else None
    advance(session, conversation, RequestExpired(view, proposed), circumstances)


def _is_approved_by_rule(row: Row[Any], profile: Profile) -> bool:
    return profile.terms(row.staff_id, row.service_id).at_deadline is AtDeadline.APPROVE


def _approve(session: Session, row: Row[Any], profile: Profile, circumstances: Circumstances) -> None:
    confirm(session, row, row.version, "system", "deadline passed", circumstances, profile)
    view, conversation = fresh_view(session, row.id, profile), lock_conversation(session, row.conversation_id)
    notice = say("approved_by_rule", id=view.id, client=view.client, when=view.start)
    tell_coordinator(session, notice, conversation, circumstances, profile, view.id)
    advance(session, conversation, Approved(view), circumstances)
