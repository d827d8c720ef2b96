"""Somebody is forgotten: their bookings and payments stay for the books, and nothing that tells who they were."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.classes import WaitlistStatus
from handlers.called_off import call_off
from handlers.circumstances import Circumstances
from handlers.offers_kept import end
from handlers.pending_request import lock_booking
from models.audit import audit
from models.belongings import Belongings, InTheWay, belongings, in_the_way, marks_of, works_here
from models.claims import AT_ONCE, LostRace
from models.class_sessions import lock_class, look_at_class
from models.clients import client_by_id
from models.outgoing_webhooks import active_endpoints
from models.people_forgotten import (
    empty_bookings,
    empty_clients,
    empty_conversations,
    empty_engagements,
    empty_money,
    empty_told,
    lock_all,
    rooms_of,
)
from models.people_named import Found, rows_naming, take_out
from models.people_told_elsewhere import empty_webhooks, take_out_of_calendars, tell_webhooks
from models.suppressions import is_anybody_suppressed, suppress, suppress_no_more
from models.waitlist import entry_by_id

ACTION = "forgot a person"
LOOKS = 5
"""How often what is theirs is looked at anew, where more came while we waited for it."""
NOTHING_FOUND: Found = {}


class Verdict(StrEnum):
    """Whether somebody can be forgotten, or has been."""

    DONE = "done"
    MISSING = "missing"
    BEFORE = "before"
    """They were forgotten before."""
    COLLEAGUE = "colleague"
    """Their number or address is a coordinator's, an operator's or a staff member's."""
    IN_THE_WAY = "in_the_way"
    """Bookings lie ahead of them, an engagement goes on, or money is on its way."""


@dataclass(frozen=True, slots=True)
class Forgetting:
    """What forgetting somebody would do, or has done. `many`: how much is theirs, by what it is. `named`: in how many
    other rows they are named; `found` which those are. `addresses` are where they were texted and mailed."""

    verdict: Verdict
    client_id: int = 0
    many: Mapping[str, int] = field(default_factory=dict)
    way: InTheWay = field(default_factory=InTheWay)
    named: int = 0
    found: Found = field(default_factory=dict)
    addresses: tuple[tuple[str, str], ...] = ()
    numbers: tuple[int, ...] = ()
    """They, and who was merged into them."""


def forgetting(session: Session, client_id: int, circumstances: Circumstances, *, looks: bool = True) -> Forgetting:
    """What would come of it. Reads only. It looks through every text, so what it has found is handed on; unless `looks`
    is False, for whoever only wants to know whether."""
    verdict, whole = _who(session, client_id)
    if verdict is not Verdict.DONE:
        return Forgetting(verdict, whole)
    of = belongings(session, whole)
    found = rows_naming(session, marks_of(session, of), NOTHING_FOUND) if looks else NOTHING_FOUND
    way = in_the_way(session, of, circumstances.now)
    return _told(session, _verdict(session, of, way), whole, of, way, found)


def forget(
    session: Session, client_id: int, found: Found, circumstances: Circumstances, *, who: str, operator_id: int | None
) -> Forgetting:
    """Do it, in one transaction. `found`: where forgetting() has found them named; what came since is looked for here.

    Raises LostRace where more and more comes of them meanwhile."""
    verdict, whole = _who(session, client_id)
    if verdict is not Verdict.DONE:
        return Forgetting(verdict, whole)
    of, now = _locked(session, whole), circumstances.now
    if client_by_id(session, whole).forgotten_at is not None:  # type: ignore[union-attr]
        return Forgetting(Verdict.BEFORE, whole)
    way = in_the_way(session, of, now)
    verdict = _verdict(session, of, way)
    marks = marks_of(session, of)
    told = _told(session, verdict, whole, of, way, rows_naming(session, marks, found))
    if verdict is not Verdict.DONE:
        return told
    rooms = rooms_of(session, of)
    _keep_silence(session, [(row.channel, row.address, row.opted_out_at is not None) for row in rooms], circumstances)
    empty_webhooks(session, of)
    empty_told(session, of)
    take_out_of_calendars(session, of)
    empty_money(session, of)
    empty_engagements(session, of)
    empty_bookings(session, of)
    empty_conversations(session, of, rooms)
    take_out(session, marks, told.found)
    empty_clients(session, of, now)
    if active_endpoints(session):
        tell_webhooks(session, whole, now)
    words = ", ".join(f"{many} {what}" for what, many in told.many.items() if many)
    audit(session, at=now, operator_id=operator_id, who=who, action=ACTION, subject=f"client {whole}", words=words)
    return told


