"""Bookings as rows of a file."""

from conversations.languages.render import name_text
from conversations.money import major_units
from handlers.console.bookings_shown import Line

FIELDS = (
    "id", "status", "start", "end", "service", "staff", "client", "phone", "for", "seats", "price", "currency",
    "client_note", "staff_note", "reason", "requested_at",
)  # fmt: skip


def values_of(line: Line) -> tuple[str | int, ...]:
    """In the order of FIELDS; times in the booking's own zone."""
    return (
        line.id, line.status.value, line.start.isoformat(), line.end.isoformat(), name_text(line.service, "en"),
        line.staff, line.client, line.phone, line.attendee, line.seats,
        major_units(line.price.amount, line.price.currency), line.price.currency, line.note, line.staff_note, line.why,
        line.created_at.isoformat(),
    )  # fmt: skip
