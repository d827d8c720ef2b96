"""The coordinator's answers to a request: approved, declined, or asked for another time in words."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.effects import Approve, AskAnotherTime, Decline
from conversations.events import AnotherTimeAsked, Approved, Declined, Event
from conversations.money import Money
from handlers.answer_told import tell_who_was_asked
from handlers.called_off import call_off
from handlers.circumstances import Circumstances
from handlers.payment_asked import ask_to_pay, stands_as
from handlers.pending_request import fresh_view, lock_request, replace_proposal
from handlers.profile import Profile
from models.bookings import change_booking, move_booking


def approve(
    session: Session, effect: Approve, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event]:
    """Pending → confirmed, at the asked time."""
    row = lock_request(session, effect.booking_id)
    who = decider(conversation, profile)
    confirm(session, row, effect.version, who, effect.note, circumstances, profile)
    view = fresh_view(session, effect.booking_id, profile)
    tell_who_was_asked(session, view, conversation, circumstances, profile)
    return row.conversation_id, Approved(view, effect.note)


def confirm(
    session: Session, row: Row[Any], version: int, who: str, why: str, circumstances: Circumstances, profile: Profile
) -> None:
    """A request that was locked is approved at the time that it asks for; it is confirmed once it is paid, where it
    must be."""
    now = circumstances.now
    if row.proposed_at is not None:
        replace_proposal(session, row.id, now)
    status = stands_as(Money(row.price, row.currency), row.staff_id, row.service_id, profile)
    move_booking(
        session, row.id, version, row.status, status, who, why, now,
        confirmed_datetime=row.start_at, decision_at=now, decided_by=who, decide_by=None,
    )  # fmt: skip
    ask_to_pay(session, row.id, circumstances, profile)


def decline(
    session: Session, effect: Decline, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event]:
    """Pending → declined; its time is free at once."""
    row = lock_request(session, effect.booking_id)
    who = decider(conversation, profile)
    call_off(session, row, effect.version, BookingStatus.DECLINED, who, effect.reason, circumstances)
    view = fresh_view(session, effect.booking_id, profile)
    tell_who_was_asked(session, view, conversation, circumstances, profile)
    return row.conversation_id, Declined(view, effect.reason, effect.of_whole_day)


def ask_another_time(
    session: Session, effect: AskAnotherTime, _conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event]:
    """Still pending, its time still held; the client is asked for another one."""
    row = lock_request(session, effect.booking_id)
    replace_proposal(session, effect.booking_id, circumstances.now)
    change_booking(session, effect.booking_id, effect.version, circumstances.now)
    return row.conversation_id, AnotherTimeAsked(fresh_view(session, effect.booking_id, profile), effect.words)


def decider(conversation: Row[Any], profile: Profile) -> str:
    """Who decides in this conversation, as written on the booking: "coordinator:1", "operator:3"."""
    coordinator = profile.coordinator_in(conversation)
    if coordinator is None:
        return "system"
    operator = coordinator.operator_id
    return f"coordinator:{coordinator.id}" if operator is None else f"operator:{operator}"
