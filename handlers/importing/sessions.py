"""The classes of another system's bookings: those that are known here, and those that come with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from conversations.classes import ClassStatus
from conversations.rules.cells import cells as cells_of
from handlers.importing.bookings_read import Span, meeting_of, span_of
from handlers.importing.columns import Cells
from handlers.importing.rows import SESSIONS, BadValue, InTheWay
from handlers.importing.seen import LONGEST_ID
from handlers.importing.setup import ImportSetup, KnownService, KnownStaff
from handlers.importing.values import whole_number
from handlers.importing.visits import own_thing
from handlers.owners_named import owners_named
from models.claims import Holder, Scarce
from models.class_sessions import class_sessions
from models.in_bulk import OwnTime, cells_owned, lock_classes, own_times
from models.legacy import legacy_records, legacy_records_of
from models.many_rows import add_many, insert_many
from models.owners import owners_between

MOST_SEATS = 500
_CANCELLED = ("cancelled", "canceled")
Place = tuple[int, int, datetime]
"""What tells a class from others here: service, teacher, start."""


@dataclass(frozen=True, slots=True)
class Course:
    """A class as a row tells of it. `capacity` 0 where it does not say."""

    service: KnownService
    staff: KnownStaff
    span: Span
    capacity: int
    title: str
    is_cancelled: bool
    meeting: tuple[tuple[str, str], ...]

    @property
    def place(self) -> Place:
        return self.service.id, self.staff.id, self.span.start

    @property
    def window(self) -> range:
        """The cells of its time."""
        return cells_of(self.span.start, self.span.end)


@dataclass(frozen=True, slots=True)
class Ask:
    """The class of one row: its number there, and what the row says of it, which may be nothing but wrong."""

    legacy_id: str
    course: Course | None
    wrong: str = ""


def ask_of(cells: Cells, setup: ImportSetup) -> Ask:
    """Raises BadValue where the row names no class at all."""
    legacy_id = cells.text("session", LONGEST_ID)
    try:
        return Ask(legacy_id, _course(cells, setup))
    except BadValue as wrong:
        if not legacy_id:
            raise
        return Ask(legacy_id, None, f'class "{legacy_id}" is not known here, and {wrong}')


def _course(cells: Cells, setup: ImportSetup) -> Course:
    service = setup.service_of(cells, is_class=True)
    staff = setup.staff_of(cells, service)
    span = span_of(cells, setup, staff, service, is_asked=False)
    seats = cells.text("capacity", 20)
    return Course(
        service, staff, span, whole_number(seats, "total_seats", 1, MOST_SEATS) if seats else 0,
        cells.text("session_title", 120), cells.text("session_status", 20).casefold() in _CANCELLED,
        tuple(meeting_of(cells).items()),
    )  # fmt: skip


class Classes:
    """The classes that a batch of rows is about, LOCKED; a missing one is made, or it is said why it cannot be."""

    def __init__(self, session: Session, setup: ImportSetup, now: datetime) -> None:
        self._session, self._setup, self._now = session, setup, now
        self._by_number: dict[str, int] = {}
        self._by_place: dict[Place, int] = {}
        self._refused: dict[Place, tuple[type[BadValue | InTheWay], str]] = {}
        self.rows: dict[int, Row[Any]] = {}

    def find(self, asks: Iterable[Ask]) -> None:
        asked = list(asks)
        numbers = list({ask.legacy_id for ask in asked if ask.legacy_id})
        known = legacy_records_of(self._session, SESSIONS, numbers)
        self._by_number = {number: record.row_id for number, record in known.items()}
        courses = {
            ask.course.place: ask.course
            for ask in reversed(asked)
            if ask.course is not None and ask.legacy_id not in self._by_number
        }
        self._by_place = self._there(courses.values())
        self._make([course for place, course in courses.items() if place not in self._by_place])
        self._keep_in_mind(asked)
        wanted = {*self._by_number.values(), *self._by_place.values()}
        self.rows = {row.id: row for row in lock_classes(self._session, wanted)}

    def row_of(self, ask: Ask) -> Row[Any]:
        """The class that a row is about. Raises BadValue or InTheWay where there is none."""
        number = self._by_number.get(ask.legacy_id) if ask.legacy_id else None
        if number is None and ask.course is not None:
            number = self._by_place.get(ask.course.place)
            if number is None:
                kind, why = self._refused[ask.course.place]
                raise kind(why)
        if number is None:
            raise BadValue(ask.wrong)
        return self.rows[number]

    def _there(self, courses: Iterable[Course]) -> dict[Place, int]:
        places = {course.place for course in courses}
        if not places:
            return {}
        c = class_sessions.c
        statement = (
            select(c.id, c.service_id, c.staff_id, c.start_at)
            .where(c.staff_id.in_({place[1] for place in places}), c.start_at.in_({place[2] for place in places}))
            .order_by(c.status.desc(), c.id)  # one that is held beats one that was called off
        )
        found: dict[Place, int] = {}
        for row in self._session.execute(statement):
            place = row.service_id, row.staff_id, row.start_at
            if place in places:
                found.setdefault(place, row.id)
        return found

    def _make(self, courses: Sequence[Course]) -> None:
        sound = [course for course in courses if self._is_sound(course)]
        free = self._beside_each_other(sound)
        ids = add_many(self._session, class_sessions, [self._values(course) for course in free])
        made = list(zip(ids, free, strict=True))
        held = [(number, course) for number, course in made if not course.is_cancelled]
        times = [OwnTime(one.staff.id, one.span.start, one.span.end, one.window, number) for number, one in held]
        own_times(self._session, Holder.CLASS, times)
        for number, course in held:
            if course.span.end > self._now and course.service.resource_kind:
                own_thing(
                    self._session, self._setup, course.service.resource_kind, course.span, Holder.CLASS, number,
                    self._now,
                )  # fmt: skip
        self._by_place |= {course.place: number for number, course in made}

    def _is_sound(self, course: Course) -> bool:
        wrong = ""
        if not course.capacity:
            wrong = "its class is not known here, and it does not say how many seats that has (total_seats)"
        elif course.span.end > self._now and not (course.staff.is_active and course.service.is_active):
            left = course.staff.name if not course.staff.is_active else course.service.name
            wrong = f"its class lies ahead, but {left} has left business.toml"
        if wrong:
            self._refused[course.place] = BadValue, wrong
        return not wrong

    def _beside_each_other(self, courses: Sequence[Course]) -> list[Course]:
        """Those whose teachers are free; the first of two that overlap."""
        wanted: dict[int, set[int]] = {}
        for course in courses:
            if not course.is_cancelled:
                wanted.setdefault(course.staff.id, set()).update(course.window)
        owned = {staff_id: cells_owned(self._session, staff_id, mine, self._now) for staff_id, mine in wanted.items()}
        free = []
        for course in courses:
            if not course.is_cancelled:
                if not owned[course.staff.id].isdisjoint(course.window):
                    self._refused[course.place] = InTheWay, self._why(course)
                    continue
                owned[course.staff.id].update(course.window)
            free.append(course)
        return free

    def _why(self, course: Course) -> str:
        span, name = course.span, course.staff.name
        owners = owners_between(self._session, Scarce.STAFF, (course.staff.id,), span.start, span.end, self._now)
        by = owners_named(self._session, owners, span.zone) or "another class of this file"
        return f"its class cannot be: {name} is taken then: {by}"

    def _values(self, course: Course) -> dict[str, Any]:
        span = course.span
        status = ClassStatus.COMPLETED if span.end <= self._now else ClassStatus.SCHEDULED
        if course.is_cancelled:
            status = ClassStatus.CANCELLED
        return {
            "version": 1, "name_key": None, "service_id": course.service.id, "staff_id": course.staff.id,
            "title": "" if course.title == course.service.name else course.title,
            "scheduled_start": span.start.astimezone(span.zone).replace(tzinfo=None, fold=0), "timezone": span.zone.key,
            "start_at": span.start, "end_at": span.end,
            "minutes": round((span.end - span.start).total_seconds() / 60), "capacity": course.capacity,
            "seats_taken": 0, "status": status, **dict(course.meeting),
            "created_at": self._now, "updated_at": self._now,
        }  # fmt: skip

    def _keep_in_mind(self, asked: Sequence[Ask]) -> None:
        """Which class here is which there."""
        rows: dict[str, dict[str, Any]] = {}
        for ask in asked:
            if ask.legacy_id and ask.legacy_id not in self._by_number and ask.course is not None:
                number = self._by_place.get(ask.course.place)
                if number is not None:
                    rows[ask.legacy_id] = {
                        "kind": SESSIONS, "legacy_id": ask.legacy_id, "table_name": "class_sessions",
                        "row_id": number, "checksum": "",
                    }  # fmt: skip
        if rows:
            insert_many(self._session, legacy_records, list(rows.values()))
            self._by_number |= {number: record["row_id"] for number, record in rows.items()}
