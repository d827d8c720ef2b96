"""Series as operators read them: the list, and one with every visit and what was left out."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.flows.series_words import Words, left_out, rhythm_line
from conversations.money import Money
from conversations.replies import Reply
from conversations.rules.series import Pattern
from conversations.series import Frequency, SeriesView
from conversations.session_types import Name
from handlers.circumstances import Circumstances
from handlers.payment_taken import money_of
from handlers.profile import Profile
from handlers.series_booked import fresh_series
from models.bookings import KEPT
from models.series_listing import one_listed, series_listed, visits_counted

PAGE = 40
STANDS = (BookingStatus.PENDING, *KEPT)


@dataclass(frozen=True, slots=True)
class Line:
    """One series of the list. `visits` by status; `first_at` and `last_at` of all that were booked."""

    id: int
    client: str
    attendee: str
    service: Name
    staff: str
    rhythm: Reply
    visits: tuple[tuple[BookingStatus, int], ...]
    left_out: int
    first_at: datetime | None
    last_at: datetime | None
    asked_at: datetime
    conversation_id: int | None
    note: str

    @property
    def waiting(self) -> int:
        """Visits that wait for an answer."""
        return dict(self.visits).get(BookingStatus.PENDING, 0)


@dataclass(frozen=True, slots=True)
class Whole:
    """A series with all of its occurrences."""

    line: Line
    view: SeriesView
    mode: str
    left_out: Words
    """The visits that could not be had, and why."""
    to_answer: int
    """Visits that may be answered together: they wait, and have not begun."""
    stand: int
    """Visits that stand and lie ahead."""
    by_hand: Money | None
    """What a person is still to give back for them."""


def series_lines(
    session: Session, before: int | None, circumstances: Circumstances, *, waiting: bool
) -> tuple[list[Line], int | None]:
    """A page of the list, and before which series the next one begins; None on the last."""
    rows = list(series_listed(session, before, PAGE + 1, waiting=waiting))
    lines = _lines(session, rows[:PAGE], circumstances.profiles.current(session))
    return lines, lines[-1].id if len(rows) > PAGE else None


def whole_series(session: Session, series_id: int, circumstances: Circumstances) -> Whole | None:
    """None where there is no such series."""
    row, now = one_listed(session, series_id), circumstances.now
    if row is None:
        return None
    profile = circumstances.profiles.current(session)
    view = fresh_series(session, series_id, profile)
    back = [money_of(session, one.id, one.price.currency).by_hand for one in view.bookings]
    owed = [one for one in back if one is not None]
    return Whole(
        line=_lines(session, [row], profile)[0], view=view, mode=row.mode, left_out=left_out(view.left_out),
        to_answer=sum(one.start > now for one in view.pending),
        stand=sum(one.status in STANDS and one.start > now for one in view.bookings),
        by_hand=Money(sum(one.amount for one in owed), owed[0].currency) if owed else None,
    )  # fmt: skip


def _lines(session: Session, rows: list[Row[Any]], profile: Profile) -> list[Line]:
    counted = defaultdict(list)
    for one in visits_counted(session, [row.id for row in rows]):
        counted[one.series_id].append(one)
    return [_line(row, counted[row.id], profile) for row in rows]


def _line(row: Row[Any], counted: list[Row[Any]], profile: Profile) -> Line:
    booked = [one for one in counted if one.status is not None]
    frequency, days = Frequency(row.frequency), tuple(row.days_of_week)
    return Line(
        id=row.id, client=row.client_name or row.client_phone or "", attendee=row.attendee,
        service=profile.names_of_services.get(row.service_id, row.service_name), staff=row.staff_name,
        rhythm=rhythm_line(Pattern(frequency, row.scheduled_start, row.interval, days)),
        visits=tuple((one.status, one.visits) for one in sorted(booked, key=_order)),
        left_out=sum(one.visits for one in counted if one.status is None),
        first_at=min((one.first_at for one in booked), default=None),
        last_at=max((one.last_at for one in booked), default=None), asked_at=row.created_at,
        conversation_id=row.conversation_id, note=row.client_note,
    )  # fmt: skip


def _order(counted: Row[Any]) -> int:
    return list(BookingStatus).index(counted.status)
