"""The whole database was walked: a line for each invariant that is broken, naming the row and what is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, BookingType, ProposalStatus
from conversations.rules.cells import cells
from conversations.rules.transitions import LIVE, TRANSITIONS
from conversations.stored import load
from handlers.invariants_of_audit import broken_audit
from handlers.invariants_of_classes import broken_classes, is_around
from handlers.invariants_of_engagements import broken_engagements
from handlers.invariants_of_money import broken_in_money
from handlers.invariants_of_series import broken_in_series
from handlers.invariants_of_waiting import broken_places
from models import invariants as found
from models.bookings import BY_CLIENT
from models.claims import Holder, Scarce

STANDING = (BookingStatus.APPROVED, BookingStatus.CONFIRMED)
"""Those for which a client may wish another time."""
_WHOLE = (Holder.BOOKING, Holder.CLASS)
"""Those that own every cell of what they own."""
Rows = Sequence[Row[Any]]


def broken_invariants(session: Session, now: datetime) -> Iterator[str]:
    """Reads only. `now` tells which open proposals may have lost their time to somebody already."""
    checks = (_bookings, _strays, _overlaps, broken_classes, broken_in_series, _owners, _proposals, _conversations)
    for check in (*checks, broken_places, broken_in_money, broken_engagements, _messages, broken_audit):
        yield from check(session, now)


def _bookings(session: Session, _now: datetime) -> Iterator[str]:
    for page in found.booking_pages(session):
        ids = [row.id for row in page]
        owned = found.stretches_held(session, Holder.BOOKING, ids)
        chains = found.transitions_by_booking(session, ids)
        for row in page:
            for wrong in (*_time(row, owned.get(row.id, [])), *_decision(row), *_chain(row, chains.get(row.id, []))):
                yield f"booking #{row.id}: {wrong}"


def _time(row: Row[Any], owned: Rows) -> Iterator[str]:
    """A living one-on-one booking owns its own time, buffers included; an ended one owns none."""
    if row.end_at <= row.start_at:
        yield "it ends before it starts"
    if row.status not in LIVE:
        if owned:
            yield f"it is {row.status.value} and still owns time"
        return
    if row.booking_type is BookingType.GROUP_SESSION:
        if any(stretch.scarce is not Scarce.SEAT or stretch.scarce_id != row.class_session_id for stretch in owned):
            yield "it owns more than seats of its class"
        return
    people = [stretch for stretch in owned if stretch.scarce is Scarce.STAFF]
    if len(people) != 1:
        yield "it owns no time" if not people else f"it owns {len(people)} stretches of time, not one"
    for stretch in owned:
        if stretch.scarce is Scarce.STAFF and stretch.scarce_id != row.staff_id:
            yield f"it owns time of staff {stretch.scarce_id}, but is with staff {row.staff_id}"
        if stretch.live_until is not None:
            yield "the time it owns runs out"
        if not is_around(stretch, row):
            yield "the time it owns is not its own time with its buffers"


def _strays(session: Session, _now: datetime) -> Iterator[str]:
    for page in found.bookings_without_class(session):
        for row in page:
            yield f"booking #{row.id}: its class, {row.class_session_id}, does not exist"


def _decision(row: Row[Any]) -> Iterator[str]:
    decided = row.decision_at is not None and row.decided_by
    match row.status:
        case BookingStatus.PENDING if row.decide_by is None:
            yield "it is pending without a deadline"
        case BookingStatus.DECLINED if not decided:
            yield "it is declined, but not by whom and when"
        case BookingStatus.CANCELLED if row.cancelled_at is None or not row.cancelled_by:
            yield "it is cancelled, but not by whom and when"
        case BookingStatus.CONFIRMED:
            if row.confirmed_datetime != row.start_at:
                yield "it is confirmed for another time than it starts at"
            if row.requires_approval and not decided:
                yield "it is confirmed, but not by whom and when"


def _chain(row: Row[Any], chain: Rows) -> Iterator[str]:
    """Its changes of status follow each other, each allowed, and lead to the status it has."""
    if not chain:
        yield "nothing says how it came to its status"
        return
    if chain[0].before is not None:
        yield f"its first change of status comes from {chain[0].before.value}"
    for before, after in pairwise(chain):
        if after.before is not before.after:
            yield f"its status was {before.after.value}, and then changed from {after.before and after.before.value}"
    for number, step in enumerate(chain):
        if step.before is None or step.after in TRANSITIONS[step.before]:
            continue
        # UNDO leads back the way that the booking came.
        if not any((past.before, past.after) == (step.after, step.before) for past in chain[:number]):
            yield f"it went from {step.before.value} to {step.after.value}, which is not allowed"
    if chain[-1].after is not row.status:
        yield f"it is {row.status.value}, but its last change of status led to {chain[-1].after.value}"


def _overlaps(session: Session, _now: datetime) -> Iterator[str]:
    """Two living bookings of one person never share a piece of time, buffers included."""
    staff_id, taken_until, by = 0, 0, 0
    for page in found.living_pages(session):
        owned = found.stretches_held(session, Holder.BOOKING, [row.id for row in page])
        for row in page:
            mine = [(row.start_at, row.end_at), *((s.start_at, s.end_at) for s in owned.get(row.id, []))]
            start, end = min(start for start, _ in mine), max(end for _, end in mine)
            if end <= start:
                continue  # said elsewhere
            wanted = cells(start, end)
            if row.staff_id == staff_id and wanted.start < taken_until:
                yield f"booking #{row.id}: it overlaps booking #{by} of the same staff {staff_id}"
            if row.staff_id != staff_id or wanted.stop > taken_until:
                staff_id, taken_until, by = row.staff_id, wanted.stop, row.id


def _owners(session: Session, _now: datetime) -> Iterator[str]:
    """Whoever owns time exists, and owns exactly the cells of it."""
    for page in found.stretch_pages(session):
        claims = found.claims_of(session, [row.id for row in page])
        there = {
            holder: found.present(session, holder, [row.holder_id for row in page if row.holder is holder])
            for holder in Holder
        }
        for row in page:
            who = f"{row.holder.value} #{row.holder_id}"
            if row.holder_id not in there[row.holder]:
                yield f"stretch {row.id}: its owner, {who}, does not exist"
            for wrong in _cells(row, claims.get(row.id, [])):
                yield f"{who}: {wrong}"
    for page in found.stray_claims(session):
        for row in page:
            yield f"claim of cell {row.cell} of staff {row.scarce_id}: its stretch {row.stretch_id} does not exist"


def _cells(stretch: Row[Any], claims: Rows) -> Iterator[str]:
    if stretch.end_at <= stretch.start_at:
        yield f"stretch {stretch.id} runs backwards"
        return
    owned = {row.cell for row in claims}
    # Seats are numbered, not timed.
    wanted = owned if stretch.scarce is Scarce.SEAT else set(cells(stretch.start_at, stretch.end_at))
    if any(row.scarce_id != stretch.scarce_id or row.scarce is not stretch.scarce for row in claims):
        yield f"it claims another's time than stretch {stretch.id} says"
    if any(row.live_until != stretch.live_until for row in claims):
        yield f"its claims do not live as long as stretch {stretch.id}"
    if owned - wanted:
        yield f"it claims {len(owned - wanted)} cells outside of stretch {stretch.id}"
    # Others may leave cells to who owned them before: a proposal to its booking, a block to whom it finds there; and
    # what has run out may be somebody else's by now.
    if stretch.holder in _WHOLE and wanted - owned:
        yield f"it does not claim {len(wanted - owned)} cells of stretch {stretch.id}"


def _proposals(session: Session, now: datetime) -> Iterator[str]:
    for page in found.proposal_pages(session):
        owned = found.stretches_held(session, Holder.PROPOSAL, [row.id for row in page])
        beside = found.stretches_held(session, Holder.BOOKING, [row.booking_id for row in page])
        claims = found.claims_of(session, [s.id for some in (*owned.values(), *beside.values()) for s in some])
        for row in page:
            for wrong in _proposal(row, owned.get(row.id, []), beside.get(row.booking_id, []), claims, now):
                yield f"proposal #{row.id}: {wrong}"
    for page in found.several_open_proposals(session):
        for row in page:
            yield f"booking #{row.booking_id}: it has {row.many} open proposals, not one"


def _proposal(row: Row[Any], owned: Rows, beside: Rows, claims: Mapping[int, Rows], now: datetime) -> Iterator[str]:
    """An open one owns its time together with its booking; a closed one owns none."""
    if row.status is not ProposalStatus.OPEN:
        if owned:
            yield f"it is {row.status.value} and still owns time"
        return
    wished = row.proposed_by.startswith(BY_CLIENT) and row.booking_status in STANDING
    if row.booking_status is not BookingStatus.PENDING and not wished:
        yield f"it is open, but booking #{row.booking_id} is not pending"
    people = [stretch for stretch in owned if stretch.scarce is Scarce.STAFF]
    if len(people) != 1:
        yield "it is open and owns no time" if not people else f"it owns {len(people)} stretches of time, not one"
    for stretch in owned:
        if stretch.scarce is Scarce.STAFF and stretch.scarce_id != row.with_staff:
            yield f"it owns time of staff {stretch.scarce_id}, but its booking is with staff {row.with_staff}"
        if stretch.start_at > row.start_at or stretch.end_at < row.end_at:
            yield "the time it owns is not the time it proposes"
        if stretch.live_until != row.expires_at:
            yield "the time it owns does not live as long as the proposal"
        mine = [some for some in (stretch, *beside) if some.scarce is stretch.scarce]
        held = {claim.cell for some in mine for claim in claims.get(some.id, [])}
        if row.expires_at > now and stretch.end_at > stretch.start_at:
            missing = set(cells(stretch.start_at, stretch.end_at)) - held
            if missing:
                yield f"{len(missing)} cells of its time are claimed neither by it nor by its booking"


def _conversations(session: Session, _now: datetime) -> Iterator[str]:
    for page in found.conversation_pages(session):
        for row in page:
            try:
                state = load(row.dialogue).state
            except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
                yield f"conversation #{row.id}: its stored dialogue cannot be read ({type(error).__name__})"
                continue
            if state is not row.state:
                yield f"conversation #{row.id}: it says {row.state.value}, but its dialogue says {state.value}"


def _messages(session: Session, _now: datetime) -> Iterator[str]:
    for page in found.mislaid_inbound(session):
        for row in page:
            if row.turn_id is None:
                yield f"message #{row.id}: no turn has answered it, and none is due"
            elif row.due_at is not None:
                yield f"message #{row.id}: turn {row.turn_id} has answered it, and another is due"
            else:
                yield f"message #{row.id}: the turn that answered it, {row.turn_id}, is not of its conversation"
    for page in found.mislaid_outbox(session):
        for row in page:
            yield f"outbox {row.id}: message #{row.message_id} is not there, or not its own"
