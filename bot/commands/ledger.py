"""`ledger`: every movement of money as CSV, for the books; and in sum."""

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from bot.commands.opening import ready_desk, stop
from bot.commands.written_down import written_down
from bot.desk import Desk
from bot.spreadsheets import defused
from conversations.money import major_units
from models.ledger import Account, entries_between

COLUMNS = (
    "at", "account", "amount", "currency", "booking", "payment", "method", "transaction", "refund", "client", "phone",
    "who", "why",
)  # fmt: skip
AT_ONCE = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="start", default="", metavar="DATE", help="2026-03-01; unset: from the beginning"
    )
    parser.add_argument("--to", dest="end", default="", metavar="DATE", help="the last day, included; unset: today")
    parser.add_argument("--sums", action="store_true", help="only what the accounts come to")


def run(arguments: argparse.Namespace) -> int:
    desk = ready_desk()
    try:
        zone = desk.database.read(desk.profiles.current).business.zone
        start, end = _day(arguments.start, date.min), _day(arguments.end, date.max - timedelta(days=1))
        rows = _entries(desk, _midnight(start, zone), _midnight(end + timedelta(days=1), zone))
        if arguments.sums:
            _print_sums(rows)
        else:
            writer = csv.writer(sys.stdout)
            writer.writerow(COLUMNS)
            writer.writerows(_cells(row, zone) for row in rows)
            written_down(desk.database, "exported the ledger")
    finally:
        desk.database.dispose()
    return 0


def _entries(desk: Desk, start: datetime, end: datetime) -> Iterator[Row[Any]]:
    """A thousand at a time, so that any number of them fits."""
    after = 0
    while True:
        page = desk.database.read(lambda session, after=after: entries_between(session, start, end, after, AT_ONCE))  # type: ignore[misc]
        yield from page
        if len(page) < AT_ONCE:
            return
        after = page[-1].id


def _cells(row: Row[Any], zone: ZoneInfo) -> tuple[object, ...]:
    return (
        row.at.astimezone(zone).isoformat(timespec="seconds"), row.account.value,
        major_units(row.amount, row.currency), row.currency, row.booking_id or "", row.payment_id, row.method.value,
        defused(row.transaction_id or ""), row.refund_id or "", defused(row.name), f"'{row.phone}" if row.phone else "",
        row.who, defused(row.why),
    )  # fmt: skip


def _print_sums(rows: Iterator[Row[Any]]) -> None:
    """What came in is what pays for bookings, is kept for clients and went back."""
    sums: Counter[tuple[str, Account]] = Counter()
    for row in rows:
        sums[row.currency, row.account] += row.amount
    for currency in sorted({currency for currency, _ in sums}):
        for account in Account:
            print(f"{currency} {account.value:>9} {major_units(sums[currency, account], currency):>14}")


def _day(text: str, unset: date) -> date:
    try:
        return date.fromisoformat(text) if text else unset
    except ValueError:
        stop(f'"{text}" is no date: wanted one such as 2026-03-01.')


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    if day in (date.min, date.max):
        return datetime.combine(day, time(), UTC)
    return datetime.combine(day, time(), zone).astimezone(UTC)
