"""A studio with small classes for the tests of waiting lists: who says what, and how the line stands."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.desk import Desk
from bot.intake import receive
from bot.schedule import run_due
from bot.stories import Phone, Player
from conversations.booking import BookingStatus
from conversations.classes import WaitlistStatus
from conversations.messages import Inbound
from conversations.rules.policies import Approval
from handlers.classes_kept import change_capacity
from handlers.invariants_checked import broken_invariants
from models.bookings import bookings
from models.business import booking_policies, business
from models.claims import Holder, seats_held
from models.class_sessions import class_by_id
from models.conversations import conversations
from models.outbox import outbox_after
from models.waitlist import waitlist_entries

YOGA = Path(__file__).parent / "yoga.toml"
TRIAL = 4
"""Wednesday 18 March 2026, 18:00 in London, two seats."""
KAI = Phone("Kai", "sms", "+447700900101")
OFFERS = ("offer_seats", "offer_seats_now", "offer_time", "offer_time_now")


def person(number: int) -> Phone:
    return Phone(f"P{number}", "sms", f"+4477009002{number:02}", f"P{number}")


@dataclass
class Room:
    """The studio at work. People are numbers: person(1), person(2) …"""

    desk: Desk
    clock: SetClock
    player: Player = field(init=False)
    _quoted: int = 0

    def __post_init__(self) -> None:
        load_business(self.desk.database, YOGA, now=self.clock.now())
        self.player = Player(self.desk, self.clock)

    def says(self, who: int | Phone, *texts: str) -> list[str]:
        """The kinds of texts that this phone has got by it."""
        phone, before = person(who) if isinstance(who, int) else who, self._newest()
        for text in texts:
            self.player.say(phone, text)
        return self.told(phone, before)

    def quotes(self, who: int, provider_id: str, text: str) -> list[str]:
        """The same for one text that replies to the one of that provider's number."""
        phone, before = person(who), self._newest()
        self._quoted += 1
        said = Inbound("sms", f"q-{self._quoted}", phone.address, phone.address, text, quoted_id=provider_id)
        receive(self.desk, said)
        self.player.settle()
        return self.told(who, before)

    def told(self, who: int | Phone, since: int = 0) -> list[str]:
        """The kinds of texts that a phone has got, in order."""
        phone = person(who) if isinstance(who, int) else who
        rows = self.desk.database.read(lambda session: outbox_after(session, since))
        return [row.kind for row in rows if row.address == phone.address]

    def text_of(self, who: int | Phone, kind: str) -> Row[Any]:
        """The last text of a kind to somebody."""
        phone = person(who) if isinstance(who, int) else who
        rows = self.desk.database.read(lambda session: outbox_after(session, 0))
        return [row for row in rows if row.address == phone.address and row.kind == kind][-1]

    def books(self, *people: int, seats: int = 1) -> None:
        for number in people:
            assert self.says(number, f"yoga 18 march for {seats} people", "yes")[-1] in ("booked", "requested")

    def waits(self, *people: int, seats: int = 1) -> None:
        """They join the end of the line of the full class."""
        for number in people:
            assert "wait_joined" == self.says(number, f"yoga 18 march for {seats} people", "waiting list")[-1]

    def passes(self, **time: float) -> None:
        """It is later, and what is due is done."""
        self.clock.move(timedelta(**time))
        self.player.settle()

    def at(self, moment: str) -> None:
        """It is that local time."""
        self.player.play(f"clock {moment}\n")

    def line(self) -> list[tuple[int, str]]:
        """Whoever has a place, and how it stands, in the order of joining."""
        numbers = {person(number).address: number for number in range(100)}
        rows = self.desk.database.read(self._entries)
        return [(numbers[row.address], row.status.value) for row in rows]

    def entry(self, who: int) -> Row[Any]:
        rows = self.desk.database.read(self._entries)
        return next(row for row in rows if row.address == person(who).address)

    def offered(self) -> list[int]:
        return [number for number, status in self.line() if status == WaitlistStatus.OFFERED]

    def bookings(self, *, living: bool = True) -> list[Row[Any]]:
        live = (BookingStatus.PENDING, BookingStatus.CONFIRMED)
        rows = self.desk.database.read(lambda session: list(session.execute(select(bookings).order_by(bookings.c.id))))
        return [row for row in rows if not living or row.status in live]

    def seats(self, class_id: int = TRIAL) -> tuple[int, int, int]:
        """Booked, spoken for in all, and how many there are."""

        def look(session: Session) -> tuple[int, int, int]:
            row = class_by_id(session, class_id)
            assert row is not None
            return row.seats_taken, seats_held(session, [class_id], self.clock.now()).get(class_id, 0), row.capacity

        return self.desk.database.read(look)

    def held_for(self, who: int) -> int:
        """The seats that an offer holds for somebody."""
        mine, entry_id = ((Holder.OFFER, self.entry(who).id),), TRIAL

        def look(session: Session) -> int:
            now = self.clock.now()
            every, others = seats_held(session, [TRIAL], now), seats_held(session, [TRIAL], now, mine)
            return every.get(entry_id, 0) - others.get(entry_id, 0)

        return self.desk.database.read(look)

    def resize(self, seats: int) -> None:
        now = self.clock.now()
        self.desk.database.transact(lambda session: change_capacity(session, TRIAL, seats, now))
        self.player.settle()

    def policy(self, **values: Any) -> None:
        """The business's own policy."""

        def work(session: Session) -> None:
            mine = booking_policies.c.staff_id == 0, booking_policies.c.service_id == 0
            session.execute(update(booking_policies).where(*mine).values(**values))
            session.execute(update(business).values(version=business.c.version + 1))

        self.desk.database.transact(work)

    def asks_first(self) -> None:
        self.policy(requires_approval=Approval.YES)

    def quiet(self, hours: str) -> None:
        def work(session: Session) -> None:
            session.execute(update(business).values(quiet_hours=hours, version=business.c.version + 1))

        self.desk.database.transact(work)

    def check(self) -> None:
        """Nothing is broken, and no more is spoken for than there is."""
        now = self.clock.now()
        assert [] == self.desk.database.read(lambda session: list(broken_invariants(session, now)))
        booked, spoken_for, capacity = self.seats()
        assert booked <= spoken_for <= capacity

    def tick(self) -> None:
        """What is due is done, and nothing is sent."""
        while run_due(self.desk):
            pass

    def _entries(self, session: Session) -> list[Row[Any]]:
        statement = select(waitlist_entries, conversations.c.address).join(
            conversations, conversations.c.id == waitlist_entries.c.conversation_id
        )
        c = waitlist_entries.c
        return list(session.execute(statement.order_by(c.priority.desc(), c.created_at, c.id)))

    def _newest(self) -> int:
        rows = self.desk.database.read(lambda session: outbox_after(session, 0))
        return rows[-1].id if rows else 0
