"""Rows → facts: what a step asks for is read when it asks, and kept for that step."""

from collections.abc import Sequence
from copy import copy
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, BookingView, ProposalView
from conversations.business import Business, Service, Staff
from conversations.facts import Person
from conversations.languages import known
from conversations.layout import Capabilities
from conversations.rules.availability import Calendar
from handlers.circumstances import Circumstances
from handlers.profile import Coordinator, Profile
from handlers.views import booking_view, proposal_view
from models.bookings import booking_by_id, bookings_in, bookings_of_client, newest_standing, open_proposal
from models.claims import Holder, busy
from models.clients import client_by_id

MOST_LISTED = 100


class DatabaseFacts:
    """conversations.facts.Facts over the database, for one step of one conversation."""

    def __init__(
        self, session: Session, conversation: Row[Any], circumstances: Circumstances, profile: Profile
    ) -> None:
        self._session = session
        self._conversation = conversation
        self._circumstances = circumstances
        self._profile = profile
        self._requests: list[BookingView] | None = None
        self._language = ""

    @property
    def now(self) -> datetime:
        return self._circumstances.now.astimezone(self.business.zone)

    @property
    def business(self) -> Business:
        return self._profile.business

    @property
    def language(self) -> str:
        coordinator = self._coordinator
        own = coordinator.language if coordinator is not None else self._conversation.language
        return known(self._language or own or self.business.language)

    @property
    def language_is_known(self) -> bool:
        return bool(self._coordinator is not None or self._conversation.language)

    def in_language(self, code: str) -> "DatabaseFacts":
        other = copy(self)
        other._language = code
        return other

    @property
    def channel(self) -> Capabilities:
        return self._circumstances.channels.get(self._conversation.channel, Capabilities())

    @cached_property
    def person(self) -> Person:
        client_id = self._conversation.client_id
        client = client_by_id(self._session, client_id) if client_id is not None else None
        return Person(
            address=self._conversation.address,
            name=client.name if client is not None else "",
            is_new=self._conversation.last_inbound_at is None,
            is_coordinator=self._coordinator is not None,
            opted_out=self._conversation.opted_out_at is not None,
        )

    def services(self) -> Sequence[Service]:
        return [service for service in self._profile.services if service.staff_ids]

    def staff(self) -> Sequence[Staff]:
        return self._profile.staff

    def calendars(self, service: Service, first: date, last: date, changing: int | None = None) -> Sequence[Calendar]:
        staff_ids = service.staff_ids or tuple(staff.id for staff in self._profile.staff)
        found = [staff for staff in self._profile.staff if staff.id in staff_ids]
        taken: dict[int, list[tuple[datetime, datetime]]] = {staff.id: [] for staff in found}
        # A day either way holds whatever the zones of staff and business make of these days.
        start = datetime.combine(first, time(0), self.business.zone) - timedelta(days=1)
        end = datetime.combine(last, time(0), self.business.zone) + timedelta(days=2)
        mine = ((Holder.CONVERSATION, self._conversation.id), *self._of_booking(changing))
        held: dict[int, list[tuple[datetime, datetime]]] = {staff.id: [] for staff in found}
        for stretch in busy(self._session, list(taken), start, end, self._circumstances.now, mine):
            taken[stretch.scarce_id].append((stretch.start_at, stretch.end_at))
            if stretch.holder is Holder.CONVERSATION:
                held[stretch.scarce_id].append((stretch.start_at, stretch.end_at))
        return [
            Calendar(s, self._profile.terms(s.id, service.id), tuple(taken[s.id]), tuple(held[s.id])) for s in found
        ]

    def booking(self, booking_id: int) -> BookingView | None:
        row = booking_by_id(self._session, booking_id)
        if row is None or not self._may_speak_about(row):
            return None
        return booking_view(row, self._profile)

    def requests(self) -> Sequence[BookingView]:
        if self._requests is None:
            rows = bookings_in(self._session, (BookingStatus.PENDING,), MOST_LISTED)
            self._requests = [booking_view(row, self._profile) for row in rows if self._may_speak_about(row)]
        return self._requests

    def my_bookings(self) -> Sequence[BookingView]:
        if self._conversation.client_id is None:
            return []
        rows = bookings_of_client(self._session, self._conversation.client_id, self._circumstances.now, MOST_LISTED)
        return [booking_view(row, self._profile) for row in rows]

    def usual(self) -> BookingView | None:
        if self._conversation.client_id is None:
            return None
        row = newest_standing(self._session, self._conversation.client_id)
        return booking_view(row, self._profile) if row is not None else None

    def proposal(self, booking_id: int) -> ProposalView | None:
        row = open_proposal(self._session, booking_id)
        if row is None or row.expires_at <= self._circumstances.now:
            return None
        return proposal_view(row, self.business.zone)

    def _of_booking(self, booking_id: int | None) -> tuple[tuple[Holder, int], ...]:
        if booking_id is None:
            return ()
        proposal = open_proposal(self._session, booking_id)
        own = (Holder.BOOKING, booking_id)
        return (own,) if proposal is None else (own, (Holder.PROPOSAL, proposal.id))

    @cached_property
    def _coordinator(self) -> Coordinator | None:
        return self._profile.coordinator_by_phone(self._conversation.address)

    def _may_speak_about(self, row: Row[Any]) -> bool:
        """A coordinator about what is theirs to answer (the default one about all), a client about their own."""
        coordinator = self._coordinator
        if coordinator is not None:
            own = self._profile.coordinator_for(row.service_id, row.staff_id)
            if coordinator.is_default or (own is not None and own.id == coordinator.id):
                return True
        return bool(row.client_id == self._conversation.client_id)
