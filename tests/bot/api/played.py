"""What has happened in the house of two doors, by text: bookings in each status, seats in a class, a place in the line
of a full one, a series, a payment, a wedding and blocked hours, all of it twice; and tokens of every kind."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.console.secrets import new_token, token_hash
from bot.desk import Desk
from bot.engagements import see_to_engagements
from bot.stories import Phone, Player
from handlers.api.tokens_kept import make_token, token_revoked
from models.api import add_token
from models.booking_series import booking_series
from models.bookings import bookings
from models.business import touch_business
from models.clients import client_for
from models.operators import Role, operators
from tests.bot.api.world import LINA, MAYA, MONA, OMAR, SARA, TOM, ZED

BUSINESS = Path(__file__).parent / "business.toml"


def played(desk: Desk, clock: SetClock) -> dict[str, str]:
    """Let it happen; tokens by name."""
    load_business(desk.database, BUSINESS, now=clock.now())
    doors = [
        Door(desk, clock, SARA, OMAR, "Lina", "Saraphina Aquamarine", "saras", "sara.aquamarine@example.com", "yoga"),
        Door(desk, clock, TOM, MONA, "Maya", "Tomasso Bellweather", "toms", "tom.bellweather@example.com", "pilates"),
    ]
    for door in doors:
        door.goes_on()
    see_to_engagements(desk)
    clock.move(timedelta(hours=2, minutes=30))
    for door in doors:
        door.comes_to_pass()
    return tokens(desk, clock)


class Door:
    """One client's dealings with one staff member, through their coordinator. `mark` begins words that stand nowhere
    else."""

    def __init__(
        self, desk: Desk, clock: SetClock, client: Phone, coordinator: Phone, staff: str, name: str, mark: str,
        email: str, klass: str,
    ) -> None:  # fmt: skip
        self.desk, self.clock, self.player = desk, clock, Player(desk, clock)
        self.player._count = 1_000_000 * len(staff) + 10_000 * len(mark)  # each text has a number of its own
        self.client, self.coordinator, self.staff = client, coordinator, staff
        self.name, self.mark, self.email, self.klass = name, mark, email, klass

    def goes_on(self) -> None:
        """What is asked for and answered in the morning."""
        self._say(self.client, f"haircut with {self.staff} 12 march 9am", f"yes, {self.name}")
        self._say(self.coordinator, f"note {self._newest(bookings)} {self.mark}note")
        self._books("massage", "12 march 11am")
        self._say(self.coordinator, f"approve {self._books('therapy', '14 march 10am')}")
        self._say(self.coordinator, f"decline {self._books('massage', '15 march 10am')} {self.mark}reason")
        self._say(self.coordinator, f"cancel {self._books('haircut', '16 march 10am')} {self.mark}reason")
        paid = self._books("therapy", "17 march 10am")
        self._say(self.coordinator, f"approve {paid}", f"paid {paid}")
        self.today = [self._books("haircut", f"today {time}") for time in ("12:00", "12:30", "13:00", "13:30")]
        self._say(self.client, f"massage with {self.staff} every friday at 2pm 4 times", "yes")
        self._say(self.coordinator, f"approve s{self._newest(booking_series)}")
        self._say(self.client, f"{self.klass} 18 march", "yes")
        self._say(ZED, f"{self.klass} 20 march", "yes")
        self._say(self.client, f"{self.klass} 20 march", "waiting list")
        self._marries()
        self._say(self.coordinator, f"block {self.staff} 25 march 9am to 11am")

    def comes_to_pass(self) -> None:
        """What is said of today's in the afternoon; of the last one, nothing is."""
        held, missed, begun, _late = self.today
        self._say(self.coordinator, f"done {held}", f"noshow {missed}", f"start {begun}")

    def _marries(self) -> None:
        told = (self.name, "12 June 2026", "Oasis Garden", "150", "50k-100k", self.email, f"{self.mark}wish")
        self._say(self.client, f"consultation with {self.staff} 19 march 3pm", *told, "yes")
        self._say(self.coordinator, f"approve {self._newest(bookings)}")

    def _books(self, service: str, when: str) -> int:
        before = self._newest(bookings)
        self._say(self.client, f"{service} with {self.staff} {when}", "yes")
        made = self._newest(bookings)
        assert made > before, f"{self.client.name} did not get {service} {when}"
        return made

    def _say(self, phone: Phone, *texts: str) -> None:
        """Slowly: whoever texts fast is taken for a program."""
        for text in texts:
            self.clock.move(timedelta(seconds=40))
            self.player.say(phone, text)

    def _newest(self, table: Table) -> int:
        statement = select(table.c.id).order_by(table.c.id.desc()).limit(1)
        return self.desk.database.read(lambda session: session.execute(statement).scalar()) or 0


def tokens(desk: Desk, clock: SetClock) -> dict[str, str]:
    """One of each kind, by name; the clock goes on until what is to be over is over."""
    found = {
        "client": token_of_client(desk, SARA, clock), "other_client": token_of_client(desk, TOM, clock),
        "staff": token_of(desk, clock, "staff", Role.STAFF, LINA),
        "other_staff": token_of(desk, clock, "other_staff", Role.STAFF, MAYA),
        "reading": token_of(desk, clock, "reading", Role.OPERATOR, scopes=("sessions:read",)),
        "expired": token_of(desk, clock, "expired", Role.ADMIN, lasts=timedelta(minutes=5)),
    }  # fmt: skip
    for role in (Role.VIEWER, Role.OPERATOR, Role.ADMIN):
        found[role.value] = token_of(desk, clock, role.value, role)
    for name in ("revoked", "switched_off"):
        found[name] = token_of(desk, clock, name, Role.ADMIN, is_revoked=name == "revoked")

    def switch_off(session: Session) -> None:
        session.execute(update(operators).where(operators.c.name == "switched_off").values(is_active=False))
        touch_business(session)

    desk.database.transact(switch_off)
    clock.move(timedelta(minutes=10))
    return found


def token_of(
    desk: Desk, clock: SetClock, name: str, role: Role, staff_id: int | None = None, *, scopes: tuple[str, ...] = (),
    lasts: timedelta | None = None, is_revoked: bool = False,
) -> str:  # fmt: skip
    """A new token of a program."""
    token, now = new_token(), clock.now()

    def work(session: Session) -> None:
        number = make_token(
            session, name=name, role=role, staff_id=staff_id, scopes=list(scopes), lasts=lasts,
            token_hash=token_hash(token), by=None, now=now,
        )  # fmt: skip
        if is_revoked:
            token_revoked(session, number, None, now)

    desk.database.transact(work)
    return token


def token_of_client(desk: Desk, phone: Phone, clock: SetClock, lasts: timedelta = timedelta(days=400)) -> str:
    """A new token of a client."""
    token, now = new_token(), clock.now()

    def work(session: Session) -> None:
        client_id = client_for(session, phone.address, "", now)
        kept = {"token_hash": token_hash(token), "client_id": client_id, "scopes": []}
        add_token(session, **kept, created_at=now, expires_at=now + lasts)

    desk.database.transact(work)
    return token
