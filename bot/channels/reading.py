"""How every channel reads words and numbers out of a webhook."""

import phonenumbers


def clean(value: object) -> str:
    """A field as text that every database can store: no NUL, no half of a surrogate pair. Nothing becomes ""."""
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value).replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


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
