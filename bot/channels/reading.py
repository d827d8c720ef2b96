"""How every channel reads words and numbers out of a webhook."""

import json
from collections.abc import Mapping

import phonenumbers

LONGEST_RAW = 2000
"""Characters that are kept of what a provider said of one message."""
LEFT_OUT = "…"
SECRET = frozenset({"accountsid", "token", "signature", "apikey", "api_key", "key", "secret", "hash"})
"""Fields that name our account or open something, without their capitals."""


def clean(value: object) -> str:
    """A field as text that every database can store: no NUL, no half of a surrogate pair. Nothing becomes ""."""
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value).replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def raw_of(fields: Mapping[str, object], text: str) -> str:
    """The fields of one message as the provider has them, for people to look at. What is secret shows as "…", and so do
    the message's own words, which are kept beside, and the end of what is very long."""
    told = clean(json.dumps(_shown(fields, text), ensure_ascii=False))
    return told if len(told) <= LONGEST_RAW else f"{told[: LONGEST_RAW - 1]}{LEFT_OUT}"


def _shown(value: object, text: str) -> object:
    match value:
        case Mapping():
            return {name: LEFT_OUT if str(name).lower() in SECRET else _shown(one, text) for name, one in value.items()}
        case list():
            return [_shown(one, text) for one in value]
        case str() if text and clean(value) == text:
            return LEFT_OUT
    return value


def phone_of(address: str) -> str | None:
    """The address as E.164, or None where it is no phone number (a short code, a sender's name, a hidden number).

    Lenient: numbers outside today's numbering plans pass, because WhatsApp itself uses some (Mexico's +521…)."""
    if not address.startswith("+"):
        return None
    try:
        number = phonenumbers.parse(address)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def own_id(value: object) -> int | None:
    """Our outbox id as a provider carries it back; None for anything that cannot be one."""
    digits = clean(value)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None
