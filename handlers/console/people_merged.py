"""Two clients are one person: what would move is shown, and an operator merges them. Nothing takes it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.classes import WaitlistStatus
from handlers.console.signed_in import Who
from handlers.offers_kept import end
from models.agreements import agreements_accepted
from models.api import revoke_tokens_of
from models.audit import audit
from models.claims import AT_ONCE
from models.class_sessions import lock_class, look_at_class
from models.clients import client_by_id
from models.people_merged import (
    IN_PART,
    WHOLE,
    agreed_twice,
    both_in_class,
    client_with_phone,
    counted,
    fill_in,
    lock_both,
    look_again_at_work,
    move_entries,
    move_rows,
    perhaps_the_same,
    point_to,
    same_places,
    swap_places,
)
from models.waitlist import OPEN, entry_by_id, waitlist_entries

MOST_ALIKE = 10
LARGEST_NUMBER = 15
"""Digits of a client's number; what is longer is none."""


class Merged(StrEnum):
    DONE = "done"
    MISSING = "missing"
    """There is no such client, the one or the other."""
    SAME = "same"
    """Somebody and themselves."""
    BEFORE = "before"
    """One of them turned out to be somebody else before."""
    CLASSES = "classes"
    """Both have a living booking in one class: which is to go is nobody's guess."""


@dataclass(frozen=True, slots=True)
class Merging:
    """What merging one client into another would do. `moves`: how much of what belongs to who goes. `classes`: where
    both have a living booking, with the booking of who stays and of who goes. `lines`: in how many waiting lines both
    stand."""

    word: Merged
    stays: Row[Any] | None = None
    goes: Row[Any] | None = None
    moves: Mapping[str, int] = field(default_factory=dict)
    classes: tuple[tuple[int, int, int], ...] = ()
    lines: int = 0


def merging(session: Session, stays_id: int, goes_id: int | None) -> Merging:
    """What would come of it. Reads only."""
    stays = client_by_id(session, stays_id)
    goes = client_by_id(session, goes_id) if goes_id is not None else None
    word = _word(stays, goes)
    if word is not Merged.DONE or stays is None or goes is None:
        return Merging(word, stays, goes)
    classes = tuple(both_in_class(session, stays.id, goes.id))
    moves = counted(session, goes.id, (*WHOLE, *IN_PART))
    lines = len(_both_stand(session, goes.id, stays.id))
    return Merging(Merged.CLASSES if classes else Merged.DONE, stays, goes, moves, classes, lines)


def merge(session: Session, stays_id: int, goes_id: int, who: Who, now: datetime) -> Merged:
    """What belongs to the one client belongs to the other, who keeps what is known of them; the row of who goes stands
    for their phone alone from now on."""
    if stays_id == goes_id:
        return Merged.SAME
    found = lock_both(session, stays_id, goes_id)
    stays, goes = found.get(stays_id), found.get(goes_id)
    word = _word(stays, goes)
    if word is not Merged.DONE or stays is None or goes is None:
        return word
    if both_in_class(session, stays.id, goes.id):
        return Merged.CLASSES
    revoke_tokens_of(session, now, client_id=goes.id)
    point_to(session, goes.id, stays.id)
    moved = {table.name: move_rows(session, table, goes.id, stays.id) for table in WHOLE}
    moved[waitlist_entries.name] = _move_places(session, goes.id, stays.id, now)
    twice = agreed_twice(session, goes.id, stays.id)
    moved[agreements_accepted.name] = move_rows(session, agreements_accepted, goes.id, stays.id, twice)
    move_entries(session, stays.id)
    look_again_at_work(session, stays.id, now)
    fill_in(session, stays, goes)
    _written_down(session, stays, goes, moved, who, now)
    return Merged.DONE


def alike(session: Session, client_id: int) -> list[Row[Any]]:
    """Other clients who may be this one: nobody but an operator says so."""
    row = client_by_id(session, client_id)
    return list(perhaps_the_same(session, row, MOST_ALIKE)) if row is not None else []


def turned_out_to_be(session: Session, client_id: int) -> int | None:
    """Who a client was merged into; None where they were not."""
    row = client_by_id(session, client_id)
    return row.merged_into if row is not None else None


def client_meant(session: Session, said: str) -> int | None:
    """The client of this number ("12"), or with this phone ("+974 5550 1234"); None where it is neither's."""
    plain = "".join(one for one in said if one.isascii() and (one.isdigit() or one == "+"))
    if plain.startswith("+"):
        return client_with_phone(session, plain)
    return int(plain) if plain and len(plain) <= LARGEST_NUMBER else None


def _word(stays: Row[Any] | None, goes: Row[Any] | None) -> Merged:
    if stays is None or goes is None:
        return Merged.MISSING
    if stays.id == goes.id:
        return Merged.SAME
    is_whole = stays.merged_into is None and goes.merged_into is None
    return Merged.DONE if is_whole else Merged.BEFORE


def _both_stand(session: Session, goes_id: int, stays_id: int) -> list[tuple[Row[Any], Row[Any]]]:
    """The places of both in one line in which both still wait: who goes, who stays."""
    rows = _pairs(session, goes_id, stays_id)
    return [(goes, stays) for goes, stays in rows if goes.status in OPEN and stays.status in OPEN]


def _pairs(session: Session, goes_id: int, stays_id: int) -> list[tuple[Row[Any], Row[Any]]]:
    found = [
        (entry_by_id(session, one), entry_by_id(session, other))
        for one, other in same_places(session, goes_id, stays_id)
    ]
    return [(one, other) for one, other in found if one is not None and other is not None]


def _move_places(session: Session, goes_id: int, stays_id: int, now: datetime) -> int:
    """Nobody stands twice in one line. The place that is further in front is kept, what is over gives way; how many
    have moved."""
    for goes, stays in _pairs(session, goes_id, stays_id):
        kept, left = (goes, stays) if _is_before(goes, stays) else (stays, goes)
        if left.status in OPEN:
            _leave(session, left, now)
        if kept is goes:
            swap_places(session, goes.id, stays.id)
    left_behind = [one for one, _ in same_places(session, goes_id, stays_id)]
    return move_rows(session, waitlist_entries, goes_id, stays_id, left_behind)


def _is_before(one: Row[Any], other: Row[Any]) -> bool:
    """One that waits is before one that is over, one that is offered something before one that waits for it."""

    def rank(row: Row[Any]) -> tuple[bool, bool, int, datetime, int]:
        is_offered = row.status is WaitlistStatus.OFFERED
        return row.status not in OPEN, not is_offered, -row.priority, row.created_at, row.id

    return one.status in OPEN and rank(one) < rank(other)


def _leave(session: Session, entry: Row[Any], now: datetime) -> None:
    """What is held for it goes to the next."""
    if entry.class_session_id:
        lock_class(session, entry.class_session_id)
        look_at_class(session, entry.class_session_id, AT_ONCE)
    end(session, entry, WaitlistStatus.LEFT, now)


def _written_down(
    session: Session, stays: Row[Any], goes: Row[Any], moved: Mapping[str, int], who: Who, now: datetime
) -> None:
    many = ", ".join(f"{many} {name.replace('_', ' ')}" for name, many in moved.items() if many) or "nothing"
    audit(
        session, at=now, operator_id=who.id, who=who.name, action="merged", subject=f"client {stays.id}",
        words=f"client {goes.id} into client {stays.id}; moved: {many}",
    )  # fmt: skip