def call_off_what_lies_ahead(session: Session, client_id: int, circumstances: Circumstances, who: str) -> InTheWay:
    """Cancel their bookings that lie ahead and let their places in lines go, without a text to them; what they paid for
    them goes back as by any cancellation. What was in the way."""
    verdict, whole = _who(session, client_id)
    if verdict is not Verdict.DONE:
        return InTheWay()
    of = _locked(session, whole)
    way = in_the_way(session, of, circumstances.now)
    for entry_id in way.places:
        _leave(session, entry_id, circumstances)
    for booking_id in way.bookings:
        row = lock_booking(session, booking_id)
        if row.status is not BookingStatus.IN_PROGRESS:
            call_off(session, row, row.version, BookingStatus.CANCELLED, who, "", circumstances)
    return way


def _who(session: Session, client_id: int) -> tuple[Verdict, int]:
    """Who they turned out to be."""
    row = client_by_id(session, client_id)
    if row is not None and row.merged_into is not None:
        row = client_by_id(session, row.merged_into)
    if row is None:
        return Verdict.MISSING, client_id
    return (Verdict.BEFORE if row.forgotten_at is not None else Verdict.DONE), int(row.id)


def _locked(session: Session, client_id: int) -> Belongings:
    """All that is theirs, LOCKED until the transaction ends, with what came while we waited for it."""
    of = belongings(session, client_id)
    for _ in range(LOOKS):
        lock_all(session, of)
        again = belongings(session, client_id)
        if again == of:
            return of
        of = again
    raise LostRace


def _verdict(session: Session, of: Belongings, way: InTheWay) -> Verdict:
    if works_here(session, of):
        return Verdict.COLLEAGUE
    is_over = not (way.bookings or way.places or way.engagements or way.payments or way.refunds)
    return Verdict.DONE if is_over else Verdict.IN_THE_WAY


def _told(
    session: Session, verdict: Verdict, client_id: int, of: Belongings, way: InTheWay, found: Found
) -> Forgetting:
    many = {
        "conversations": len(of.conversations), "bookings": len(of.bookings), "series": len(of.series),
        "payments": len(of.payments), "refunds": len(of.refunds), "client records": len(of.records),
        "engagements": len(of.engagements), "merged clients": len(of.clients) - 1,
    }  # fmt: skip
    named = sum(len(rows) for _, rows in found.values())
    addresses = tuple((row.channel, row.address) for row in rooms_of(session, of))
    return Forgetting(verdict, client_id, many, way, named, found, addresses, of.clients)


def _keep_silence(session: Session, rooms: list[tuple[str, str, bool]], circumstances: Circumstances) -> None:
    """Who wanted no texts gets none, whoever they are to us when they are met again."""
    if circumstances.fingerprint is None:
        return
    if not any(is_out for *_, is_out in rooms) and not is_anybody_suppressed(session):
        return
    silent = {circumstances.fingerprint(channel, address) for channel, address, is_out in rooms if is_out}
    others = {circumstances.fingerprint(channel, address) for channel, address, is_out in rooms if not is_out}
    suppress(session, silent, circumstances.now)
    suppress_no_more(session, others)


def _leave(session: Session, entry_id: int, circumstances: Circumstances) -> None:
    """What is held for it goes to the next."""
    entry = entry_by_id(session, entry_id)
    if entry is None:
        return
    if entry.class_session_id:
        lock_class(session, entry.class_session_id)
        look_at_class(session, entry.class_session_id, AT_ONCE)
    end(session, entry, WaitlistStatus.LEFT, circumstances.now)
