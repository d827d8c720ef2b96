"""Bookings as a file, CSV or JSON, written a page at a time."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from conversations.languages.render import name_text
from conversations.money import major_units
from handlers.console.bookings_shown import Line

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would reckon with, or run."""
FIELDS = (
    "id", "status", "start", "end", "service", "staff", "client", "phone", "for", "seats", "price", "currency",
    "client_note", "staff_note", "reason", "requested_at",
)  # fmt: skip


def as_csv(pages: Iterable[Iterable[Line]]) -> Iterator[str]:
    """A line of names, then a line for each booking."""
    yield _cells(FIELDS)
    for lines in pages:
        yield "".join(_cells(cell(value) for value in _values(line)) for line in lines)


def as_json(pages: Iterable[Iterable[Line]]) -> Iterator[str]:
    """One list of objects, each on a line of its own."""
    between = "[\n"
    for lines in pages:
        for line in lines:
            yield between + json.dumps(dict(zip(FIELDS, _values(line), strict=True)), ensure_ascii=False)
            between = ",\n"
    yield "[]\n" if between == "[\n" else "\n]\n"


def cell(value: object) -> str:
    """A value as a cell that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _values(line: Line) -> tuple[Any, ...]:
    """In the order of FIELDS."""
    return (
        line.id, line.status.value, line.start.isoformat(), line.end.isoformat(), name_text(line.service, "en"),
        line.staff, line.client, line.phone, line.attendee, line.seats,
        major_units(line.price.amount, line.price.currency), line.price.currency, line.note, line.staff_note, line.why,
        line.created_at.isoformat(),
    )  # fmt: skip


def _cells(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
