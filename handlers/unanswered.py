"""A request that nobody answers: its coordinator is reminded, then another is asked and the client is told."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.events import TakesLonger
from conversations.flows.notices import client_line, prompt
from conversations.replies import say
from handlers.advance import advance
from handlers.circumstances import Circumstances
from handlers.pending_request import fresh_view, lock_request
from handlers.profile import Profile
from handlers.tell_coordinator import tell_coordinator
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
    _remind(session, row, circumstances, profile)
    view, conversation = fresh_view(session, row.id, profile), lock_conversation(session, row.conversation_id)
    first = profile.coordinator_for(row.service_id, row.staff_id)
    backup = profile.backup_of(first) if first is not None else None
    if first is not None and backup is not None:
        lead = say("backup_asked", who=first.called, until=row.decide_by.astimezone(backup.zone))
        for reply in (lead, prompt("request_prompt", view)):
            tell_coordinator(session, reply, conversation, circumstances, profile, row.id, backup)
    advance(session, conversation, TakesLonger(view), circumstances)


def _remind(session: Session, row: Row[Any], circumstances: Circumstances, profile: Profile) -> None:
    view, coordinator = fresh_view(session, row.id, profile), profile.coordinator_for(row.service_id, row.staff_id)
    if coordinator is None:
        return
    reply = say(
        "still_waiting", id=view.id, client=client_line(view), service=view.service, when=view.start,
        until=row.decide_by.astimezone(coordinator.zone),
    )  # fmt: skip
    conversation = lock_conversation(session, row.conversation_id)
    tell_coordinator(session, reply, conversation, circumstances, profile, view.id)


def _waiting(session: Session, notice: Row[Any]) -> Row[Any] | None:
    """The request that the notice is about, locked; None where it was answered since, waits for the client now, or has
    another deadline."""
    try:
        row = lock_request(session, notice.booking_id)
    except LostRace:
        return None
    stale = row.decide_by != notice.about or row.proposed_at is not None or row.conversation_id is None
    return None if stale else row
