"""A salon with several coordinators, and its phones: what each reads, and what is left in the database."""

from sqlalchemy import select

from bot.clock import SetClock
from bot.desk import Desk
from bot.stories import Phone, Player
from conversations.booking import BookingStatus
from conversations.delivery import Delivery
from handlers.invariants_checked import broken_invariants
from models.bookings import bookings_in
from models.claims import Holder, claims, stretches
from models.outbox import outbox_after

BUSINESS = """
[business]
name = "Two Rooms"
timezone = "Asia/Qatar"
region = "QA"
currency = "USD"

[[coordinators]]
key = "desk"
name = "Omar"
phone = "+97455500000"
default = true

[[coordinators]]
key = "maya"
name = "Maya's desk"
phone = "+97455500001"
backup = "owner"

[[coordinators]]
key = "desk_es"
name = "Eva"
phone = "+97455500002"
language = "es"
backup = "maya"

[[coordinators]]
key = "owner"
name = "Rosa"
phone = "+97455500003"

[[staff]]
key = "lina"
name = "Lina"
hours = ["Mon-Sun 09:00-19:00"]

[[staff]]
key = "maya"
name = "Maya"
hours = ["Mon-Sun 09:00-19:00"]
coordinator = "maya"

[[staff]]
key = "eva"
name = "Eva"
hours = ["Mon-Sun 09:00-19:00"]
coordinator = "desk_es"

[[services]]
key = "massage"
name = "Massage"
minutes = 60
price = "50.00"
staff = ["lina"]

[[services]]
key = "haircut"
name = "Haircut"
minutes = 60
price = "35.00"
staff = ["maya", "lina"]

[[services]]
key = "manicura"
name = "Manicura"
minutes = 30
price = "20.00"
staff = ["eva"]

[[services]]
key = "make_up"
name = "Make-up"
minutes = 60
price = "45.00"
staff = ["maya"]
coordinator = "desk"
"""
OMAR = Phone("Omar", "sms", "+97455500000")
MAYA = Phone("Maya", "sms", "+97455500001")
EVA = Phone("Eva", "sms", "+97455500002")
ROSA = Phone("Rosa", "sms", "+97455500003")
SARA = Phone("Sara", "sms", "+97455501234")
TOM = Phone("Tom", "sms", "+97455508888")


class Salon:
    """A desk with these phones, and what each reads."""

    def __init__(self, desk: Desk, clock: SetClock) -> None:
        self.desk = desk
        self.player = Player(desk, clock)
        self._read = 0

    def text(self, phone: Phone, words: str, about: int | None = None) -> str:
        """What that phone reads in answer."""
        self.player.say(phone, words, about)
        return self.news().get(phone.address, "")

    def news(self) -> dict[str, str]:
        """What every phone has read since the last look."""
        rows = self.desk.database.read(lambda session: outbox_after(session, self._read))
        self._read = rows[-1].id if rows else self._read
        found: dict[str, str] = {}
        for row in (row for row in rows if row.status is Delivery.SENT):
            found[row.address] = f"{found.get(row.address, '')}{row.body}\n"
        return found

    def all(self, phone: Phone, words: str) -> dict[str, str]:
        self.player.say(phone, words)
        return self.news()

    def statuses(self) -> dict[int, str]:
        rows = self.desk.database.read(lambda session: bookings_in(session, BookingStatus, 100))
        return {row.id: row.status.value for row in rows}

    def start(self, booking_id: int) -> str:
        rows = self.desk.database.read(lambda session: bookings_in(session, BookingStatus, 100))
        found = next(row for row in rows if row.id == booking_id)
        return f"{found.start_at:%d %H:%M}"

    def count(self, holder: Holder) -> tuple[int, int]:
        """Stretches and claimed cells of this kind of holder."""
        wanted = select(stretches.c.id).where(stretches.c.holder == holder)
        numbers = self.desk.database.read(lambda session: list(session.execute(wanted).scalars()))
        owned = select(claims.c.cell).where(claims.c.stretch_id.in_(numbers))
        return len(numbers), len(self.desk.database.read(lambda session: list(session.execute(owned).scalars())))

    def is_sound(self) -> bool:
        now = self.desk.clock.now()
        return [] == self.desk.database.read(lambda session: list(broken_invariants(session, now)))
