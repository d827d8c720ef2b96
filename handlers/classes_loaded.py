"""[[classes]] of business.toml were loaded: what lies ahead is scheduled, changed or taken off as the file says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.classes import ClassStatus
from handlers.business_classes import ClassTable, name_of, written_classes
from handlers.class_time import ClassRefused, check_class_time, course, own_class_time, teacher
from handlers.classes_kept import NewClass, change_capacity, schedule_class
from handlers.profile import Profile
from models.bookings import change_booking, live_bookings_of_class
from models.claims import Holder, let_go
from models.class_sessions import change_class, classes_of_the_file, lock_class
from models.waitlist import entries_of_class

_TEXTS = ("title", "meeting_provider", "meeting_link", "meeting_passcode")
_MEETING = _TEXTS[1:]


class CannotLoad(Exception):
    """The file wants of classes what cannot be; a line for each, for whoever loads it."""


@dataclass
class _Load:
    """One loading: what it was told, what it changed, and what it had to refuse."""

    session: Session
    profile: Profile
    now: datetime
    changes: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def classes_loaded(
    session: Session,
    tables: Iterable[ClassTable],
    profile: Profile,
    staff_ids: Mapping[str, int],
    service_ids: Mapping[str, int],
    now: datetime,
) -> list[str]:
    """Bring the classes that lie ahead to what the file says; a line for each difference there was. What was moved or
    called off since by a command stays so. Raises CannotLoad."""
    load = _Load(session, profile, now)
    there = [row for row in classes_of_the_file(session) if row.start_at > now]
    by_name = {row.name_key: row for row in there}
    standing = [row for row in there if row.status is ClassStatus.SCHEDULED]
    by_start = {name_of(_key(row), row.scheduled_start): row for row in standing}
    new: list[tuple[ClassTable, list[NewClass]]] = []
    kept: set[int] = set()
    for table in tables:
        missing = []
        for wanted in _wanted(table, profile, staff_ids, service_ids):
            row = by_name.get(wanted.name_key) or by_start.get(wanted.name_key or "")
            if row is not None and _same_course(row, wanted):
                kept.add(row.id)
                if row.status is ClassStatus.SCHEDULED:
                    _change(load, row, wanted)
            elif wanted.scheduled_start.replace(tzinfo=teacher(profile, wanted.staff_id).zone) > now:
                missing.append(wanted)
        new.append((table, missing))
    for row in standing:
        if row.id not in kept:
            _take_off(load, row)
    for table, missing in new:
        _schedule(load, table, missing)
    if load.refused:
        raise CannotLoad("\n".join(load.refused))
    return load.changes


def classes_dumped(
    session: Session, staff_keys: Mapping[int, str], service_keys: Mapping[int, str]
) -> list[dict[str, Any]]:
    """What classes_loaded() would find no difference in: those that were not called off, as they are held now."""
    tables: dict[tuple[tuple[str, Any], ...], list[datetime]] = {}
    for row in sorted(classes_of_the_file(session), key=lambda row: row.start_at):
        if row.status is ClassStatus.CANCELLED or row.staff_id not in staff_keys or row.service_id not in service_keys:
            continue
        said = {"key": _key(row), "service": service_keys[row.service_id], "staff": staff_keys[row.staff_id]}
        texts = {name: getattr(row, name) for name in _TEXTS if getattr(row, name)}
        said |= {"capacity": row.capacity, "minutes": row.minutes, **texts}
        tables.setdefault(tuple(said.items()), []).append(row.scheduled_start)
    return [written_classes(starts, dict(said)) for said, starts in tables.items()]


def _key(row: Row[Any]) -> str:
    return str(row.name_key).partition("@")[0]


def _same_course(row: Row[Any], wanted: NewClass) -> bool:
    return bool((row.service_id, row.staff_id) == (wanted.service_id, wanted.staff_id))


def _wanted(
    table: ClassTable, profile: Profile, staff_ids: Mapping[str, int], service_ids: Mapping[str, int]
) -> list[NewClass]:
    service_id = service_ids[table.service]
    minutes = table.minutes or next(service.minutes for service in profile.services if service.id == service_id)
    return [
        NewClass(
            service_id, staff_ids[table.staff], start, minutes, table.capacity, table.title,
            name_of(table.key, start), table.meeting_provider, table.meeting_link, table.meeting_passcode,
        )
        for start in table.sessions()
    ]  # fmt: skip


def _schedule(load: _Load, table: ClassTable, missing: list[NewClass]) -> None:
    made = []
    for wanted in missing:
        try:
            schedule_class(load.session, wanted, load.now, load.profile)
        except ClassRefused as refused:
            line = table.written_for(wanted.scheduled_start)
            load.refused.append(f'class {_at(table.key, wanted.scheduled_start)} ("{line}"): {refused}')
        else:
            made.append(wanted.scheduled_start)
    if len(made) == 1:
        load.changes.append(f"+ class {_at(table.key, made[0])}")
    elif made:
        first, last = f"{made[0]:%Y-%m-%d %H:%M}", f"{made[-1]:%Y-%m-%d %H:%M}"
        load.changes.append(f"+ {len(made)} classes {table.key}, {first} to {last}")


def _change(load: _Load, row: Row[Any], wanted: NewClass) -> None:
    """Its seats, its words and, where nobody is in it, its length."""
    what, differing = _at(_key(row), row.scheduled_start), []
    try:
        if row.minutes != wanted.minutes:
            _change_length(load, row, wanted.minutes)
            differing.append("minutes")
        if row.capacity != wanted.capacity:
            change_capacity(load.session, row.id, wanted.capacity, load.now)
            differing.append("capacity")
    except ClassRefused as refused:
        load.refused.append(f"class {what}: {refused}")
        return
    texts = {name: getattr(wanted, name) for name in _TEXTS if getattr(row, name) != getattr(wanted, name)}
    if texts:
        _change_texts(load, row.id, texts)
    if differing := [*differing, *texts]:
        load.changes.append(f"~ class {what}: {', '.join(differing)}")


def _change_length(load: _Load, row: Row[Any], minutes: int) -> None:
    if whose := _whose(load, row):
        line = f'`python -m bot classes move {row.id} "{row.scheduled_start:%Y-%m-%d %H:%M}" --minutes {minutes}`'
        raise ClassRefused(f"{whose}: to give it another length, and tell them, run {line}")
    let_go(load.session, Holder.CLASS, row.id)
    staff, service = teacher(load.profile, row.staff_id), course(load.profile, row.service_id, minutes)
    check_class_time(load.session, load.profile, service, staff, row.start_at, load.now)
    own_class_time(load.session, load.profile, service, staff, row.start_at, row.id, load.now)
    end = row.start_at + timedelta(minutes=minutes)
    change_class(load.session, row.id, row.version, load.now, minutes=minutes, end_at=end)


def _change_texts(load: _Load, class_id: int, texts: Mapping[str, str]) -> None:
    """Where it is held, the bookings in it say so too."""
    row = lock_class(load.session, class_id)
    assert row is not None
    change_class(load.session, class_id, row.version, load.now, **texts)
    if meeting := {name: text for name, text in texts.items() if name in _MEETING}:
        for booking in live_bookings_of_class(load.session, class_id):
            change_booking(load.session, booking.id, booking.version, load.now, **meeting)


def _take_off(load: _Load, row: Row[Any]) -> None:
    """A class that the file has no more, where nobody is in it."""
    what = _at(_key(row), row.scheduled_start)
    lock_class(load.session, row.id)
    if whose := _whose(load, row):
        load.refused.append(
            f"class {what} is not in the file any more, but {whose}. To tell them, run first"
            f' `python -m bot classes cancel {row.id}`, or `python -m bot classes move {row.id} "2026-12-01 18:00"`'
            " with its new time"
        )
        return
    let_go(load.session, Holder.CLASS, row.id)
    change_class(load.session, row.id, row.version, load.now, status=ClassStatus.CANCELLED, name_key=None, look_at=None)
    load.changes.append(f"- class {what}")


def _whose(load: _Load, row: Row[Any]) -> str:
    """Who is in a class; "" for nobody."""
    booked, waiting = live_bookings_of_class(load.session, row.id), entries_of_class(load.session, row.id)
    found = [(len(booked), "booked"), (len(waiting), "waiting")]
    return " and ".join(f"{many} {word}" for many, word in found if many)


def _at(key: str, start: datetime) -> str:
    return f"{key} {start:%Y-%m-%d %H:%M}"
