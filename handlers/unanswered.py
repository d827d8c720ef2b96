"""A request that nobody answers: its coordinator is reminded, then another is asked and the client is told."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingView
from conversations.events import Event, SeriesTakesLonger, TakesLonger
from conversations.flows.notices import client_line, prompt
from conversations.flows.series_news import prompt as series_prompt
from conversations.replies import Reply, say
from handlers.advance import advance
from handlers.circumstances import Circumstances
from handlers.pending_request import fresh_view, lock_request
from handlers.profile import Coordinator, Profile
from handlers.series_booked import fresh_series
from handlers.tell_coordinator import tell_coordinator
from models.bookings import booking_by_id, first_waiting_of_series
from models.claims import LostRace
from models.conversations import lock_conversation


def still_waiting(session: Session, notice: Row[Any], circumstances: Circumstances) -> None:
    """Remind the coordinator of a request."""
    row = _waiting(session, notice)
    if row is not None:
        _remind(session, row, circumstances, circumstances.profiles.current(session))


def ask_backup(session: Session, notice: Row[Any], circumstances: Circumstances) -> None:
    """Remind the coordinator again, ask the backup where there is one, and tell the client that it takes longer."""
    row = _waiting(session, notice)
    if row is None:
        return
    profile = circumstances.profiles.current(session)
    first = profile.coordinator_for(row.service_id, row.staff_id)
    backup = profile.backup_of(first) if first is not None else None
    _remind(session, row, circumstances, profile, backup)
    conversation = lock_conversation(session, row.conversation_id)
    if first is not None and backup is not None:
        lead = say("backup_asked", who=first.called, until=row.decide_by.astimezone(backup.zone))
        for reply in (lead, _prompt(session, row, profile)):
            tell_coordinator(session, reply, conversation, circumstances, profile, row.id, backup)
    if row.series_id is not None:
        event: Event = SeriesTakesLonger(fresh_series(session, row.series_id, profile))
    else:
        event = TakesLonger(fresh_view(session, row.id, profile))
    advance(session, conversation, event, circumstances)


def _prompt(session: Session, row: Row[Any], profile: Profile) -> Reply:
    if row.series_id is not None:
        return series_prompt("series_prompt", fresh_series(session, row.series_id, profile))
    return prompt("request_prompt", fresh_view(session, row.id, profile))


def _remind(
    session: Session, row: Row[Any], circumstances: Circumstances, profile: Profile, backup: Coordinator | None = None
) -> None:
    """`backup`: who is asked now as well."""
    view, coordinator = fresh_view(session, row.id, profile), profile.coordinator_for(row.service_id, row.staff_id)
    if coordinator is None:
        return
    until = row.decide_by.astimezone(coordinator.zone)
    if row.series_id is not None:
        visits = say("series_all_visits", count=len(fresh_series(session, row.series_id, profile).pending))
        reply = say(
            "series_still_waiting", id=row.series_id, client=client_line(view), service=view.service, visits=visits,
            when=view.start, until=until,
        )  # fmt: skip
    else:
        reply = _still_waiting(view, until, backup)
    conversation = lock_conversation(session, row.conversation_id)
    tell_coordinator(session, reply, conversation, circumstances, profile, view.id)


def _still_waiting(view: BookingView, until: datetime, backup: Coordinator | None) -> Reply:
    return say(
        "still_waiting", id=view.id, client=client_line(view), service=view.service, when=view.start,
        until=until, backup=say("backup_is_asked", who=backup.called) if backup is not None else "",
    )  # fmt: skip


def _request(session: Session, booking_id: int) -> int:
    """The booking that waits: of a series, the first that does, however those before it were answered."""
    row = booking_by_id(session, booking_id)
    waits = first_waiting_of_series(session, row.series_id) if row is not None and row.series_id is not None else None
    return waits or booking_id


def _waiting(session: Session, notice: Row[Any]) -> Row[Any] | None:
    """The request that the notice is about, locked; None where it was answered since, waits for the client now, or has
    another deadline."""
    try:
        row = lock_request(session, _request(session, notice.booking_id))
    except LostRace:
        return None
    stale = row.decide_by != notice.about or row.proposed_at is not None or row.conversation_id is None
    return None if stale else row
