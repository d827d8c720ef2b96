"""Where peers keep what is booked: one SQLite table over one connection, each statement its own commit."""

import sqlite3
from datetime import date

from benchmarks.conversations.apps.storage import URL

Booking = tuple[str, str, date, int]
"""Phone, service, day, hour."""


class Bookings:
    """For programs of one thread."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect(URL.removeprefix("sqlite:///"), isolation_level=None, timeout=10)
        self._connection.execute("pragma journal_mode=wal")
        self._connection.execute("pragma synchronous=normal")
        self._connection.execute(
            "create table if not exists bookings (id integer primary key, phone text not null, service text not null,"
            " day text not null, hour integer not null, status text not null, unique (service, day, hour))"
        )

    def taken(self, service: str, day: date) -> set[int]:
        statement = "select hour from bookings where service = ? and day = ?"
        return {row[0] for row in self._connection.execute(statement, (service, day.isoformat()))}

    def book(self, phone: str, service: str, day: date, hour: int) -> int | None:
        """Its number; None where somebody has that time."""
        statement = (
            "insert into bookings (phone, service, day, hour, status) values (?, ?, ?, ?, 'pending')"
            " on conflict do nothing returning id"
        )
        row = self._connection.execute(statement, (phone, service, day.isoformat(), hour)).fetchone()
        return int(row[0]) if row else None

    def approve(self, number: int) -> Booking | None:
        """None where there is nothing to approve."""
        statement = (
            "update bookings set status = 'confirmed' where id = ? and status = 'pending'"
            " returning phone, service, day, hour"
        )
        row = self._connection.execute(statement, (number,)).fetchone()
        return (row[0], row[1], date.fromisoformat(row[2]), row[3]) if row else None
