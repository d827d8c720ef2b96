"""Facts as plain values: what a step may know, without any database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from conversations.booking import BookingStatus, BookingView, ProposalView
from conversations.business import ANY, Agreement, Business, Money, Service, Shift, Staff
from conversations.classes import ClassView, Place, WaitlistStatus
from conversations.desk import BlockView, ForOthers, LastCommand
from conversations.engagements.states import EngagementStatus
from conversations.engagements.views import ActivityView, EngagementView
from conversations.facts import Person
from conversations.layout import Capabilities
from conversations.payments import BookingMoney, PackView
from conversations.rules.availability import Calendar, Refusal, occupied
from conversations.rules.payments import due_by, wanted
from conversations.rules.policies import Terms
from conversations.series import SeriesView

QATAR = ZoneInfo("Asia/Qatar")
TODAY = datetime(2026, 3, 10, 10, 15, tzinfo=QATAR)
HERE = Business("Corner House", QATAR, "QA", address="12 Pearl Street")
SARA = Person("+97455501234")
PLAIN, TERMS = Capabilities(), Terms()
DAILY = tuple(Shift(day, time(9), time(19)) for day in range(7))
LINA = Staff(1, "Dr Lina", QATAR, DAILY)
MAYA = Staff(2, "Maya", QATAR, DAILY[1:6])
THERAPY = Service(1, "Individual Therapy Session", 60, Money(7900, "USD"), ("therapy",), (1,))
HAIRCUT = Service(2, "Haircut", 45, Money(3500, "USD"), ("cut",), (2,))


def booking(number: int = 12, status: BookingStatus = BookingStatus.PENDING, **changes: object) -> BookingView:
    """A booking of therapy on Wednesday at 10."""
    start = datetime(2026, 3, 11, 10, tzinfo=QATAR)
    values: dict[str, object] = {
        "id": number, "status": status, "version": 1, "service_ids": (1,), "service": THERAPY.name, "minutes": 60,
        "staff_id": 1, "staff": "Dr Lina", "client_id": 1, "client": "Sara", "client_named": True,
        "phone": "+97455501234", "conversation_id": 1, "preferred": start, "start": start,
        "end": start.replace(hour=11), "price": THERAPY.price,
    }  # fmt: skip
    return BookingView(**{**values, **changes})  # type: ignore[arg-type]


@dataclass
class PlainFacts:
    """conversations.facts.Facts, said outright."""

    now: datetime = TODAY
    business: Business = HERE
    person: Person = SARA
    language: str = "en"
    channel: Capabilities = PLAIN
    offered: Sequence[Service] = (THERAPY, HAIRCUT)
    people: Sequence[Staff] = (LINA, MAYA)
    policy: Terms = TERMS
    busy: dict[int, tuple[tuple[datetime, datetime], ...]] = field(default_factory=dict)
    bookings: Sequence[BookingView] = ()
    open_proposal: ProposalView | None = None
    blocks: Sequence[BlockView] = ()
    commanded: LastCommand | None = None
    of_others: Sequence[ForOthers] = ()
    sessions: Sequence[ClassView] = ()
    all_series: Sequence[SeriesView] = ()
    places: Sequence[Place] = ()
    agreed: Collection[tuple[int, str]] = ()
    money: Mapping[int, BookingMoney] = field(default_factory=dict)
    packs: Sequence[PackView] = ()
    credit: Sequence[Money] = ()
    jobs: Sequence[EngagementView] = ()
    log: Sequence[ActivityView] = ()
    unopened: Sequence[int] = ()

    language_is_known: bool = False

    def knows_us(self) -> bool:
        return not self.person.is_new

    def in_language(self, code: str) -> "PlainFacts":
        return replace(self, language=code)

    def services(self) -> Sequence[Service]:
        return self.offered

    def staff(self) -> Sequence[Staff]:
        return self.people

    def series(self, series_id: int) -> SeriesView | None:
        return next((each for each in self.all_series if each.id == series_id), None)

    def calendars(
        self, service: Service, first: date, last: date, changing: int | tuple[int, ...] | None = None
    ) -> Sequence[Calendar]:
        wanted = service.staff_ids or tuple(staff.id for staff in self.people)
        return [
            Calendar(s, self.policy, {Refusal.TAKEN: occupied(self.busy.get(s.id, ()))})
            for s in self.people
            if s.id in wanted
        ]

    def terms(self, found: BookingView) -> Terms:
        return self.policy

    def terms_for(self, staff_id: int, service_id: int) -> Terms:
        return self.policy

    def classes(self, service_id: int, first: datetime, last: datetime) -> Sequence[ClassView]:
        return [each for each in self.sessions if each.service_id == service_id and first <= each.start < last]

    def class_session(self, class_id: int) -> ClassView | None:
        return next((each for each in self.sessions if each.id == class_id), None)

    def my_places(self) -> Sequence[Place]:
        return [each for each in self.places if each.status in (WaitlistStatus.WAITING, WaitlistStatus.OFFERED)]

    def place(self, place_id: int) -> Place | None:
        return next((each for each in self.places if each.id == place_id), None)

    def waiting(self, class_id: int | None = None) -> Sequence[Place]:
        return [each for each in self.places if class_id in (None, each.class_id)]

    def whose_turn(self, staff_ids: Sequence[int]) -> int:
        return staff_ids[0]

    def booking(self, booking_id: int) -> BookingView | None:
        return next((found for found in self.bookings if found.id == booking_id), None)

    def requests(self) -> Sequence[BookingView]:
        return [found for found in self.bookings if found.status is BookingStatus.PENDING]

    def my_bookings(self) -> Sequence[BookingView]:
        return self.bookings

    def my_packs(self) -> Sequence[PackView]:
        return self.packs

    def my_credit(self) -> Sequence[Money]:
        return self.credit

    def money_of(self, found: BookingView) -> BookingMoney:
        return self.money.get(found.id, BookingMoney(Money(0, found.price.currency), Money(0, found.price.currency)))

    def to_be_paid_by(self, found: BookingView) -> datetime | None:
        return due_by(self.now, found.start, self.policy) if wanted(found.price, self.policy).amount else None

    def bookings_now(self) -> Sequence[BookingView]:
        return self.bookings

    def booking_after(self, found: BookingView) -> BookingView | None:
        return next((other for other in self.bookings if other.start > found.start), None)

    def has_accepted(self, agreement: Agreement) -> bool:
        return (agreement.service_id, agreement.version) in self.agreed

    def usual(self) -> BookingView | None:
        return next((found for found in self.bookings if found.status is BookingStatus.CONFIRMED), None)

    def proposal(self, booking_id: int) -> ProposalView | None:
        return self.open_proposal

    def my_staff(self, service_id: int = ANY) -> Sequence[Staff]:
        return self.people

    def my_own_staff(self, service_id: int = ANY) -> Sequence[Staff]:
        return self.people

    def for_others_between(self, start: datetime, end: datetime) -> Sequence[ForOthers]:
        return self.of_others

    def bookings_between(self, start: datetime, end: datetime) -> Sequence[BookingView]:
        return [found for found in self.bookings if found.start < end and found.end > start]

    def blocks_between(self, start: datetime, end: datetime) -> Sequence[BlockView]:
        return [block for block in self.blocks if block.start < end and block.end > start]

    def last_command(self) -> LastCommand | None:
        return self.commanded

    def engagement(self, engagement_id: int) -> EngagementView | None:
        return next((found for found in self.jobs if found.id == engagement_id), None)

    def engagements(self) -> Sequence[EngagementView]:
        return [found for found in self.jobs if found.status is not EngagementStatus.CLOSED]

    def activity(self, engagement_id: int) -> Sequence[ActivityView]:
        return self.log

    def openings_failed(self) -> Sequence[int]:
        return self.unopened
