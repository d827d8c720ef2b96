"""How every channel reads words and numbers out of a webhook."""

import json
from collections.abc import Mapping
from functools import lru_cache

import phonenumbers
from pydantic_core import to_json

LONGEST_ADDRESS = 32
"""Characters of an address that is remembered with its number."""
LONGEST_RAW = 2000
"""Characters that are kept of what a provider said of one message."""
LEFT_OUT = "…"
SECRET = frozenset({"accountsid", "token", "signature", "apikey", "api_key", "key", "secret", "hash"})
"""Fields that name our account or open something, without their capitals."""


def _as_json(value: object) -> str:
    try:
        return to_json(value).decode()
    except ValueError:  # half a character
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def clean(value: object) -> str:
    """A field as text that every database can store: no NUL, no half of a surrogate pair. Nothing becomes ""."""
    if isinstance(value, str) and value.isprintable():
        return value
    if value is None or isinstance(value, (dict, list)):
        return ""
    text = str(value).replace("\x00", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def raw_of(fields: Mapping[str, object], text: str) -> str:
    """The fields of one message as the provider has them, for people to look at. What is secret shows as "…", and so do
    the message's own words, which are kept beside, and the end of what is very long."""
    told = _as_json(_shown(fields, text))
    if not told.isascii():
        told = clean(told)
    return told if len(told) <= LONGEST_RAW else f"{told[: LONGEST_RAW - 1]}{LEFT_OUT}"


def _shown(value: object, text: str) -> object:
    if isinstance(value, str):
        is_theirs = value == text or (not value.isprintable() and clean(value) == text)
        return LEFT_OUT if text and is_theirs else value
    if isinstance(value, dict):
        return {name: LEFT_OUT if name.lower() in SECRET else _shown(one, text) for name, one in value.items()}
    if isinstance(value, list):
        return [_shown(one, text) for one in value]
    return value


def phone_of(address: str) -> str | None:
    """The address as E.164, or None where it is no phone number (a short code, a sender's name, a hidden number).

    Lenient: numbers outside today's numbering plans pass, because WhatsApp itself uses some (Mexico's +521…)."""
    if not address.startswith("+"):
        return None
    return _recent_phone(address) if len(address) <= LONGEST_ADDRESS else _phone(address)


def _phone(address: str) -> str | None:
    try:
        number = phonenumbers.parse(address)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_recent_phone = lru_cache(maxsize=1024)(_phone)
"""Who has texted lately texts again."""


def own_id(value: object) -> int | None:
    """Our outbox id as a provider carries it back; None for anything that cannot be one."""
    digits = clean(value)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None
