"""What stands in the cells of another system's file: times, phones, amounts, statuses. All raise BadValue."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from babel.numbers import get_currency_precision, is_currency

from conversations.booking import BookingStatus as S
from conversations.money import minor_units
from conversations.rules.availability import WallTime, wall_time
from conversations.understanding.contacts import LONGEST
from handlers.importing.rows import BadValue

STATUSES = {
    "pending": S.PENDING, "requested": S.PENDING, "new": S.PENDING, "awaiting_approval": S.PENDING,
    "pending_approval": S.PENDING, "approved": S.CONFIRMED, "confirmed": S.CONFIRMED, "booked": S.CONFIRMED,
    "scheduled": S.CONFIRMED, "accepted": S.CONFIRMED, "active": S.CONFIRMED, "paid": S.CONFIRMED,
    "in_progress": S.IN_PROGRESS, "ongoing": S.IN_PROGRESS, "started": S.IN_PROGRESS,
    "completed": S.COMPLETED, "complete": S.COMPLETED, "done": S.COMPLETED, "attended": S.COMPLETED,
    "finished": S.COMPLETED, "declined": S.DECLINED, "rejected": S.DECLINED, "refused": S.DECLINED,
    "cancelled": S.CANCELLED, "canceled": S.CANCELLED, "expired": S.EXPIRED, "no_show": S.NO_SHOW,
    "noshow": S.NO_SHOW, "missed": S.NO_SHOW, "absent": S.NO_SHOW,
}  # fmt: skip
YES = frozenset({"1", "true", "t", "yes", "y", "on"})
MOST = Decimal(10_000_000)
EARLIEST, LATEST = 1970, 2099
_SLASHED = re.compile(
    r"^(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[ T,]+(\d{1,2})(?::(\d\d))?(?::\d\d)?(?: ?([ap])\.?m\.?)?)?$",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"^(\d{1,2})(?:[:.h](\d\d))?(?::\d\d(?:\.\d+)?)?(?: ?([ap])\.?m\.?)?$", re.IGNORECASE)
_LENGTH = re.compile(r"^(?:(?:(\d+) )?(\d{1,2}):(\d\d):(\d\d)|(\d+)(?:\.0+)?(?: ?min(?:utes)?)?)$")
_AMOUNT = re.compile(r"^-?\d{1,3}(?:[ ,.'\u00a0\u202f]?\d{3})*(?:[.,]\d{1,3})?$|^-?\d+(?:[.,]\d{1,3})?$")
_EMAIL = re.compile(r"^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]{2,}$")
_ROUNDED = re.compile(r"^\d+(?:[.,]\d+)?E\+?\d+$", re.IGNORECASE)
_SEPARATOR = re.compile(r"[\s_\-]+")


@lru_cache(maxsize=256)
def status(text: str) -> S:
    try:
        return STATUSES[_SEPARATOR.sub("_", text.strip().casefold())]
    except KeyError:
        raise BadValue(f'status "{text}" is none that is known: {", ".join(sorted(STATUSES))}') from None


def wall_clock(text: str, order: str) -> datetime:
    """A moment as it is written: with its offset, or without any. `order` decides what 5/3/2026 is: "dmy", "mdy", or ""
    where nobody knows."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = _slashed(text, order)
    if not EARLIEST <= found.year <= LATEST:
        raise BadValue(f'"{text}": its year is {found.year}')
    return found


def _slashed(text: str, order: str) -> datetime:
    found = _SLASHED.match(text)
    if found is None:
        raise BadValue(f'"{text}" is no date and time such as 2026-12-01 18:00')
    first, second, year = (int(part) for part in found.groups()[:3])
    if first > 12:
        order = "dmy"
    elif second > 12:
        order = "mdy"
    if first != second and not order:
        raise BadValue(f'"{text}" can be read in two ways: give --dates dmy or --dates mdy')
    day, month = (second, first) if order == "mdy" else (first, second)
    at = _clock(text, found.group(4) or "0", found.group(5), found.group(6))
    try:
        return datetime.combine(date(year, month, day), at)
    except ValueError:
        raise BadValue(f'"{text}": there is no such date') from None


def clock(text: str) -> time:
    """ "18:00", "6 pm", "18:00:00"."""
    found = _CLOCK.match(text.strip())
    if found is None:
        raise BadValue(f'"{text}" is no time of day such as 18:00')
    return _clock(text, found.group(1), found.group(2), found.group(3))


