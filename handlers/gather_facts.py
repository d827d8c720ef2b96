"""Rows → facts: what a step asks for is read when it asks, and kept for that step."""

from collections.abc import Sequence
from copy import copy
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, BookingView, ProposalView
from conversations.business import ANY, Agreement, Business, Service, Staff
from conversations.classes import ClassView, Place
from conversations.desk import BlockView, ForOthers, LastCommand
from conversations.engagements.views import ActivityView, EngagementView
from conversations.facts import Person
from conversations.flows.standing import STANDING
from conversations.languages import known
from conversations.layout import Capabilities
from conversations.money import Money
from conversations.payments import BookingMoney, PackView
from conversations.rules.availability import Calendar
from conversations.rules.policies import Terms
from conversations.series import SeriesView
from handlers.circumstances import Circumstances
from handlers.command_undone import last_of
from handlers.engagement_views import activity_view, engagement_views
from handlers.free_seats import free_seats
from handlers.gather_calendars import gather_calendars
from handlers.packs_sold import packs
from handlers.payment_asked import to_be_paid_by
from handlers.payment_taken import money_of
from handlers.profile import Profile
from handlers.quoted_services import services_for
from handlers.views import block_view, booking_view, class_view, proposal_view, series_view
from handlers.waitlist_reasons import places_with_reasons
from handlers.waitlist_views import place_view
from models.agreements import accepted
from models.blocks import blocks_between
from models.booking_series import items_of_series, series_by_id
from models.bookings import (
    booking_by_id,
    bookings_between,
    bookings_in,
    bookings_of_client,
    bookings_of_series,
    moves_asked,
    newest_by_staff,
    newest_standing,
    next_of_staff,
    open_proposal,
)
from models.claims import Holder
from models.class_sessions import class_by_id, classes_between
from models.clients import client_by_id
from models.conversations import is_taken
from models.engagement_records import activities_of, engagement_by_id, engagements_of_client, open_engagements
from models.engagement_work import failed_work
from models.first_look import FirstLook
from models.outbox import newest_outbox_of
from models.payments import credits_of
from models.waitlist import entries_of_class, entries_of_client, entry_by_id, open_entries

MOST_LISTED = 100
LONGEST_VISIT = timedelta(hours=24)
HOURS_AHEAD = timedelta(hours=12)
"""Within which a booking is one that a client may be late for."""
_PLAIN = Capabilities()
"""What a channel that is not set up can show."""


