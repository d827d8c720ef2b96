"""Rows → the values that the mind reads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from conversations.booking import BookingStatus, BookingView, Meeting, ProposalView
from conversations.business import Money, Service
from conversations.classes import ClassStatus, ClassView
from conversations.desk import BlockView
from conversations.intake import Question
from conversations.payments import PaymentMethod, PaymentView
from conversations.rules.obsolete import BookingNow
from conversations.rules.payments import methods_for
from conversations.series import Frequency, Rhythm, SeriesItem, SeriesView
from conversations.session_types import Name, together
from handlers.profile import Profile
from models.bookings import BY_CLIENT


def booking_view(row: Row[Any], profile: Profile) -> BookingView:
    """One booking with names, in its own zone."""
    zone = ZoneInfo(row.timezone)
    questions = [question.name for question in questions_of(row, profile)]
    confirmed, cancelled = row.confirmed_datetime, row.status is BookingStatus.CANCELLED
    return BookingView(
        id=row.id,
        status=row.status,
        version=row.version,
        service_ids=(row.service_id, *row.more_service_ids),
        service=called(row, profile),
        minutes=round((row.end_at - row.start_at).total_seconds() / 60),
        staff_id=row.staff_id,
        staff=row.staff_name,
        client_id=row.client_id,
        client=row.client_name or row.client_phone or row.client_address or "",
        client_named=bool(row.client_name),
        phone=row.client_phone or "",
        conversation_id=row.conversation_id or 0,
        preferred=row.preferred_datetime.astimezone(zone),
        start=row.start_at.astimezone(zone),
        end=row.end_at.astimezone(zone),
        confirmed=confirmed.astimezone(zone) if confirmed is not None else None,
        price=Money(row.price, row.currency),
        note=row.client_note,
        attendee=row.attendee,
        place=row.place,
        decided_by=profile.called(row.cancelled_by if cancelled else row.decided_by),
        decided_at=row.cancelled_at if cancelled else row.decision_at,
        decline_reason=row.decline_reason,
        cancel_reason=row.cancel_reason,
        staff_note=row.staff_note,
        email=row.client_email,
        opted_out=row.opted_out_at is not None,
        proposed=row.proposed_at.astimezone(zone) if row.proposed_at is not None else None,
        proposed_by_client=row.proposed_at is not None and row.proposed_by.startswith(BY_CLIENT),
        is_promised=row.client_confirmed_at is not None,
        series_id=row.series_id,
        series_number=row.series_number or 0,
        class_id=row.class_session_id,
        seats=row.seats_reserved,
        is_video=row.is_video_call,
        meeting=meeting_of(row),
        agreement_version=row.agreement_version,
        agreed_at=row.accepted_at.astimezone(zone) if row.accepted_at is not None else None,
        questions=len(questions),
        answered=sum(row.intake_answers.get(name) is not None for name in questions),
        intake_page=_intake_page(row, questions, profile),
        call_started=row.call_started_at.astimezone(zone) if row.call_started_at is not None else None,
        call_ended=row.call_ended_at.astimezone(zone) if row.call_ended_at is not None else None,
        call_minutes=row.duration_minutes,
        payment=_payment(row, profile) if row.request_id is not None else None,
        page=profile.business.pages + row.page_token if profile.business.pages and row.page_token else "",
    )


def questions_of(row: Row[Any], profile: Profile) -> list[Question]:
    """What its client is asked."""
    service_ids = (row.service_id, *row.more_service_ids)
    asked = (each for service in profile.services if service.id in service_ids for each in service.intake)
    return list(dict.fromkeys(asked))


def _intake_page(row: Row[Any], questions: Sequence[str], profile: Profile) -> str:
    is_done = all(name in row.intake_answers for name in questions)
    pages = profile.business.intake_pages
    return "" if is_done or not pages or not row.page_token else pages + row.page_token


def meeting_of(row: Row[Any]) -> Meeting | None:
    """The booking's own link, else its staff member's where it is a video session."""
    if row.meeting_link:
        return Meeting(row.meeting_link, row.meeting_provider, row.meeting_passcode)
    if row.is_video_call and row.staff_meeting_link:
        return Meeting(row.staff_meeting_link, row.staff_meeting_provider, row.staff_meeting_passcode)
    return None


def _payment(row: Row[Any], profile: Profile) -> PaymentView:
    """What a booking waits to be paid."""
    business, asked = profile.business, Money(row.asked, row.currency)
    is_hold = row.status is BookingStatus.PENDING
    return PaymentView(
        request_id=row.request_id,
        asked=asked,
        paid=Money(row.paid, row.currency),
        due_at=row.due_at.astimezone(ZoneInfo(row.timezone)),
        methods=(PaymentMethod.CARD,) if is_hold else methods_for(asked, row.client_phone or "", business),
        link=business.pay_pages + row.pay_token if business.pay_pages and row.pay_token else "",
        instructions=row.instructions,
        visits=1 + row.paid_with,
        is_hold=is_hold,
        is_held=row.is_held,
    )


def series_view(
    series: Row[Any], items: Sequence[Row[Any]], bookings: Sequence[Row[Any]], profile: Profile
) -> SeriesView:
    """A series in its own zone, with its bookings."""
    zone, views = ZoneInfo(series.timezone), {row.id: booking_view(row, profile) for row in bookings}
    rhythm = Rhythm(
        Frequency(series.frequency),
        series.interval,
        tuple(series.days_of_week),
        series.occurrence_count,
        series.until_date,
    )
    found = (
        SeriesItem(
            item.occurrence_index, item.scheduled_start.replace(tzinfo=zone), item.reason, views.get(item.booking_id)
        )
        for item in items
    )
    return SeriesView(series.id, rhythm, tuple(found))


def class_view(row: Row[Any], free: int, course: Service | None = None) -> ClassView:
    """A class session in its own zone, of which so many seats can be had; at what its course is quoted."""
    zone = ZoneInfo(row.timezone)
    return ClassView(
        id=row.id, version=row.version, service_id=row.service_id, name=row.title or row.service_name,
        staff_id=row.staff_id, staff=row.staff_name, start=row.start_at.astimezone(zone),
        end=row.end_at.astimezone(zone), capacity=row.capacity, free=max(free, 0),
        price=Money(row.price, row.currency) if course is None else course.price,
        status=ClassStatus(row.status), place=row.place,
    )  # fmt: skip


def called(row: Row[Any], profile: Profile) -> Name:
    """What was booked, as people read it: "Cut + Colour", "Yoga × 3" where it is several seats."""
    if row.class_session_id is not None:
        title: str = row.class_title or row.service_name
        return title + (f" × {row.seats_reserved}" if row.seats_reserved > 1 else "")
    return together(*(profile.names_of_services[i] for i in (row.service_id, *row.more_service_ids)))


def proposal_view(row: Row[Any], zone: ZoneInfo) -> ProposalView:
    return ProposalView(row.id, row.booking_id, row.start_at.astimezone(zone), row.expires_at, row.words)


def block_view(block_id: int, staff_id: int, start: datetime, end: datetime, reason: str, zone: ZoneInfo) -> BlockView:
    """Time taken out, in the business's zone."""
    return BlockView(block_id, staff_id, start.astimezone(zone), end.astimezone(zone), reason)


def booking_now(row: Row[Any]) -> BookingNow:
    """How a booking stands, as far as a text about it may say."""
    return BookingNow(BookingStatus(row.status), row.start_at, row.proposed_at, row.decide_by)


def how_it_stands(found: BookingView) -> str:
    """The state of which a text about it tells."""
    return BookingNow(found.status, found.start, found.proposed, None).told
