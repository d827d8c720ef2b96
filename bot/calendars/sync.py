"""One calendar kept in step: our bookings written into it, what it says is busy read. No transaction is open while a
server is talked to."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from bot.calendars.caldav import CalDAV, address_of, authorization
from bot.calendars.exchange import Exchange
from bot.calendars.failure import CalendarFailure, EventRefused
from bot.calendars.google import Google
from bot.calendars.google_account import GoogleAccount
from bot.calendars.published import Published
from bot.desk import Desk
from bot.lines import About
from bot.logs import log, new_trace
from handlers.calendar_clashed import busy_over_bookings, calendar_clashed
from handlers.calendar_leased import Leased, Removing, Writing, calendar_leased
from handlers.calendar_reading import Reading
from handlers.calendar_synced import (
    LeaseLost,
    busy_times_changed,
    busy_times_read,
    calendar_failed,
    calendar_read,
    calendar_synced,
    event_removed,
    event_written,
)
from handlers.circumstances import Circumstances
from models.busy_times import Change
from models.calendars import CalendarKind

T = TypeVar("T")
BREATH = 0.02
"""Seconds between two transactions of one sync, in which others get to write."""


class Calendar(Protocol):
    """A calendar on its server. `write` and `remove` are for one event each; an ICS file has none of ours."""

    def read(self) -> Reading | None: ...

    def write(self, writing: Writing) -> str: ...

    def remove(self, removing: Removing) -> None: ...


class CalendarSync:
    """Brings any calendar of a desk into step. Safe to share between threads."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._account = GoogleAccount(desk.settings.google_credentials_file)

    def sync(self, calendar_id: int) -> bool:
        """Take a calendar in hand; False where another worker has it. Raises DatabaseAway."""
        with About(trace=new_trace(), calendar=calendar_id):
            leased = self._do(lambda session, now: calendar_leased(session, calendar_id, now))
            if leased is None:
                return False
            try:
                self._bring_into_step(leased)
            except LeaseLost:
                log.warning("calendar_lease_lost")
            return True

    def _bring_into_step(self, leased: Leased) -> None:
        refused: list[str] = []
        fault = self._written_and_read(leased, refused)
        self._tell_of_clashes(leased)
        if fault is None:
            self._do(lambda session, now: calendar_synced(session, leased, refused, now))
        else:
            failures = self._do(lambda session, now: calendar_failed(session, leased, fault, now))
            log.warning("calendar_failed", kind=leased.kind, why=fault.words, failures=failures)
        self.desk.wake.ring()

    def _tell_of_clashes(self, leased: Leased) -> None:
        """Looked for beside whoever writes, and written only where there are any."""
        now = self.desk.clock.now()
        clashing = self.desk.database.read(lambda session: busy_over_bookings(session, leased.id, now))
        if not clashing:
            return
        if told := self._do(lambda session, now: calendar_clashed(session, leased.id, clashing, now)):
            log.info("calendar_clashes_told", bookings=told)

    def _written_and_read(self, leased: Leased, refused: list[str]) -> CalendarFailure | None:
        """What went wrong, if anything did. Where we may not write, what is busy is read all the same."""
        fault: CalendarFailure | None = None
        try:
            with self._opened(leased) as calendar:
                try:
                    self._write(calendar, leased, refused)
                except CalendarFailure as error:
                    fault = error
                if leased.reads and (reading := calendar.read()) is not None:
                    self._keep(leased, reading)
        except CalendarFailure as error:
            fault = fault or error
        return fault

    def _keep(self, leased: Leased, reading: Reading) -> None:
        """Piece by piece, for a whole calendar would keep every text waiting on SQLite, which has one writer."""
        for change in self.desk.database.read(lambda session: busy_times_read(session, leased, reading)):
            self.desk.database.transact(partial(_note_changed, leased=leased, change=change))
            time.sleep(BREATH)
        self._do(lambda session, now: calendar_read(session, leased, reading, now))

    def _write(self, calendar: Calendar, leased: Leased, refused: list[str]) -> None:
        """Each event is written down once it is there: what is cut off here goes on with the next sync."""
        for writing in leased.writing:
            entry, etag = writing.entry, ""
            try:
                etag = calendar.write(writing)
            except EventRefused as error:
                refused.append(f"booking #{entry.booking_id}: the calendar does not take it ({error})")
            values = leased, entry.booking_id, entry.version
            self.desk.database.transact(partial(_note_written, values=values, etag=etag))
        for removing in leased.removing:
            try:
                calendar.remove(removing)
            except EventRefused as error:
                refused.append(f"booking #{removing.booking_id}: the calendar does not let it go ({error})")
            self.desk.database.transact(partial(_note_removed, leased=leased, removing=removing))

    @contextmanager
    def _opened(self, leased: Leased) -> Iterator[Calendar]:
        """Raises CalendarFailure where a setting is wrong or missing."""
        settings = self.desk.settings
        match leased.kind:
            case CalendarKind.CALDAV:
                url = address_of(settings.caldav_url, leased.address)
                secret = authorization(settings.caldav_username, settings.caldav_password.get_secret_value())
                with Exchange(secret) as exchange:
                    yield CalDAV(exchange, url, leased, settings.caldav_username)
            case CalendarKind.GOOGLE:
                with Exchange() as exchange:
                    base, now = settings.google_api_base, self.desk.clock.now()
                    yield Google(exchange, self._account, base, leased, now)
            case CalendarKind.ICS:
                with Exchange(follows=True) as exchange:
                    yield Published(exchange, leased)

    def _do(self, deed: Callable[[Session, Circumstances], T]) -> T:
        """One transaction, told what is so as it begins."""
        trace = new_trace()
        return self.desk.database.transact(lambda session: deed(session, self.desk.circumstances(trace)))


def _note_changed(session: Session, *, leased: Leased, change: Change) -> None:
    busy_times_changed(session, leased, change)


def _note_written(session: Session, *, values: tuple[Leased, int, int], etag: str) -> None:
    event_written(session, *values, etag)


def _note_removed(session: Session, *, leased: Leased, removing: Removing) -> None:
    event_removed(session, leased, removing.booking_id, removing.version)