class DatabaseFacts:
    """conversations.facts.Facts over the database, for one step of one conversation."""

    def __init__(
        self, session: Session, conversation: Row[Any], circumstances: Circumstances, profile: Profile,
        look: FirstLook | None = None,
    ) -> None:  # fmt: skip
        """`look`: what was asked about them in this turn before anything was done in it; true until something is."""
        self._session = session
        self._conversation = conversation
        self._circumstances = circumstances
        self.profile = profile
        self._look = look
        self._requests: list[BookingView] | None = None
        self._quoted: Sequence[Service] | None = None
        self._services: Sequence[Service] | None = None
        self._coordinator = coordinator = profile.coordinator_in(conversation)
        own = coordinator.language if coordinator is not None else conversation.language
        self.business: Business = profile.business
        self.now: datetime = circumstances.now.astimezone(self.business.zone)
        self.language = known(own or self.business.language)
        self.language_is_known = bool(coordinator is not None or conversation.language)
        self.channel: Capabilities = circumstances.channels.get(conversation.channel, _PLAIN)

    def in_language(self, code: str) -> "DatabaseFacts":
        code = known(code or self.language)
        if code == self.language:
            return self
        other = copy(self)
        other.language = code
        return other

    @cached_property
    def person(self) -> Person:
        return Person(
            address=self._conversation.address,
            name=self._name(),
            is_new=self._conversation.last_inbound_at is None,
            is_coordinator=self._coordinator is not None,
            opted_out=self._conversation.opted_out_at is not None,
            is_with_operator=is_taken(self._conversation, self._circumstances.now),
            is_blocked=self._conversation.is_blocked,
        )

    def _name(self) -> str:
        if self._look is not None and self._look.client_name is not None:
            return self._look.client_name
        client_id = self._conversation.client_id
        client = client_by_id(self._session, client_id) if client_id is not None else None
        return client.name if client is not None else ""

    def knows_us(self) -> bool:
        if not self.person.is_new:
            return True
        is_stranger = self._look is not None and self._look.is_stranger
        return not is_stranger and newest_outbox_of(self._session, self._conversation.id) > 0

    def services(self) -> Sequence[Service]:
        if self._services is None:
            self._services = tuple([service for service in self._all_services() if service.staff_ids])
        return self._services

    def _all_services(self) -> Sequence[Service]:
        """As they are quoted to this person; those too that nobody gives just now."""
        if self._quoted is None:
            whose = self._conversation.client_id, self._conversation.address
            self._quoted = services_for(self._session, self.profile, *whose)
        return self._quoted

    def staff(self) -> Sequence[Staff]:
        return self.profile.staff

    def calendars(
        self, service: Service, first: date, last: date, changing: int | tuple[int, ...] | None = None
    ) -> Sequence[Calendar]:
        several = changing if isinstance(changing, tuple) else (changing,)
        own = [holder for booking_id in several for holder in self._of_booking(booking_id)]
        mine = ((Holder.CONVERSATION, self._conversation.id), *own)
        now = self._circumstances.now
        return gather_calendars(self._session, self.profile, service, first, last, now, mine)

    def classes(self, service_id: int, first: datetime, last: datetime) -> Sequence[ClassView]:
        rows = classes_between(self._session, first.astimezone(UTC), last.astimezone(UTC), (service_id,))
        return self._with_free_seats(rows)

    def class_session(self, class_id: int) -> ClassView | None:
        row = class_by_id(self._session, class_id)
        return self._with_free_seats([row])[0] if row is not None else None

    def _with_free_seats(self, rows: Sequence[Row[Any]]) -> list[ClassView]:
        free = free_seats(self._session, rows, self._conversation, self._circumstances.now, self.profile)
        courses = {service.id: service for service in self._all_services()}
        return [class_view(row, free[row.id], courses.get(row.service_id)) for row in rows]

    def my_places(self) -> Sequence[Place]:
        if self._conversation.client_id is None:
            return []
        rows = entries_of_client(self._session, self._conversation.client_id)
        return [place_view(self._session, row, self.profile) for row in rows]

    def place(self, place_id: int) -> Place | None:
        row = entry_by_id(self._session, place_id)
        if row is not None and row.client_id == self._conversation.client_id:
            return place_view(self._session, row, self.profile)
        found = self._places([row]) if row is not None else []
        return found[0] if found else None

    def waiting(self, class_id: int | None = None) -> Sequence[Place]:
        if class_id is not None:
            return self._places(entries_of_class(self._session, class_id))
        return self._places(open_entries(self._session, MOST_LISTED))

    def _places(self, rows: Sequence[Row[Any]]) -> list[Place]:
        """Those of these for which this coordinator answers."""
        session, now, profile = self._session, self._circumstances.now, self.profile
        mine = [row for row in rows if self._answers_for(row.service_id, row.with_staff_id, stands_in=True)]
        return places_with_reasons(session, mine, now, profile)

    def whose_turn(self, staff_ids: Sequence[int]) -> int:
        last = newest_by_staff(self._session, staff_ids)
        return min(staff_ids, key=lambda staff_id: last.get(staff_id, 0))

    def booking(self, booking_id: int) -> BookingView | None:
        row = booking_by_id(self._session, booking_id)
        if row is None or not self._may_speak_about(row):
            return None
        return booking_view(row, self.profile)

    def series(self, series_id: int) -> SeriesView | None:
        row = series_by_id(self._session, series_id)
        bookings = bookings_of_series(self._session, series_id) if row is not None else []
        if row is None or not bookings or not self._may_speak_about(bookings[0]):
            return None
        return series_view(row, items_of_series(self._session, series_id), bookings, self.profile)

    def requests(self) -> Sequence[BookingView]:
        if self._requests is None:
            rows = bookings_in(self._session, (BookingStatus.PENDING,), MOST_LISTED)
            rows += moves_asked(self._session, self._circumstances.now, MOST_LISTED)
            self._requests = [booking_view(row, self.profile) for row in rows if self._may_speak_about(row)]
        return self._requests

    def my_bookings(self) -> Sequence[BookingView]:
        is_booked = self._look.is_booked if self._look is not None else None
        if self._conversation.client_id is None or is_booked is False:
            return []
        rows = bookings_of_client(self._session, self._conversation.client_id, self._circumstances.now, MOST_LISTED)
        return [booking_view(row, self.profile) for row in rows]

    def terms(self, found: BookingView) -> Terms:
        return self.profile.terms(found.staff_id, found.service_ids[0])

    def terms_for(self, staff_id: int, service_id: int) -> Terms:
        return self.profile.terms(staff_id, service_id)

    def my_packs(self) -> Sequence[PackView]:
        client_id = self._conversation.client_id
        return [] if client_id is None else packs(self._session, client_id, self._circumstances, self.profile)

    def my_credit(self) -> Sequence[Money]:
        client_id = self._conversation.client_id
        rows = [] if client_id is None else credits_of(self._session, client_id)
        return [Money(amount, currency) for currency, amount in rows]

    def money_of(self, found: BookingView) -> BookingMoney:
        return money_of(self._session, found.id, found.price.currency)

    def to_be_paid_by(self, found: BookingView) -> datetime | None:
        return to_be_paid_by(self._session, found, self.terms(found), self._circumstances.now)

    def bookings_now(self) -> Sequence[BookingView]:
        if self._conversation.client_id is None:
            return []
        now = self._circumstances.now
        rows = bookings_of_client(self._session, self._conversation.client_id, now - LONGEST_VISIT, MOST_LISTED)
        near = [row for row in rows if row.end_at > now and row.start_at <= now + HOURS_AHEAD]
        return [booking_view(row, self.profile) for row in near]

    def booking_after(self, found: BookingView) -> BookingView | None:
        row = next_of_staff(self._session, found.staff_id, found.id, found.start.astimezone(UTC))
        return booking_view(row, self.profile) if row is not None else None

    def has_accepted(self, agreement: Agreement) -> bool:
        client_id = self._conversation.client_id
        if client_id is None:
            return False
        return (agreement.service_id, agreement.version) in accepted(self._session, client_id, (agreement.service_id,))

    def usual(self) -> BookingView | None:
        if self._conversation.client_id is None:
            return None
        row = newest_standing(self._session, self._conversation.client_id)
        return booking_view(row, self.profile) if row is not None else None

    def proposal(self, booking_id: int) -> ProposalView | None:
        row = open_proposal(self._session, booking_id)
        if row is None or row.expires_at <= self._circumstances.now:
            return None
        return proposal_view(row, self.business.zone)

    def my_staff(self, service_id: int = ANY) -> Sequence[Staff]:
        return [staff for staff in self.profile.staff if self._answers_for(service_id, staff.id, stands_in=True)]

    def my_own_staff(self, service_id: int = ANY) -> Sequence[Staff]:
        own = [staff for staff in self.profile.staff if self._answers_for(service_id, staff.id)]
        return own or self.my_staff(service_id)

    def bookings_between(self, start: datetime, end: datetime) -> Sequence[BookingView]:
        rows = bookings_between(self._session, start.astimezone(UTC), end.astimezone(UTC))
        return [booking_view(row, self.profile) for row in rows if self._may_speak_about(row)]

    def for_others_between(self, start: datetime, end: datetime) -> Sequence[ForOthers]:
        rows = bookings_between(self._session, start.astimezone(UTC), end.astimezone(UTC))
        ahead = [row for row in rows if row.status in STANDING and row.start_at > self._circumstances.now]
        return [
            ForOthers(row.id, row.staff_id, row.staff_name, own.called)
            for row in ahead
            if (own := self.profile.coordinator_for(row.service_id, row.staff_id)) is not None
            and own != self._coordinator
        ]

    def blocks_between(self, start: datetime, end: datetime) -> Sequence[BlockView]:
        staff_ids = [staff.id for staff in self.my_staff()]
        rows = blocks_between(self._session, staff_ids, start.astimezone(UTC), end.astimezone(UTC))
        zone = self.business.zone
        return [block_view(row.id, row.staff_id, row.start_at, row.end_at, row.reason, zone) for row in rows]

    def last_command(self) -> LastCommand | None:
        return last_of(self._session, self._conversation.id, self.profile)

    def engagement(self, engagement_id: int) -> EngagementView | None:
        row = engagement_by_id(self._session, engagement_id)
        own = row is not None and row.client_id is not None and row.client_id == self._conversation.client_id
        if row is None or not (own or row.coordinator_id in self._coordinator_ids()):
            return None
        return next(iter(engagement_views(self._session, [row], self.profile)), None)

    def engagements(self) -> Sequence[EngagementView]:
        client_id = self._conversation.client_id
        if self._coordinator is not None:
            rows = open_engagements(self._session, self._coordinator_ids(), MOST_LISTED)
        else:
            rows = [] if client_id is None else engagements_of_client(self._session, client_id, MOST_LISTED)
        return engagement_views(self._session, rows, self.profile)

    def activity(self, engagement_id: int) -> Sequence[ActivityView]:
        rows = activities_of(self._session, engagement_id, MOST_LISTED)
        return [activity_view(row, self.profile) for row in rows]

    def openings_failed(self) -> Sequence[int]:
        rows = failed_work(self._session, MOST_LISTED)
        return [row.booking_id for row in rows if self._answers_for(row.service_id, row.staff_id, stands_in=True)]

    def _coordinator_ids(self) -> set[int]:
        """Whose engagements this coordinator looks after: their own, those they stand in for; the default's all."""
        mine = self._coordinator
        if mine is None:
            return set()
        if mine.is_default:
            return {0, *(each.id for each in self.profile.coordinators)}
        return {mine.id, *(each.id for each in self.profile.coordinators if each.backup_id == mine.id)}

    def _answers_for(self, service_id: int, staff_id: int, *, stands_in: bool = False) -> bool:
        """Whether this coordinator does: for what is theirs, the default one for all; who `stands_in`, for that too."""
        coordinator, own = self._coordinator, self.profile.coordinator_for(service_id, staff_id)
        if coordinator is None or own is None:
            return False
        return coordinator.is_default or coordinator.id == own.id or (stands_in and coordinator.id == own.backup_id)

    def _of_booking(self, booking_id: int | None) -> tuple[tuple[Holder, int], ...]:
        if booking_id is None:
            return ()
        proposal = open_proposal(self._session, booking_id)
        own = (Holder.BOOKING, booking_id)
        return (own,) if proposal is None else (own, (Holder.PROPOSAL, proposal.id))

    def _may_speak_about(self, row: Row[Any]) -> bool:
        """A coordinator about what they answer for or stand in for, a client about their own."""
        if self._answers_for(row.service_id, row.staff_id, stands_in=True):
            return True
        return bool(row.client_id == self._conversation.client_id)
