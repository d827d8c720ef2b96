"""A series was wished and said YES to: every occurrence of it is booked in this one transaction, or none."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.effects import BookSeries, Occurrence
from conversations.events import Event, SeriesBooked
from conversations.series import ItemStatus, SeriesView
from handlers.bookings_made import book_start, client_of, needs_approval, visit_of
from handlers.circumstances import Circumstances
from handlers.deadlines_set import deadline, plan_reminders_of_request
from handlers.intake_kept import forget_draft
from handlers.payment_asked import ask_to_pay
from handlers.profile import Profile
from handlers.quoted_services import services_for
from handlers.views import series_view
from models.booking_series import add_item, add_series, items_of_series, series_by_id
from models.bookings import bookings_of_series
from models.claims import Holder, LostRace, let_go

_MEETING = ("meeting_provider", "meeting_link", "meeting_passcode")


def book_series(
    session: Session, effect: BookSeries, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event]:
    """One booking for each occurrence that has a start, in their order; the others are kept with their reason. The
    terms are those of the moment, and the deadline is one: that of the first.

    Raises LostRace where any time is somebody else's by now: nothing of the series is kept."""
    now, terms = circumstances.now, profile.terms(effect.staff_id, effect.service_ids[0])
    client_id = client_of(session, conversation, now)
    service = visit_of(services_for(session, profile, client_id), effect.service_ids)
    asks = needs_approval(session, terms, client_id)
    starts = sorted(each.start for each in effect.occurrences if each.start is not None)
    if not starts:
        raise LostRace
    let_go(session, Holder.CONVERSATION, conversation.id)
    series_id = _add(session, effect, service.minutes, client_id, conversation, circumstances, profile)
    series = series_by_id(session, series_id)
    assert series is not None
    decide_by = deadline(profile, effect.staff_id, service.id, starts[0], now) if asks else None
    booked: dict[int, int] = {}
    # In the order of time, as every series does: two that want the same times never wait for each other in a ring.
    for each in sorted((one for one in effect.occurrences if one.start is not None), key=_starts_at):
        booked[each.number] = book_start(
            session, service, effect.service_ids, effect.staff_id, _starts_at(each), client_id, conversation,
            circumstances, profile, requires_approval=asks, decide_by=decide_by, client_note=effect.note,
            attendee=effect.attendee[:120], series_id=series_id, brief=dict(effect.brief),
            **{name: getattr(series, name) for name in _MEETING},
        )  # fmt: skip
    for each in effect.occurrences:
        add_item(
            session, series_id, occurrence_index=each.number, scheduled_start=each.at, reason=each.why,
            start_at=each.start.astimezone(UTC) if each.start is not None else None,
            status=ItemStatus.BOOKED if each.number in booked else ItemStatus.SKIPPED,
            booking_id=booked.get(each.number),
        )  # fmt: skip
    forget_draft(session, service, conversation.id)
    for _, booking_id in sorted(booked.items()):
        ask_to_pay(session, booking_id, circumstances, profile)
    view = fresh_series(session, series_id, profile)
    plan_reminders_of_request(session, view.bookings[0].id, profile, now, is_new=True)
    return conversation.id, SeriesBooked(view)


def fresh_series(session: Session, series_id: int, profile: Profile) -> SeriesView:
    """The series as it now stands in this transaction."""
    row = series_by_id(session, series_id)
    assert row is not None
    return series_view(row, items_of_series(session, series_id), bookings_of_series(session, series_id), profile)


def _starts_at(each: Occurrence) -> datetime:
    assert each.start is not None
    return each.start.astimezone(UTC)


def _add(
    session: Session,
    effect: BookSeries,
    minutes: int,
    client_id: int,
    conversation: Row[Any],
    circumstances: Circumstances,
    profile: Profile,
) -> int:
    rhythm = effect.rhythm
    return add_series(
        session, client_id=client_id, conversation_id=conversation.id, service_id=effect.service_ids[0],
        staff_id=effect.staff_id, frequency=rhythm.frequency, interval=rhythm.interval,
        days_of_week=list(rhythm.days_of_week), occurrence_count=rhythm.count, until_date=rhythm.until,
        scheduled_start=effect.first, timezone=profile.business.zone.key, minutes=minutes, mode=effect.mode,
        attendee=effect.attendee[:120], client_note=effect.note, meeting_provider="", meeting_link="",
        meeting_passcode="", created_at=circumstances.now,
    )  # fmt: skip
