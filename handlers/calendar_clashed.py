"""Another calendar has become busy over bookings that stand: the coordinator is told once of each."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.replies import Reply, say
from handlers.calendar_told import tell_of_calendar
from handlers.circumstances import Circumstances
from handlers.profile import Coordinator, Profile
from handlers.views import booking_view
from models.bookings import booking_by_id
from models.busy_times import clashes, is_told, note_told
from models.conversations import change_conversation

Clash = tuple[Row[Any], list[Row[Any]]]
"""A booking, and the busy times that lie over it."""


def calendar_clashed(session: Session, calendar_id: int, circumstances: Circumstances) -> list[int]:
    """Tell of the bookings in busy times that nobody was told of; one text for each coordinator. Their numbers."""
    found: dict[int, list[Row[Any]]] = {}
    for row in clashes(session, calendar_id, circumstances.now):
        found.setdefault(row.booking_id, []).append(row)
    new = [booking_id for booking_id in found if not is_told(session, booking_id)]
    note_told(session, {row.busy_id for rows in found.values() for row in rows}, circumstances.now)
    profile = circumstances.profiles.current(session)
    by_coordinator: dict[Coordinator | None, list[Clash]] = {}
    for booking_id in new:
        booking = booking_by_id(session, booking_id)
        if booking is not None:
            whom = profile.coordinator_for(booking.service_id, booking.staff_id)
            by_coordinator.setdefault(whom, []).append((booking, found[booking_id]))
    for whom, some in by_coordinator.items():
        only = some[0][0].id if len(some) == 1 else None
        if not tell_of_calendar(session, _news(some, profile), whom, circumstances, profile, only):
            _call_operators(session, some)
    return new


def _news(some: Sequence[Clash], profile: Profile) -> Reply:
    views = [(booking_view(booking, profile), rows) for booking, rows in some]
    view, rows = views[0]
    if len(views) > 1:
        lines = tuple(say("calendar_clash_line", id=one.id, client=one.client, when=one.start) for one, _ in views)
        return say("calendar_clashes", staff=view.staff, lines=lines)
    return say(
        "calendar_clash", id=view.id, client=view.client, when=view.start, staff=view.staff,
        begins=min(row.start_at for row in rows).astimezone(view.start.tzinfo),
        ends=max(row.end_at for row in rows).astimezone(view.start.tzinfo),
    )  # fmt: skip


def _call_operators(session: Session, some: Sequence[Clash]) -> None:
    for booking, _ in some:
        if booking.conversation_id is not None:
            change_conversation(session, booking.conversation_id, needs_person=True)
