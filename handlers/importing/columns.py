"""Under which names other systems keep what we want to know: columns of a CSV file, or keys of JSON, nested or not."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import product

PEOPLE = ("client", "student", "student_user", "customer", "patient", "user", "attendee")
STAFF = ("staff", "teacher", "therapist", "instructor", "provider", "coach", "stylist", "tutor")
SERVICES = ("service", "course", "treatment", "lesson", "class_type")


def _each(first: tuple[str, ...], second: tuple[str, ...], joined: str = "_") -> tuple[str, ...]:
    return tuple(f"{a}{joined}{b}" if b else a for a, b in product(first, second))


def _of_session(*names: str) -> tuple[str, ...]:
    """As the booking itself has it, or the class that it is in."""
    return (*(f"session_{name}" for name in names), *names)


MEANINGS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "pk", "legacy_id", "uuid", "booking_id", "appointment_id", "reference", "uid"),
    "status": ("status", "booking_status", "appointment_status", "state"),
    "service": (*_of_session(*_each(SERVICES, ("name", "title", ""))), "service_type", "appointment_type"),
    "staff": _of_session(*_each(STAFF, ("name", "full_name", "username", ""))),
    "person": (*_each(PEOPLE, ("name", "full_name", "username", "")), "name", "full_name"),
    "first_name": (*_each(PEOPLE, ("first_name",)), "first_name"),
    "last_name": (*_each(PEOPLE, ("last_name",)), "last_name"),
    "person_id": _each(PEOPLE, ("id", "user_id", "pk")),
    "phone": (*_each(PEOPLE, ("phone", "phone_number", "mobile")), "phone", "phone_number", "mobile", "contact_phone",
              "telephone", "whatsapp"),
    "email": (*_each(PEOPLE, ("email", "email_address")), "email", "email_address", "contact_email"),
    "language": (*_each(PEOPLE, ("language",)), "language", "locale"),
    "preferred": ("preferred_datetime", "preferred_at", "preferred_start", "requested_datetime", "preferred_date"),
    "preferred_time": ("preferred_time",),
    "confirmed": ("confirmed_datetime", "confirmed_at", "confirmed_start", "confirmed_date"),
    "confirmed_time": ("confirmed_time",),
    "start": (*_of_session("scheduled_start", "start_at", "start", "starts_at", "start_datetime", "datetime",
              "date_time", "appointment_datetime", "start_date", "date", "appointment_date"), "start_time"),
    "start_clock": _of_session("start_time", "time", "appointment_time"),
    "end": _of_session("scheduled_end", "end_at", "end", "ends_at", "end_datetime", "end_time"),
    "minutes": _of_session("duration_minutes", "duration", "minutes", "length"),
    "zone": _of_session("timezone", "time_zone", "tz"),
    "capacity": _of_session("total_seats", "capacity", "max_seats", "seats_total", "max_students"),
    "seats": ("seats_reserved", "seats", "quantity", "number_of_seats"),
    "session": ("session_id", "session_pk", "class_session_id", "group_session_id", "session", "class_session"),
    "session_title": ("session_title", "session_name", "class_title", "title"),
    "session_status": ("session_status", "class_status"),
    "client_note": (*_each(PEOPLE, ("note", "notes")), "notes", "note", "special_requests", "message"),
    "staff_note": (*_each(STAFF, ("note", "notes")), "internal_notes", "admin_notes"),
    "session_notes": ("session_notes", "completion_notes"),
    "amount": ("price", "amount", "total_price", "total", "fee", "cost", "session_rate"),
    "currency": ("currency", "price_currency"),
    "video": ("is_video_call", "video", "online"),
    "meeting_provider": _of_session("meeting_provider", "meeting_platform"),
    "meeting_link": _of_session("meeting_link", "meeting_url"),
    "meeting_passcode": _of_session("meeting_passcode", "meeting_password"),
    "reason": ("cancel_reason", "cancellation_reason", "decline_reason", "rejection_reason", "reason"),
    "attendee": ("attendee_name", "guest_name", "booked_for"),
    "created": ("created_at", "created", "booked_at", "date_created"),
}  # fmt: skip
"""By what it means, the first that says something counts."""

_WORDS = re.compile(r"[^0-9a-z]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def column(name: str) -> str:
    """One way to write a name: "Student User", "studentUser" and "student__user" → "student_user"."""
    return _WORDS.sub("_", _HUMP.sub("_", name.strip()).casefold()).strip("_")


def knows_any(names: Iterable[str]) -> bool:
    """Whether any of these columns says something to us."""
    return bool(_columns(tuple(names)))


class Cells:
    """One row, read by what its columns mean."""

    __slots__ = ("_said",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._said: dict[str, str] = {}
        for meaning, names in _columns(tuple(values)):
            for name in names:
                if value := values[name].strip():
                    self._said[meaning] = value if value.isprintable() else _printable(value)
                    break

    def text(self, meaning: str, longest: int = 2000) -> str:
        """What it says, without signs that nobody can read; "" where it says nothing."""
        said = self._said.get(meaning)
        return said[:longest] if said else ""


def _printable(value: str) -> str:
    """Without signs that cannot be printed, but new lines and tabs."""
    return "".join(sign for sign in value if sign.isprintable() or sign in "\n\t").strip()


@lru_cache(maxsize=512)
def _columns(names: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What these columns mean, and which of them it stands in."""
    there = set(names)
    found = ((meaning, tuple(name for name in known if name in there)) for meaning, known in MEANINGS.items())
    return tuple((meaning, mine) for meaning, mine in found if mine)
