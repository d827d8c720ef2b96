"""A process that races with one guard of the product off: it decides by what there was before the race, and keeps to
that whatever has become of it since."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any
from unittest.mock import patch

from sqlalchemy import Row, text, update
from sqlalchemy.orm import Session

from bot.commands.check import snapshot_engine
from bot.database import Database
from conversations.booking import ProposalStatus
from models.bookings import (
    booking_by_id,
    booking_by_token,
    bookings,
    bookings_between,
    bookings_in,
    bookings_of_client,
    newest_standing,
    open_proposal,
    proposals,
)
from models.claims import busy
from tests.faults.controls import claim_unguarded
from tests.faults.wrapping import replaced

WINDOW = 0.02
"""Seconds between a look and the deed that follows from it, where the guard is off."""
LOOKS = (booking_by_id, bookings_in, bookings_of_client, newest_standing, open_proposal)
"""What a turn reads of bookings before it decides."""


class Guard(StrEnum):
    """What a race may switch off, to show that it would notice."""

    CLAIMS = "claims"
    """Who owns which time."""
    SEATS = "seats"
    """Who owns which seat of a class."""
    DECISIONS = "decisions"
    """A booking is decided or changed under lock, as it is then, and only if it is still as it was read."""


class Before:
    """The database as each thread has found it before a race."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._own = threading.local()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """This thread's look at everything, all through a race."""
        with Session(snapshot_engine(self._database)) as session, session.begin():
            session.execute(text("select count(*) from stretches"))  # the snapshot is taken with the first look
            self._own.session = session
            yield

    @contextmanager
    def without(self, guard: Guard) -> Iterator[None]:
        """The product of this process, with this guard off."""
        with ExitStack() as stack:
            match guard:
                case Guard.CLAIMS:
                    stack.enter_context(replaced("models.claims:claim", _claim_late))
                    stack.enter_context(replaced("models.claims:busy", self._seen(busy)))
                    stack.enter_context(patch("handlers.gather_facts.bookings_between", self._seen(bookings_between)))
                case Guard.SEATS:
                    stack.enter_context(replaced("models.claims:claim_seats", _claim_no_seat))
                case Guard.DECISIONS:
                    stack.enter_context(replaced("handlers.pending_request:lock_request", self._unlocked))
                    stack.enter_context(replaced("handlers.pending_request:lock_booking", self._unlocked))
                    stack.enter_context(replaced("models.bookings:end_proposal", _end_whatever_it_is))
                    stack.enter_context(replaced("models.bookings:change_booking", _change_whatever_it_is))
                    for look in LOOKS:
                        stack.enter_context(patch(f"handlers.gather_facts.{look.__name__}", self._seen(look)))
                    seen = self._seen(open_proposal)
                    stack.enter_context(patch("handlers.proposals_made.open_proposal", seen))
                    stack.enter_context(patch("handlers.page_asked.booking_by_token", self._seen(booking_by_token)))
            yield

    def _seen(self, look: Callable[..., Any]) -> Callable[..., Any]:
        return lambda _session, *arguments: look(self._own.session, *arguments)

    def _unlocked(self, _session: Session, booking_id: int) -> Row[Any]:
        """A booking as it was before the race, whoever else has it in hand."""
        row = booking_by_id(self._own.session, booking_id)
        assert row is not None
        return row


def _claim_late(*arguments: Any, **named: Any) -> None:
    """The guard is off, and the window is wide."""
    time.sleep(WINDOW)
    claim_unguarded(*arguments, **named)


def _claim_no_seat(*_arguments: Any, **_named: Any) -> None:
    """Whoever asks for seats is let in."""


def _change_whatever_it_is(session: Session, booking_id: int, version: int, now: datetime, **values: Any) -> None:
    """Change a booking, also one that has changed since it was read."""
    session.execute(update(bookings).where(bookings.c.id == booking_id).values(updated_at=now, **values))


def _end_whatever_it_is(session: Session, proposal_id: int, status: ProposalStatus, now: datetime) -> None:
    """Close a proposal, also one that is closed."""
    session.execute(update(proposals).where(proposals.c.id == proposal_id).values(status=status, answered_at=now))
