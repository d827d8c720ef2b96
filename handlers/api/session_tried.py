"""A request tried through every step of its life, by somebody made up, on the real path; nothing of it is ever kept."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.business import Service
from conversations.engagements.kinds import Detail
from handlers.api.booking_requests import Unfit, Wish, visit_of
from handlers.api.caller import Caller
from handlers.api.deeds import Refused, give
from handlers.api.integrations import integration_of
from handlers.api.wishes import NoRoom, NotHad, Person, asked, room_of_person
from handlers.circumstances import Circumstances
from handlers.engagement_followed import follow_booking
from handlers.engagement_told import tell_opened
from models.bookings import booking_by_id
from models.claims import LostRace
from models.clients import is_phone_known
from models.engagement_work import work_of
from models.outbox import newest_outbox_id, outbox_after

MADE_UP = "+1555555{:04}"
"""Numbers that nobody has."""
_TOLD = {
    Detail.NAME: "Debug & Test", Detail.VENUE: "Nowhere", Detail.GUESTS: "12", Detail.BUDGET: "1k-2k",
    Detail.EMAIL: "debug@example.com", Detail.REQUESTS: "none",
}  # fmt: skip
_FAULTS = (Unfit, Refused, NoRoom, NotHad, LostRace)


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `status`: of the booking, after it. `texts`: what it would have sent, to whom, in order."""

    name: str
    ok: bool
    what: str
    status: str
    texts: tuple[tuple[str, str], ...]


class _Broken(Exception):
    """What comes behind is not tried."""


def session_tried(
    session: Session, service_id: int | None, once: str, caller: Caller, circumstances: Circumstances
) -> list[Step]:
    """What happened at each step; the last one alone can be one that failed. Rolls the transaction back, whatever
    happens."""
    try:
        trial = _Trial(session, once, caller, replace(circumstances, race_lost=lambda: None))
        trial.run(service_id)
        return trial.steps
    finally:
        session.rollback()


class _Trial:
    """One request, as far as it has come."""

    def __init__(self, session: Session, once: str, caller: Caller, circumstances: Circumstances) -> None:
        self._session, self._once, self._caller, self._now = session, once, caller, circumstances
        self._profile = circumstances.profiles.current(session)
        self._booking_id = 0
        self._read = newest_outbox_id(session)
        self.steps: list[Step] = []

    def run(self, service_id: int | None) -> None:
        try:
            service = self._service(service_id)
            self._step("declined", lambda: self._declined(service))
            self._step("requested", lambda: self._requested(service))
            self._step("approved", self._approved)
            self._step("paid", self._paid)
            self._step("engagement", self._engagement)
            self._step("begun", self._begun)
            self._step("completed", lambda: self._commanded("END {}", self._row().end_at))
        except _Broken:
            return

    def _step(self, name: str, do: Callable[[], str]) -> None:
        savepoint = self._session.begin_nested()
        try:
            what, ok = do(), True
        except _FAULTS as fault:
            savepoint.rollback()
            what, ok = _said(fault), False
        else:
            savepoint.commit()
        self.steps.append(Step(name, ok, what, self._status(), self._texts()))
        if not ok:
            raise _Broken

    def _service(self, service_id: int | None) -> Service:
        """The one that is named, else one that opens an engagement, else any that somebody gives by the hour."""
        given = [one for one in self._profile.services if one.staff_ids and not one.is_class]
        wanted = [one for one in given if service_id in (None, one.id)]
        if not wanted:
            self.steps.append(Step("requested", False, "there is no service that could be booked", "", ()))
            raise _Broken
        return next((one for one in wanted if one.engagement), wanted[0])

    def _declined(self, service: Service) -> str:
        self._requested(service)
        if self._row().status is not BookingStatus.PENDING:
            return self._commanded("CANCEL {}")
        return self._commanded("DECLINE {}")

    def _requested(self, service: Service) -> str:
        phone = next(
            made for number in count(1) if not is_phone_known(self._session, made := MADE_UP.format(number))
        )  # fmt: skip
        room = room_of_person(self._session, Person(phone, "Debug Test"), self._now)
        agreed = tuple(one.version for one in service.agreements)
        visit = visit_of(self._session, room, Wish(str(service.id), None, None, _TOLD, agreed), self._now)
        assert not isinstance(visit, int)
        self._booking_id = asked(self._session, room, visit, self._now)
        return f"{service.name} for {phone} at {visit.start.isoformat()}"

    def _approved(self) -> str:
        if self._row().status is not BookingStatus.PENDING:
            return "its policy asks nobody"
        return self._commanded("APPROVE {}")

    def _paid(self) -> str:
        if self._row().status is not BookingStatus.APPROVED:
            return "nothing is to be paid for it"
        return self._commanded("PAID {}")

    def _engagement(self) -> str:
        work = work_of(self._session, self._booking_id)
        if work is None:
            return "it opens none"
        follow_booking(self._session, work, self._now, self._profile)
        work = work_of(self._session, self._booking_id)
        assert work is not None
        tell_opened(self._session, work, self._now, self._profile)
        opened = integration_of(self._session, self._booking_id, self._profile).wedding
        return f"{opened.kind} {opened.ref}, {opened.couple_name}" if opened is not None else "it opened nothing"

    def _begun(self) -> str:
        return self._commanded("START {}", self._row().start_at)

    def _commanded(self, words: str, at: datetime | None = None) -> str:
        """What a coordinator's command was answered, at this moment."""
        self._now = replace(self._now, now=at or self._now.now)
        known = f"{self._once}{len(self.steps)}"
        return give(self._session, words.format(self._booking_id), known, self._caller, self._now)

    def _row(self) -> Row[Any]:
        row = booking_by_id(self._session, self._booking_id)
        assert row is not None
        return row

    def _status(self) -> str:
        row = booking_by_id(self._session, self._booking_id) if self._booking_id else None
        return str(row.status) if row is not None else ""

    def _texts(self) -> tuple[tuple[str, str], ...]:
        rows = [row for row in outbox_after(self._session, self._read) if row.trace == self._now.trace]
        self._read = rows[-1].id if rows else self._read
        return tuple((row.address, row.body) for row in rows)


def _said(fault: Exception) -> str:
    words = getattr(fault, "words", "")
    return words or {NoRoom: "no channel reaches a client", LostRace: "somebody else was faster"}.get(
        type(fault), getattr(fault, "code", "")
    )
