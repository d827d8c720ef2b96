"""Another calendar has become busy over bookings that stand: the coordinator is told once of each."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from conversations.replies import Reply, say
from handlers.calendar_told import tell_of_calendar
from handlers.circumstances import Circumstances
from handlers.pending_request import fresh_view
from handlers.profile import Coordinator, Profile
from models.calendar_clashes import Clash, clashes, note_told, told_of
from models.conversations import change_conversation

MOST_NAMED = 30
"""Bookings that one text names; of more, how many there are."""
Clashing = Sequence[Clash]
"""Of one booking: what lies over it."""


def busy_over_bookings(session: Session, calendar_id: int, now: datetime) -> set[int]:
    """The calendar's busy times that lie over bookings and of which nobody was told. Reads only."""
    return {clash.busy_id for clash in clashes(session, calendar_id, now)}


def calendar_clashed(
    session: Session, calendar_id: int, busy_ids: Collection[int], circumstances: Circumstances
) -> list[int]:
    """Tell of the bookings in these busy times that nobody was told of, a text a coordinator; their numbers."""
    found: dict[int, list[Clash]] = {}
    for clash in clashes(session, calendar_id, circumstances.now, busy_ids):
        found.setdefault(clash.booking_id, []).append(clash)
    known = told_of(session, calendar_id, circumstances.now)
    new = [booking_id for booking_id in found if booking_id not in known]
    note_told(session, {clash.busy_id for some in found.values() for clash in some}, circumstances.now)
    profile = circumstances.profiles.current(session)
    by_coordinator: dict[Coordinator | None, list[Clashing]] = {}
    for booking_id in new:
        clash = found[booking_id][0]
        whom = profile.coordinator_for(clash.service_id, clash.staff_id)
        by_coordinator.setdefault(whom, []).append(found[booking_id])
    for whom, some in by_coordinator.items():
        only = some[0][0].booking_id if len(some) == 1 else None
        if not tell_of_calendar(session, _news(session, some, profile), whom, circumstances, profile, only):
            _call_operators(session, some)
    return new


def _news(session: Session, some: Sequence[Clashing], profile: Profile) -> Reply:
    views = [fresh_view(session, clashing[0].booking_id, profile) for clashing in some[:MOST_NAMED]]
    view, clashing = views[0], some[0]
    if len(some) > 1:
        lines = [say("calendar_clash_line", id=one.id, client=one.client, when=one.start) for one in views]
        if len(some) > len(views):
            lines.append(say("lines_more", count=len(some) - len(views)))
        return say("calendar_clashes", staff=view.staff, lines=tuple(lines))
    return say(
        "calendar_clash", id=view.id, client=view.client, when=view.start, staff=view.staff,
        begins=min(clash.start for clash in clashing).astimezone(view.start.tzinfo),
        ends=max(clash.end for clash in clashing).astimezone(view.start.tzinfo),
    )  # fmt: skip


def _call_operators(session: Session, some: Sequence[Clashing]) -> None:
    for clash, *_ in some:
        if clash.conversation_id is not None:
            change_conversation(session, clash.conversation_id, needs_person=True)
