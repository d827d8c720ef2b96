"""What a client does about a payment by a program: it happens to their conversation, as if they had texted it."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.events import PromptAsked, ProofSent
from conversations.flows.paying import by_phone, due_for
from conversations.money import Money
from conversations.payments import PaymentMethod, PaymentStatus, PaymentView
from handlers.advance import advance
from handlers.api.wishes import room_of_client
from handlers.circumstances import Circumstances
from handlers.gather_facts import DatabaseFacts
from models.payments import living_payments, open_request, payment_by_id, payments_of_request

MOST_PROMPTS = 10
"""For one request: beyond it somebody's phone is being played with."""


class NotPaid(StrEnum):
    """Why nothing came of it."""

    NOTHING_TO_PAY = "nothing_to_pay"
    REFERENCE_USED = "reference_used"
    NOT_BY_MPESA = "not_by_mpesa"
    TOO_MANY_PROMPTS = "too_many_prompts"


def proof_shown(
    session: Session, client_id: int, booking_id: int, reference: str, link: str, amount: Money | None,
    circumstances: Circumstances,
) -> NotPaid | None:  # fmt: skip
    """None where it waits to be looked at; shown again, nothing happens. Raises NoRoom and LostRace."""
    room = room_of_client(session, client_id)
    asked, _ = _asked(session, room, booking_id, circumstances)
    request = open_request(session, booking_id)
    if asked is None or request is None:
        return NotPaid.NOTHING_TO_PAY
    if not _is_shown(session, request.id, reference or link):
        advance(session, room, ProofSent(booking_id, reference, link, amount), circumstances)
    return None if _is_shown(session, request.id, reference or link) else NotPaid.REFERENCE_USED


def phone_asked(
    session: Session, client_id: int, booking_id: int, phone: str, circumstances: Circumstances
) -> NotPaid | Row[Any]:
    """The attempt by which a phone is asked, or is being asked already; else why it is not. Raises as above."""
    room = room_of_client(session, client_id)
    asked, facts = _asked(session, room, booking_id, circumstances)
    request = open_request(session, booking_id)
    if asked is None or request is None:
        return NotPaid.NOTHING_TO_PAY
    if (living := _prompt(session, request.id)) is not None:
        return living
    if not by_phone(asked, phone, facts):
        return NotPaid.NOT_BY_MPESA
    if len(_prompts(session, request.id)) >= MOST_PROMPTS:
        return NotPaid.TOO_MANY_PROMPTS
    advance(session, room, PromptAsked(booking_id, phone), circumstances)
    return _prompt(session, request.id) or NotPaid.NOT_BY_MPESA


def _asked(
    session: Session, room: Row[Any], booking_id: int, circumstances: Circumstances
) -> tuple[PaymentView | None, DatabaseFacts]:
    facts = DatabaseFacts(session, room, circumstances, circumstances.profiles.current(session))
    return due_for(booking_id, facts), facts


def _is_shown(session: Session, request_id: int, proof: str) -> bool:
    mine = living_payments(payments_of_request(session, request_id))
    return any(one.status is PaymentStatus.PROOF_SUBMITTED and one.proof == proof for one in mine)


def _prompts(session: Session, request_id: int) -> list[Row[Any]]:
    return [one for one in payments_of_request(session, request_id) if one.method is PaymentMethod.MPESA]


def _prompt(session: Session, request_id: int) -> Row[Any] | None:
    """The one that is on its way or on their phone."""
    living = next(iter(living_payments(_prompts(session, request_id))), None)
    return payment_by_id(session, living.id) if living is not None else None
