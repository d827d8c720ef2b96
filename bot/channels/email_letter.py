"""An email as it goes over the wire: plain text, and what goes into a calendar (RFC 5322, 2047, 6047)."""

from collections.abc import Sequence
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final
from unicodedata import category
from uuid import UUID, uuid5

from bot.calendars.ics import Method, booking_ics, bookings_ics, is_off
from conversations.entries import Entry
from conversations.messages import Outgoing

NAMESPACE: Final = UUID("3b1f4f0e-7a35-4c0e-9a7b-2f5a0c1d8e64")
_SEVEN_BITS: Final = policy.SMTP.clone(cte_type="7bit")
"""Every server takes it, whatever it offers (RFC 6152)."""


def message_id(message: Outgoing, domain: str) -> str:
    """What names an email for ever, however often it is tried: who gets it twice is shown it once."""
    what = f"{message.message_id} {message.address} {message.subject} {message.text}"
    return f"<{uuid5(NAMESPACE, what)}@{domain}>"


def letter(message: Outgoing, sender: str, now: datetime) -> EmailMessage:
    """The whole of it. `sender` is an address, with a name before it or without ("Sara <desk@example.com>"). Bookings
    go into the text's alternative, which mail programs act on, and beside it as a file, which people open."""
    name, address = parseaddr(sender)
    found = EmailMessage(_SEVEN_BITS)
    found["From"] = Address(_one_line(name), addr_spec=address)
    found["To"] = Address(addr_spec=message.address)
    found["Subject"] = _one_line(message.subject)
    found["Date"] = format_datetime(now)
    found["Message-ID"] = message_id(message, address.rpartition("@")[2])
    found["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notice answers it
    found.set_content(_readable(message.text))
    if message.entries:
        _add_calendar(found, message.entries, address, message.address)
    return found


def _add_calendar(found: EmailMessage, entries: Sequence[Entry], organizer: str, attendee: str) -> None:
    if len(entries) == 1:
        method = Method.CANCEL if is_off(entries[0]) else Method.REQUEST
        raw = booking_ics(entries[0], method, organizer, attendee, answers=False)
    else:
        method, raw = Method.PUBLISH, bookings_ics(entries, organizer)
    name = "cancel.ics" if method is Method.CANCEL else "booking.ics"
    found.add_alternative(raw, "text", "calendar", params={"method": method.value, "charset": "UTF-8"}, cte="base64")
    found.add_attachment(raw, "application", "ics", filename=name, cte="base64")


def _one_line(words: str) -> str:
    """Without line ends and other signs that no header may hold, so that none begins another header."""
    return "".join(sign for sign in " ".join(words.split()) if category(sign) not in ("Cc", "Cs"))


def _readable(text: str) -> str:
    return "".join(sign for sign in text if sign == "\n" or category(sign) not in ("Cc", "Cs"))
