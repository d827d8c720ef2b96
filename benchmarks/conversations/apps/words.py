"""The dialogue as the simplest programs hold it: the same words as this product's, read straight line by line."""

import re
from calendar import month_name
from collections.abc import Collection, Sequence
from datetime import date

from benchmarks.conversations.dialogue import FIRST_HOUR, HOURS, SERVICES, coordinator_of

WHICH_SERVICE = "Hello, this is Corner House. (STOP ends our texts.)\nWhich service would you like?\n" + "\n".join(
    f"{number}. {name}" for number, name in enumerate(SERVICES, 1)
)
AGAIN = "Sorry, I did not understand that."
_NAMES = {name.lower(): name for name in SERVICES}
_MONTHS = tuple(month_name)
_TIME = re.compile(r"(\d{1,2})(am|pm)")


def service_of(text: str) -> str | None:
    return _NAMES.get(text.strip().lower())


def day_of(text: str, today: date) -> date | None:
    """The next 14 December, where that is said."""
    number, _, month = text.partition(" ")
    if not number.isdigit() or month not in _MONTHS:
        return None
    found = date(today.year, _MONTHS.index(month), int(number))
    return found if found >= today else found.replace(year=today.year + 1)


def hour_of(text: str) -> int | None:
    found = _TIME.fullmatch(text.strip().lower())
    return int(found[1]) % 12 + 12 * (found[2] == "pm") if found else None


def coordinator_for(service: str) -> str:
    return coordinator_of(SERVICES.index(service))


def which_day(service: str) -> str:
    return f'{service}: which day suits you?\nFor example "tomorrow", "Friday" or "12 March".'


def which_time(day: date, taken: Collection[int]) -> str:
    free = [hour for hour in range(FIRST_HOUR, FIRST_HOUR + HOURS) if hour not in taken]
    shown: Sequence[int] = free[:: max(1, len(free) // 6)][:6]
    lines = "\n".join(f"{letter}. {hour:02}:00" for letter, hour in zip("ABCDEF", shown, strict=False))
    return f"{day:%A} {day.day} {day:%B}: which time? Free, for example:\n{lines}"


def shall_i(service: str, day: date, hour: int) -> str:
    more = "35.00 USD\nReply YES to book (add your name if you like), or tell me what to change."
    return f"{service} (60 min) with {service} Staff\n{_when(day, hour)} (Asia/Qatar)\n{more}"


def request(number: int, phone: str, service: str, day: date, hour: int) -> str:
    """The coordinator's."""
    when = f"{day:%a} {day.day} {day:%b %Y}, {hour:02}:00 (Asia/Qatar)"
    answers = f"Reply APPROVE {number}, DECLINE {number} [reason] or MODIFY {number} [new time or reason]"
    head = f"🔔 NEW BOOKING REQUEST #{number}\nClient: {phone}\nService: {service} (60 min)\n"
    return f"{head}When: {when}\nStaff: {service} Staff\n{answers}"


def thanks(number: int, service: str, day: date, hour: int) -> str:
    when = f"{service}, {_when(day, hour)} (Asia/Qatar)."
    return f"Thank you! Your request #{number} is with us:\n{when}\nWe will text you as soon as it is answered."


def approved(number: int) -> str:
    return f"✅ APPROVED: Appointment #{number} confirmed successfully!"


def confirmed(number: int, service: str, day: date, hour: int) -> str:
    return f"✅ Confirmed! #{number}: {service} with {service} Staff\n{_when(day, hour)} (Asia/Qatar)"


def _when(day: date, hour: int) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}, {hour:02}:00"
