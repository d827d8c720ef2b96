"""The client shows that they have paid: a picture, a file, or the reference of a transfer."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from conversations.effects import AskOnPhone, SubmitProof
from conversations.events import Event, PaymentShown
from conversations.payments import PaymentMethod, PaymentStatus
from handlers.circumstances import Circumstances
from handlers.payment_begun import push
from handlers.payment_bundles import left_of
from handlers.pending_request import fresh_view, lock_booking
from handlers.profile import Profile
from models.claims import LostRace
from models.conversations import change_conversation, is_taken
from models.messages import newest_media
from models.payments import add_payment, change_payment, living_payments, open_request, payments_of_request


def ask_on_phone(session: Session, effect: AskOnPhone, circumstances: Circumstances) -> None:
    """Raises LostRace where nothing is to be paid any more."""
    row = lock_booking(session, effect.booking_id)
    request = open_request(session, row.id)
    if request is None:
        raise LostRace
    push(session, request, effect.phone or row.client_phone or "", circumstances.now)


def submit_proof(
    session: Session, effect: SubmitProof, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event]:
    """Kept for a person to look at; another proof of the same payment takes its place. A reference that was shown
    before proves nothing. Raises LostRace where nothing is to be paid any more."""
    now, row = circumstances.now, lock_booking(session, effect.booking_id)
    request = open_request(session, row.id)
    if request is None:
        raise LostRace
    if is_taken(conversation, now):  # whoever talks with them may look at no payment
        change_conversation(session, conversation.id, needs_person=True)
    link = "" if effect.reference else effect.link or newest_media(session, conversation.id)
    kind = "reference" if effect.reference else ("pdf" if link.lower().partition("?")[0].endswith(".pdf") else "photo")
    shown = effect.reference or link
    values: dict[str, Any] = {
        "proof_kind": kind, "proof": shown[:500], "submitted_at": now, "transaction_id": effect.reference[:120] or None,
    }  # fmt: skip
    if effect.amount is not None and effect.amount.currency == request.currency:
        values["amount"] = effect.amount.amount
    mine = living_payments(payments_of_request(session, request.id))
    before = next((one for one in mine if one.method is PaymentMethod.MANUAL), None)
    savepoint = session.begin_nested()
    try:
        if before is not None:
            change_payment(session, before, now, status=PaymentStatus.PROOF_SUBMITTED, **values)
        else:
            left = {"amount": left_of(session, request)} | values
            add_payment(
                session, now, request_id=request.id, booking_id=row.id, client_id=row.client_id,
                method=PaymentMethod.MANUAL, status=PaymentStatus.PROOF_SUBMITTED, currency=request.currency,
                result_desc="", **left,
            )  # fmt: skip
    except IntegrityError:
        savepoint.rollback()
        return conversation.id, PaymentShown(fresh_view(session, row.id, profile), shown, is_used=True)
    savepoint.commit()
    return conversation.id, PaymentShown(fresh_view(session, row.id, profile), shown)