def _clock(text: str, hours: str, minutes: str | None, half: str | None) -> time:
    hour = int(hours)
    if half and not 1 <= hour <= 12:
        raise BadValue(f'"{text}": there is no such time of day')
    if half:
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    try:
        return time(hour, int(minutes or 0))
    except ValueError:
        raise BadValue(f'"{text}": there is no such time of day') from None


def moment(found: datetime, zone: ZoneInfo) -> datetime:
    """In UTC. What has no offset is wall time in `zone`, the first where the clocks go back over it."""
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    first = found.replace(tzinfo=zone, fold=0)
    is_plain = first.utcoffset() == first.replace(fold=1).utcoffset()
    if not is_plain and wall_time(found.date(), found.time(), zone) is WallTime.GAP:
        raise BadValue(f"there is no {found:%H:%M} on {found:%Y-%m-%d} in {zone.key}, for the clocks go forward")
    return first.astimezone(UTC)


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise BadValue(f'"{name}" is no time zone such as Europe/London') from None


@lru_cache(maxsize=256)
def length(text: str) -> timedelta:
    """ "60", "60 min", "01:00:00"."""
    found = _LENGTH.match(text.strip())
    if found is None:
        raise BadValue(f'"{text}" is no length in minutes')
    days, hours, minutes, seconds, plain = found.groups()
    if plain is not None:
        return timedelta(minutes=int(plain[:6]))
    return timedelta(days=int(days or 0), hours=int(hours), minutes=int(minutes), seconds=int(seconds))


def whole_number(text: str, what: str, least: int, most: int) -> int:
    plain = text.strip().removesuffix(".0")
    if not plain.isascii() or not plain.isdigit() or not least <= int(plain[:9]) <= most:
        raise BadValue(f'{what} "{text}" is no whole number from {least} to {most}')
    return int(plain)


@lru_cache(maxsize=16384)
def phone(text: str, region: str) -> str:
    """E.164; a national number is read by the business's country."""
    written = text.strip().lstrip("'").removeprefix("tel:").removeprefix("whatsapp:").removesuffix(".0")
    if _ROUNDED.match(written):
        raise BadValue(f'"{text}" is a telephone number that a spreadsheet has rounded')
    if written.startswith("00"):
        written = f"+{written[2:]}"
    try:
        number = phonenumbers.parse(written, region or None)
    except phonenumbers.NumberParseException:
        raise BadValue(
            f'"{text}" is no telephone number' + ("" if region else " with its country, such as +974…")
        ) from None
    if not phonenumbers.is_possible_number(number):
        raise BadValue(f'"{text}" is no telephone number that can exist')
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def email(text: str) -> str:
    """Lower case, for addresses are compared."""
    found = text.strip().removeprefix("mailto:").lower()
    if not _EMAIL.match(found) or len(found) > LONGEST:
        raise BadValue(f'"{text}" is no email address')
    return found


@lru_cache(maxsize=1024)
def amount(text: str, currency: str) -> tuple[int, str]:
    """Minor units and the currency, which the text may name itself: "79.00", "1,234.50 USD", "£12"."""
    named = re.findall(r"[A-Za-z]{3}", text)
    if named and is_currency(named[0].upper()):
        currency = named[0].upper()
        text = text.replace(named[0], "")
    plain = text.strip().strip("$€£₦₹₱¥").strip()
    if not _AMOUNT.match(plain):
        raise BadValue(f'"{text.strip()}" is no amount of money')
    value = _decimal(plain, get_currency_precision(currency))
    if not 0 <= value <= MOST:
        raise BadValue(f'"{text.strip()}": wanted an amount from 0 to {MOST}')
    try:
        return minor_units(value, currency), currency
    except ValueError as error:
        raise BadValue(str(error)) from None


def _decimal(plain: str, precision: int) -> Decimal:
    """The last point or comma is the decimal one where as many digits follow as the currency has, or not three."""
    at = max(plain.rfind("."), plain.rfind(","))
    behind = len(plain) - at - 1
    is_decimal = at >= 0 and (behind != 3 or precision == 3)
    whole, part = (plain[:at], plain[at + 1 :]) if is_decimal else (plain, "")
    digits = re.sub(r"[^\d-]", "", whole)
    try:
        return Decimal(f"{digits}.{part}" if part else digits)
    except InvalidOperation:
        raise BadValue(f'"{plain}" is no amount of money') from None
