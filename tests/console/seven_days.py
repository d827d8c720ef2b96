"""What is booked at the console's desk for the tests: a week ahead, when everybody can still be asked."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from tests.console.conftest import OMAR, Console

QATAR = ZoneInfo("Asia/Qatar")


def day_of(console: Console) -> date:
    """A week from today."""
    return console.desk.clock.now().astimezone(QATAR).date() + timedelta(days=7)


def requested(console: Console, phone: str, name: str, at: str) -> None:
    """A client asks for therapy with Dr Lina at this time, and waits for the answer."""
    console.text(phone, f"book therapy on {day_of(console):%d %B} at {at}", name)
    console.text(phone, "yes")


def booked(console: Console, phone: str, name: str, at: str) -> None:
    """The coordinator books it for them."""
    console.text(OMAR, f"BOOK {phone} {name} therapy {day_of(console):%Y-%m-%d} {at}")
