"""Takes the pictures of every page in docs/pictures, at both widths: `python -m tests.console.pictures`.

The business is a salon with a few days' work; what is shown is made by texts and commands, as it would be."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

from bot.channels.simulator import SIMULATOR, SimulatorChannel
from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.console.door import COOKIE
from bot.database import Database
from bot.desk import open_desk
from bot.outgoing.signing import new_secret
from config import Settings
from handlers.console.signed_in import Who
from handlers.console.texts_later import put_off
from handlers.webhook_endpoints import open_endpoint
from models.operators import Role
from tests.console.browser import DESKTOP, PHONE, a_browser
from tests.console.conftest import OMAR, Console, served

TOP = Path(__file__).parent.parent.parent
FOLDER = TOP / "docs" / "pictures"
PAGES = {
    "sign-in": "sign-in", "inbox": "inbox", "thread": "c/1", "turn": "c/1/turn/2", "search": "inbox?q=tomorrow",
    "requests": "requests", "bookings": "bookings", "day": "bookings/day?day=2026-11-18",
    "week": "bookings/week?day=2026-11-18", "board": "bookings/board", "booking": "booking/1", "new": "bookings/new",
    "classes": "classes", "class": "class/1", "series": "series", "payments": "payments", "engagements": "engagements",
    "people": "people", "person": "person/1", "figures": "figures", "not-delivered": "dead-letters",
    "commands": "commands", "set-up": "set-up", "operators": "operators", "imports": "imports", "audit": "audit",
    "account": "account", "not-understood": "not-understood", "merge": "person/1/merge?other=2", "webhooks": "webhooks",
    "webhook": "webhooks/1", "send-later": "c/1#later",
}  # fmt: skip
MORE = """
[[services]]
key = "yoga"
name = "Yoga"
minutes = 60
price = "12.00"
staff = ["maya"]
booking_type = "group_session"

[[services]]
key = "wedding"
name = "Wedding Consultation"
aliases = ["wedding"]
minutes = 60
price = "0.00"
staff = ["lina"]
category = "Coordination"

[[classes]]
key = "evenings"
service = "yoga"
staff = "maya"
weekly = ["Tue 18:00", "Thu 18:00"]
from = 2026-11-17
until = 2026-12-31
capacity = 8
"""
"""What the demonstration has not: classes, and a service that opens a whole job."""
BEGINS = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with _played() as (console, clock), a_browser() as browser:
        token = console.operator(Role.ADMIN, "Ana Ruiz")
        console.desk.database.transact(lambda session: _set_up(session, console))
        clock.move(timedelta(minutes=3))
        for wide, size in (("phone", PHONE), ("desktop", DESKTOP)):
            for name, path in PAGES.items():
                context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="en-GB")
                if name != "sign-in":
                    context.add_cookies([{"name": COOKIE, "value": token, "url": f"{console.address}/console/"}])
                page = context.new_page()
                answer = page.goto(f"{console.address}/console/{path}")
                assert answer is not None
                assert answer.ok, (path, answer.status)
                page.screenshot(path=FOLDER / f"{name}-{wide}.png")
                context.close()
            page = browser.new_page(viewport={"width": size[0], "height": size[1]})
            page.goto(f"{console.address}/simulator")
            page.screenshot(path=FOLDER / f"simulator-{wide}.png")
            page.close()


@contextmanager
def _played() -> Iterator[tuple[Console, SetClock]]:
    """A desk on which people have booked, changed their minds and called for somebody."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        database, clock = Database(f"sqlite:///{folder}/pictures.db"), SetClock(BEGINS)
        database.migrate()
        business = folder / "business.toml"
        business.write_text((TOP / "business.toml").read_text(encoding="utf-8") + MORE, encoding="utf-8")
        load_business(database, business, now=clock.now())
        settings = Settings(
            _env_file=None, simulator=True, coordinator_phone_number=OMAR, journal_dir=folder / "journal",
            metrics_dir=folder / "metrics", secret_key_file=folder / "secret_key", burst_ms=0,
        )  # type: ignore[call-arg]  # fmt: skip
        desk = replace(open_desk(settings, clock, database), channels={SIMULATOR: SimulatorChannel()})
        with served(desk) as address:
            console = Console(desk, address)
            _play(console, clock)
            yield console, clock
        database.dispose()


def _play(console: Console, clock: SetClock) -> None:
    sara, jose, noor, amina, tom, ben = (f"+9745550123{number}" for number in range(6))
    said = [
        (sara, "book a massage tomorrow at 3", "Sara Ahmed"), (sara, "yes", ""), (OMAR, "APPROVE 1", ""),
        (sara, "can I bring my daughter along?", ""),
        (jose, "hola, quiero una cita de terapia el miércoles a las 11", "José Núñez"), (jose, "sí", ""),
        (noor, "أريد تدليك يوم الخميس الساعة 4", "نور"), (noor, "نعم", ""),
        (amina, "therapy every wednesday at 2 for 4 weeks", "Amina Otieno"), (amina, "yes", ""),
        (amina, "yoga tomorrow for me and my sister", ""), (amina, "yes", ""),
        (noor, "menu", ""),
        (ben, "getting married on 12 June 2027, about 150 guests, wedding consultation friday at 3?", "Ben Adeyemi"),
        (ben, "Grace & Ben", ""), (ben, "Oasis Garden", ""), (ben, "church", ""), (ben, "50000 USD", ""),
        (ben, "skip", ""), (ben, "skip", ""), (ben, "yes", ""), (OMAR, "PENDING", ""),
        (tom, "haircut", "Tom Baker"), (tom, "is there parking, and can somebody call me?", ""), (tom, "agent", ""),
        (OMAR, "TODAY", ""),
    ]  # fmt: skip
    for phone, words, name in said:
        clock.move(timedelta(minutes=4))
        console.text(phone, words, name)


def _set_up(session: Session, console: Console) -> None:
    """What no text makes: another system that is told, and a text that waits."""
    told = console.desk.circumstances("pictures")
    open_endpoint(session, "https://books.example.com/hooks/corner-house", [], new_secret(), told.now)
    ana = Who(1, "Ana Ruiz", "ana", Role.ADMIN, None, 1, has_totp=False)
    put_off(session, 1, "See you tomorrow, Sara. The side door is open.", "2026-11-17T09:00", ana, told)


if __name__ == "__main__":
    main()
