"""Nobody answered a client's wish for another time in time."""

from sqlalchemy.orm import Session

from conversations.booking import ProposalStatus
from conversations.events import MoveLapsed
from handlers.advance import advance
from handlers.circumstances import Circumstances
from handlers.pending_request import fresh_view, lock_booking
from handlers.views import proposal_view
from models.bookings import BY_CLIENT, end_proposal, open_proposal
from models.claims import Holder, let_go
from models.conversations import lock_conversation


def move_lapsed(session: Session, booking_id: int, circumstances: Circumstances) -> None:
    """Let the wished time go; tell the client and the coordinator. A wish that was answered in the meantime is left
    alone."""
    now = circumstances.now
    row, proposal = lock_booking(session, booking_id), open_proposal(session, booking_id)
    if proposal is None or proposal.expires_at > now or not proposal.proposed_by.startswith(BY_CLIENT):
        return
    end_proposal(session, proposal.id, ProposalStatus.EXPIRED, now)
    let_go(session, Holder.PROPOSAL, proposal.id)
    profile = circumstances.profiles.current(session)
    view = fresh_view(session, booking_id, profile)
    conversation = lock_conversation(session, row.conversation_id)
    advance(session, conversation, MoveLapsed(view, proposal_view(proposal, profile.business.zone)), circumstances)
