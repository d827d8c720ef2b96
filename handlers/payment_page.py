"""What the page shows on which a booking is paid, and what follows when its client comes back from the provider's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from conversations.languages import known
from conversations.languages.render import name_text
from conversations.money import Money
from conversations.payments import PaymentMethod, RequestStatus
from handlers.circumstances import Circumstances
from handlers.payment_bundles import together
from handlers.pending_request import fresh_view
from models.claims import LostRace
from models.conversations import conversation_by_id
from models.payments import change_payment, living_payments, payments_of_request, request_by_token

SOON = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Bill:
    """What is asked for a booking. Times are in the booking's zone."""

    status: RequestStatus
    service: str
    when: datetime
    price: Money
    due_at: datetime
    business: str
    language: str
    can_be_paid: bool
    is_held: bool = False
    """It is held on the client's card already."""


def bill_of(session: Session, token: str, circumstances: Circumstances) -> Bill | None:
    """The bill that this token opens; None where it opens none."""
    row = request_by_token(session, token)
    if row is None:
        return None
    profile = circumstances.profiles.current(session)
    view = fresh_view(session, row.booking_id, profile)
    language = conversation_by_id(session, view.conversation_id).language if view.conversation_id else ""
    asked = view.payment if row.status is RequestStatus.OPEN else None
    can_be_paid = asked is not None and not asked.is_held and row.due_at > circumstances.now
    code = known(language or profile.business.language)
    price = sum(one.amount for one in together(session, row))
    return Bill(
        row.status, name_text(view.service, code), view.start, Money(price, row.currency),
        row.due_at.astimezone(view.start.tzinfo), profile.business.name, code, can_be_paid,
        asked is not None and asked.is_held,
    )  # fmt: skip


def came_back(session: Session, token: str, now: datetime) -> None:
    """Its provider is asked at once what has become of it, unless that has just been done."""
    request = request_by_token(session, token)
    if request is None or request.status is not RequestStatus.OPEN:
        return
    for row in living_payments(payments_of_request(session, request.id)):
        soon = row.look_at is not None and row.look_at <= now + SOON
        if row.method is PaymentMethod.CARD and row.checkout_session_id and not soon and row.updated_at < now - SOON:
            try:
                change_payment(session, row, now, look_at=now)
            except LostRace:
                return
