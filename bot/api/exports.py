"""What is kept, as files: CSV for a spreadsheet, in which no cell is run, and JSON; written as they are read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from flask import Response
from pydantic import Field

from bot.api.endpoint import ADMINS, STAFF, Call, Work, endpoint
from bot.api.values import Id, Input, Moment, Words
from bot.spreadsheets import Rows, as_csv, as_json
from conversations.booking import BookingStatus
from conversations.money import major_units
from handlers.api.caller import Party
from handlers.console.bookings_shown import export_pages
from handlers.console.bookings_written import FIELDS, values_of
from models.audit import audit
from models.booking_listing import Place, Wanted
from models.ledger import entries_between
from models.people_listing import people

CSV, JSON = "text/csv", "application/json"
AT_ONCE = 500
BEGINNING, END = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
PEOPLE = ("id", "name", "phone", "email", "language", "since")
LEDGER = (
    "id", "at", "account", "amount", "currency", "booking_id", "attempt_id", "method", "transaction_id", "refund_id",
    "client", "phone", "who", "why",
)  # fmt: skip


class Bookings(Input):
    """Which bookings."""

    status: tuple[BookingStatus, ...] = Field((), description="may be given several times")
    staff_id: Id | None = None
    service_id: Id | None = None
    since: Moment | None = None
    until: Moment | None = None


class Searched(Input):
    q: Words = ""


class Span(Input):
    since: Moment | None = None
    until: Moment | None = None


@endpoint("GET", "/api/exports/bookings.csv", STAFF, work=Work.OWN, media_type=CSV)
def bookings_csv(call: Call, query: Bookings) -> Response:
    """Bookings as CSV. Staff take their own."""
    return _file(call, "bookings", CSV, FIELDS, _bookings(call, query))


@endpoint("GET", "/api/exports/bookings.json", STAFF, work=Work.OWN)
def bookings_json(call: Call, query: Bookings) -> Response:
    """Bookings as one list of objects. Staff take their own."""
    return _file(call, "bookings", JSON, FIELDS, _bookings(call, query))


@endpoint("GET", "/api/exports/clients.csv", ADMINS, work=Work.OWN, media_type=CSV)
def clients_csv(call: Call, query: Searched) -> Response:
    """Clients as CSV, newest first."""
    return _file(call, "people", CSV, PEOPLE, _people(call, query.q))


@endpoint("GET", "/api/exports/clients.json", ADMINS, work=Work.OWN)
def clients_json(call: Call, query: Searched) -> Response:
    """Clients as one list of objects, newest first."""
    return _file(call, "people", JSON, PEOPLE, _people(call, query.q))


@endpoint("GET", "/api/exports/ledger.csv", ADMINS, work=Work.OWN, media_type=CSV)
def ledger_csv(call: Call, query: Span) -> Response:
    """Every movement of money as CSV, in order."""
    return _file(call, "the ledger", CSV, LEDGER, _ledger(call, query))


@endpoint("GET", "/api/exports/ledger.json", ADMINS, work=Work.OWN)
def ledger_json(call: Call, query: Span) -> Response:
    """Every movement of money as one list of objects, in order."""
    return _file(call, "the ledger", JSON, LEDGER, _ledger(call, query))


def _bookings(call: Call, query: Bookings) -> Iterator[Rows]:
    by, desk = call.by, call.desk
    wanted = Wanted(
        since=query.since, until=query.until, statuses=query.status, service_id=query.service_id,
        staff_id=by.staff_id or 0 if by.party is Party.STAFF else query.staff_id,
    )  # fmt: skip
    profile, first = desk.database.read(desk.profiles.current), Place(query.since or BEGINNING, 0)
    return ([values_of(line) for line in lines] for lines in export_pages(desk.database.read, wanted, first, profile))


def _people(call: Call, words: str) -> Iterator[Rows]:
    read = call.desk.database.read

    def behind(before: int | None) -> Rows:
        rows = read(lambda session: people(session, words, before, AT_ONCE))
        return [(row.id, row.name, row.phone, row.email, row.language, row.created_at) for row in rows]

    return _pages(behind)


def _ledger(call: Call, query: Span) -> Iterator[Rows]:
    read, start, end = call.desk.database.read, query.since or BEGINNING, query.until or END

    def behind(after: int | None) -> Rows:
        rows = read(lambda session: entries_between(session, start, end, after or 0, AT_ONCE))
        return [
            (
                row.id, row.at, str(row.account), major_units(row.amount, row.currency), row.currency, row.booking_id,
                row.payment_id, str(row.method), row.transaction_id or "", row.refund_id, row.name, row.phone or "",
                row.who, row.why,
            )
            for row in rows
        ]  # fmt: skip

    return _pages(behind)


def _pages(page: Callable[[int | None], Rows]) -> Iterator[Rows]:
    """Each begins where the one before ended: by the number in its first column."""
    last: int | None = None
    while rows := page(last):
        yield rows
        number = rows[-1][0]
        assert isinstance(number, int)
        last = number


def _file(call: Call, what: str, kind: str, columns: Sequence[str], pages: Iterable[Rows]) -> Response:
    """Written down before the first row is read."""
    by, now = call.by, call.circumstances.now
    call.desk.database.transact(
        lambda session: audit(session, at=now, operator_id=by.operator_id, action=f"exported {what}")
    )
    written = as_csv(columns, pages) if kind == CSV else as_json(columns, pages)
    response = Response(written, mimetype=kind)
    name = what.removeprefix("the ")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{"csv" if kind == CSV else "json"}"'
    return response
