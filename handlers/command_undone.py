"""A coordinator's command was taken back: what it changed is as before, and the clients it told read a correction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, BookingView
from conversations.desk import Deed, DeedKind, LastCommand
from conversations.effects import Undo
from conversations.events import Event, LinkChanged, TakenBack
from conversations.payments import RequestStatus
from conversations.rules.transitions import LIVE
from handlers.booked_instead import booked_instead
from handlers.called_off import call_off
from handlers.circumstances import Circumstances
from handlers.commands_logged import plain
from handlers.deadlines_set import deadline, plan_reminders_of_request
from handlers.money_returned import money_let_go
from handlers.payment_asked import ask_to_pay
from handlers.pending_request import lock_booking, replace_proposal
from handlers.place_owned import own_again
from handlers.profile import Profile
from handlers.requests_decided import decider
from handlers.sessions_held import HELD
from handlers.views import block_view, booking_view
from models.base import Moment
from models.blocks import add_block, block_by_id, remove_block
from models.bookings import MEETING, booking_by_id, bookings, change_booking, open_proposal, take_back_booking
from models.claims import Holder, LostRace, let_go
from models.command_log import last_command, mark_undone
from models.ledger import has_moved_since
from models.prepaid import has_paid_ahead_since

_TOLD = ("status", "start_at", "staff_id")
"""What the client hears of when it changes."""
_LINK = frozenset({"is_video_call", *MEETING})
_ON_THE_DAY = (BookingStatus.IN_PROGRESS, BookingStatus.COMPLETED, BookingStatus.NO_SHOW)
"""What the client is not told by the command that marks it."""


def last_of(session: Session, conversation_id: int, profile: Profile) -> LastCommand | None:
    """What was commanded last in this conversation, as it would be taken back now."""
    row = last_command(session, conversation_id)
    if row is None:
        return None
    deeds = tuple(_seen(session, deed, row, profile) for deed in row.undo)
    at = row.at.astimezone(profile.business.zone)
    return LastCommand(row.id, row.words, at, row.undone_at is not None, deeds)


def undo(
    session: Session, effect: Undo, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> list[tuple[int, Event]]:
    """Take back what can be; one event for each client. Raises LostRace where it has changed since it was read."""
    row, who = last_command(session, conversation.id), decider(conversation, profile)
    if row is None or row.id != effect.command_id:
        raise LostRace
    mark_undone(session, row.id, circumstances.now)
    told: dict[int, list[BookingView]] = {}
    links: list[tuple[int, Event]] = []
    for place in effect.deeds:
        deed = row.undo[place]
        tells = _take_back(session, deed, row, who, circumstances, profile)
        found = booking_by_id(session, deed["booking"]) if "booking" in deed else None
        if found is None or found.conversation_id is None:
            continue
        if tells:
            told.setdefault(found.conversation_id, []).append(booking_view(found, profile))
        elif _changed_link(deed) and found.status in HELD:
            links.append((found.conversation_id, LinkChanged(booking_view(found, profile))))
    return [(room, TakenBack(tuple(views))) for room, views in told.items()] + links


def _changed_link(deed: Mapping[str, Any]) -> bool:
    return deed["kind"] == DeedKind.CHANGED and set(deed["was"]) <= _LINK


def _seen(session: Session, deed: dict[str, Any], command: Row[Any], profile: Profile) -> Deed:
    kind, zone = DeedKind(deed["kind"]), profile.business.zone
    if kind is DeedKind.UNBLOCKED:
        return Deed(kind, is_as_left=True, block=block_view(deed["block"], *_stretch(deed), deed["reason"], zone))
    if kind is DeedKind.BLOCKED:
        there = _is_there(session, deed)
        return Deed(kind, is_as_left=there, block=block_view(deed["block"], *_stretch(deed), deed["reason"], zone))
    row = booking_by_id(session, deed["booking"])
    if row is None:
        return Deed(kind, is_as_left=False)
    view = booking_view(row, profile)
    was = _read(deed["was"]) if kind is DeedKind.CHANGED else {}
    status = was.get("status", row.status)
    other = _instead(session, row, was, command)
    return Deed(
        kind, _is_as_left(session, deed, row, command), view, None, _needs(row, was), _tells(kind, row.status, was),
        status is BookingStatus.PENDING, booking_view(other, profile) if other is not None else None,
        was.get("class_session_id", row.class_session_id),
    )  # fmt: skip


def _is_there(session: Session, deed: Mapping[str, Any]) -> bool:
    row = block_by_id(session, deed["block"])
    return row is not None and (row.staff_id, row.start_at, row.end_at) == _stretch(deed)


def _is_as_left(session: Session, deed: dict[str, Any], row: Row[Any], command: Row[Any]) -> bool:
    """Nothing has changed it since, and no money has moved, nor a session paid ahead: that is not taken back by a
    word."""
    if has_moved_since(session, row.id, command.at) or has_paid_ahead_since(session, row.id, command.at):
        return False
    match DeedKind(deed["kind"]):
        case DeedKind.MADE:
            return row.status in (BookingStatus.CONFIRMED, BookingStatus.APPROVED)
        case DeedKind.PROPOSED:
            proposal = open_proposal(session, row.id)
            return proposal is not None and proposal.id == deed["proposal"]
        case _:
            return all(plain(getattr(row, name)) == value for name, value in deed["became"].items())


def _needs(row: Row[Any], was: Mapping[str, Any]) -> tuple[datetime, int] | None:
    """The start and the staff member whose time a booking would need again, where it does not own that now."""
    status, start, staff_id = (was.get(name, getattr(row, name)) for name in _TOLD)
    owns = row.status in LIVE and (row.start_at, row.staff_id) == (start, staff_id)
    return (start.astimezone(ZoneInfo(row.timezone)), staff_id) if status in LIVE and not owns else None


def _instead(session: Session, row: Row[Any], was: Mapping[str, Any], command: Row[Any]) -> Row[Any] | None:
    """What the client has by now in place of what they would get back."""
    if _needs(row, was) is None:
        return None
    start, end = (was.get(name, getattr(row, name)) for name in ("start_at", "end_at"))
    return booked_instead(session, row, start, end, command)


def _tells(kind: DeedKind, status: BookingStatus, was: Mapping[str, Any]) -> bool:
    """Whether the client was told, and must be told again."""
    if kind is not DeedKind.CHANGED:
        return True
    return not was.keys().isdisjoint(_TOLD) and not {was.get("status", status), status} & set(_ON_THE_DAY)


def _take_back(
    session: Session, deed: dict[str, Any], command: Row[Any], who: str, circumstances: Circumstances, profile: Profile
) -> bool:  # fmt: skip
    """Whether the client must hear of it."""
    now = circumstances.now
    match DeedKind(deed["kind"]):
        case DeedKind.BLOCKED:
            if not _is_there(session, deed):
                raise LostRace
            remove_block(session, deed["block"])
            return False
        case DeedKind.UNBLOCKED:
            add_block(session, *_stretch(deed), deed["reason"], who, now)
            return False
    row = lock_booking(session, deed["booking"])
    if not _is_as_left(session, deed, row, command):
        raise LostRace
    match DeedKind(deed["kind"]):
        case DeedKind.MADE:
            call_off(session, row, row.version, BookingStatus.CANCELLED, who, "taken back", circumstances)
            return True
        case DeedKind.PROPOSED:
            replace_proposal(session, row.id, now)
            change_booking(session, row.id, row.version, now, decide_by=_deadline(row, row.start_at, profile, now))
            plan_reminders_of_request(session, row.id, profile, now)
            return True
        case _:
            was = _read(deed["was"])
            if _instead(session, row, was, command) is not None:
                raise LostRace
            return _restore(session, row, was, who, circumstances, profile)


def _restore(
    session: Session, row: Row[Any], was: dict[str, Any], who: str, circumstances: Circumstances, profile: Profile
) -> bool:
    """A booking as it was, with its time where it needs that again; what was asked for it is asked no more, or anew."""
    now = circumstances.now
    needs, tells, status = _needs(row, was), _tells(DeedKind.CHANGED, row.status, was), was.pop("status", row.status)
    if needs is not None or status not in LIVE:
        let_go(session, Holder.BOOKING, row.id)
    if needs is not None:
        class_id = was.get("class_session_id", row.class_session_id)
        own_again(session, profile, row, needs[1], needs[0], class_id, now)
    if status is BookingStatus.PENDING:
        was["decide_by"] = _deadline(row, was.get("start_at", row.start_at), profile, now)
    take_back_booking(session, row, status, who, now, **was)
    if status is BookingStatus.PENDING:
        plan_reminders_of_request(session, row.id, profile, now)
    if row.status is BookingStatus.APPROVED and status is not BookingStatus.APPROVED:
        money_let_go(session, row.id, 0, RequestStatus.CANCELLED, who, "taken back", now)
    elif row.status is not BookingStatus.APPROVED:
        ask_to_pay(session, row.id, circumstances, profile)
    return tells


def _deadline(row: Row[Any], start: datetime, profile: Profile, now: datetime) -> datetime:
    """It waits anew, and has the whole time for it."""
    return deadline(profile, row.staff_id, row.service_id, start, now)


def _read(values: Mapping[str, Any]) -> dict[str, Any]:
    """A booking's columns from their JSON values."""
    found = dict(values)
    for name, value in values.items():
        if isinstance(bookings.c[name].type, Moment) and value is not None:
            found[name] = datetime.fromisoformat(value)
    if "status" in found:
        found["status"] = BookingStatus(found["status"])
    return found


def _stretch(deed: Mapping[str, Any]) -> tuple[int, datetime, datetime]:
    return deed["staff"], datetime.fromisoformat(deed["start"]), datetime.fromisoformat(deed["end"])
