"""A moment by the clock of the country that a client's number is from."""

import re
from datetime import datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from babel.core import get_global
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, region_code_for_country_code

_E164 = re.compile(r"\+[1-9][0-9]{7,14}")


def elsewhere(phone: str, moment: datetime) -> datetime | None:
    """The same moment as it is read where this number (E.164) is from; None where the clock shows the same there, where
    that country has several hours at once, or where the number tells no country."""
    by_offset = {moment.astimezone(zone).utcoffset(): zone for zone in _zones(_country(phone))}
    if len(by_offset) != 1:
        return None
    offset, zone = next(iter(by_offset.items()))
    return None if offset == moment.utcoffset() else moment.astimezone(zone)


def _country(phone: str) -> str:
    """That of a number, which is asked for with each text about a time."""
    return _of_code(phone[1:4]) if _E164.fullmatch(phone) else _parsed(phone)


@lru_cache(maxsize=1024)
def _of_code(digits: str) -> str:
    """By the country's code, which these three begin with: none is the beginning of another."""
    codes = (int(digits[:size]) for size in (1, 2, 3))
    return next((region_code_for_country_code(code) for code in codes if code in COUNTRY_CODE_TO_REGION_CODE), "")


@lru_cache(maxsize=64)
def _parsed(phone: str) -> str:
    try:
        return region_code_for_country_code(phonenumbers.parse(phone).country_code or 0)
    except phonenumbers.NumberParseException:
        return ""


@cache
def _zones(country: str) -> tuple[ZoneInfo, ...]:
    found = [name for name, territory in get_global("zone_territories").items() if country and territory == country]
    return tuple(ZoneInfo(name) for name in found)
