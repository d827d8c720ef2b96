"""Somebody of the business looks after a payment: the client is asked for it again, or reads that what they showed has
not come."""

from sqlalchemy.orm import Session

from conversations.booking import BookingView
from conversations.events import Event, PaymentDue, PaymentFailed
from conversations.payments import PaymentMethod, PaymentStatus
from handlers.advance import advance
from handlers.circumstances import Circumstances
from handlers.console.signed_in import Who
from handlers.pending_request import fresh_view, lock_booking
from models.audit import audit
from models.conversations import lock_conversation
from models.payments import change_payment, payments_of_request, request_by_id


def asked_again(session: Session, request_id: int, who: Who, circumstances: Circumstances) -> bool:
    """Remind the client now. False where nothing waits to be paid, or they want no texts. Raises LostRace."""
    view, opted_out = _locked(session, request_id, circumstances)
    if view is None or view.payment is None or view.conversation_id is None or opted_out:
        return False
    _tell(session, view, PaymentDue(view), circumstances)
    _written_down(session, "asked to pay again", view.id, who, circumstances)
    return True


def proof_refused(session: Session, request_id: int, reason: str, who: Who, circumstances: Circumstances) -> bool:
    """The money is not there: the client is told, and may show another proof, or the same. False where no proof waits
    to be looked at. Raises LostRace."""
    view, opted_out = _locked(session, request_id, circumstances)
    rows = payments_of_request(session, request_id)
    shown = next((one for one in rows if one.status is PaymentStatus.PROOF_SUBMITTED), None)
    if view is None or shown is None:
        return False
    change_payment(
        session, shown, circumstances.now, status=PaymentStatus.FAILED, transaction_id=None,
        result_desc=reason[:500], verified_by=f"operator:{who.id}", verified_at=circumstances.now,
    )  # fmt: skip
    if view.conversation_id is not None and not opted_out:
        _tell(session, view, PaymentFailed(view, PaymentMethod.MANUAL, "", reason), circumstances)
    _written_down(session, "refused a proof", view.id, who, circumstances)
    return True


def _locked(session: Session, request_id: int, circumstances: Circumstances) -> tuple[BookingView | None, bool]:
    """The booking that a request is about, and whether its client wants no texts."""
    request = request_by_id(session, request_id)
    if request is None:
        return None, False
    row = lock_booking(session, request.booking_id)
    profile = circumstances.profiles.current(session)
    return fresh_view(session, row.id, profile), row.opted_out_at is not None


def _tell(session: Session, view: BookingView, event: Event, circumstances: Circumstances) -> None:
    assert view.conversation_id is not None
    advance(session, lock_conversation(session, view.conversation_id), event, circumstances)


def _written_down(session: Session, action: str, booking_id: int, who: Who, circumstances: Circumstances) -> None:
    audit(
        session, at=circumstances.now, operator_id=who.id, who=who.name, action=action, subject=f"booking {booking_id}"
    )
