"""Where somebody is named in what is not theirs: texts of coordinators, commands, notes, lists of the day."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Row, Table, Text, cast, false, func, or_, select, update
from sqlalchemy.orm import Session

from conversations.rules.marks import Marks
from models.belongings import parts
from models.conversations import conversations
from models.personal_data import may_name, naming

AT_ONCE = 20_000
"""Rows that one statement looks through."""
OF_PEOPLE = frozenset(
    {"clients", "client_records", "consents", "booking_series", "bookings", "engagements", "proposals", "refunds",
     "payments", "payment_requests", "ledger_entries", "booking_transitions", "milestones", "budget_lines",
     "engagement_work", "activity_log", "webhook_events", "webhook_deliveries"}
)  # fmt: skip
"""Tables whose rows are of one client each: another's name there is another person's."""
IN_ROOMS = frozenset({"messages", "outbox", "turns", "command_log"})
"""Tables whose rows belong to a conversation: names are theirs in those of nobody's client alone."""


Found = Mapping[str, tuple[int, frozenset[int]]]
"""By table: how far it was looked through, and the rows that may name somebody."""


def rooms_of_nobody(session: Session) -> frozenset[int]:
    """The conversations with coordinators, operators and staff."""
    return frozenset(session.execute(select(conversations.c.id).where(conversations.c.client_id.is_(None))).scalars())


def rows_naming(session: Session, marks: Marks, before: Found) -> Found:
    """Every row that may name them, beyond how far each table was looked through `before`, with those found then."""
    rooms = rooms_of_nobody(session)
    found: dict[str, tuple[int, frozenset[int]]] = {}
    for of in may_name():
        key = _key(of)
        last, rows = before.get(of.name, (0, frozenset()))
        if of is conversations:
            last, rows = 0, frozenset()  # a few, which change
        end = int(session.execute(select(func.max(key))).scalar_one() or 0)
        wanted = _wanted(of, marks, rooms)
        while last < end:
            until = min(last + AT_ONCE, end)
            likely = session.execute(select(*_read(of)).where(key > last, key <= until, wanted))
            rows |= {getattr(row, key.name) for row in likely if _without(of, row, marks, rooms)}
            last = until
        found[of.name] = end, rows
    return found


def take_out(session: Session, marks: Marks, found: Found) -> int:
    """Let none of these rows name them; how many did."""
    rooms, changed = rooms_of_nobody(session), 0
    for of in may_name():
        key = _key(of)
        for row in _rows(session, of, found[of.name][1]):
            if values := _without(of, row, marks, rooms):
                session.execute(update(of).where(key == getattr(row, key.name)).values(**values))
                changed += 1
    return changed


def _without(of: Table, row: Row[Any], marks: Marks, rooms: frozenset[int]) -> dict[str, Any]:
    """The columns of a row that name them, as they are without that."""
    names = _may_name_by_name(of, row, rooms)
    was = {column.name: getattr(row, column.name) for column in naming(of)}
    became = {name: marks.out_of(value, names=names) for name, value in was.items()}
    return {name: value for name, value in became.items() if value != was[name]}


def _rows(session: Session, of: Table, numbers: Collection[int]) -> Iterator[Row[Any]]:
    for some in parts(sorted(numbers)):
        yield from session.execute(select(*_read(of)).where(_key(of).in_(some))).all()


def _read(of: Table) -> list[Column[Any]]:
    """What is wanted of a row, and nothing more."""
    return [_key(of), *naming(of), *([of.c.conversation_id] if of.name in IN_ROOMS else [])]


def _key(of: Table) -> Column[Any]:
    return next(iter(of.primary_key))


def _may_name_by_name(of: Table, row: Row[Any], rooms: frozenset[int]) -> bool:
    if of.name in IN_ROOMS:
        return row.conversation_id in rooms
    return row.id in rooms if of is conversations else of.name not in OF_PEOPLE


def _wanted(of: Table, marks: Marks, rooms: Collection[int]) -> ColumnElement[bool]:
    """By their number or address anywhere, by their name where it is surely they who are meant."""
    sure = _like(of, marks, names=False)
    if of.name in OF_PEOPLE:
        return sure
    named = _like(of, marks, names=True)
    if of.name in IN_ROOMS:
        return or_(sure, of.c.conversation_id.in_(sorted(rooms)) & named)
    return or_(sure, of.c.id.in_(sorted(rooms)) & named) if of is conversations else named


def _like(of: Table, marks: Marks, *, names: bool) -> ColumnElement[bool]:
    texts, digits = marks.likely(names=names)
    written = {way for one in texts for way in _ways(one)}
    found: list[ColumnElement[bool]] = []
    for column in naming(of):
        if isinstance(column.type, JSON):
            said: ColumnElement[Any] = cast(column, Text)
            wanted = {json.dumps(one)[1:-1] for one in written} | set(digits)
            found += [said.icontains(one, autoescape=True, escape="|") for one in sorted(wanted)]
        else:
            found += [column.icontains(one, autoescape=True) for one in sorted(written)]
            found += [column.like(f"%{'%'.join(one)}%") for one in digits]
    return or_(false(), *found)


def _ways(text: str) -> tuple[str, ...]:
    """SQLite knows the two cases of ASCII letters alone."""
    return (text,) if text.isascii() else (text, text.lower(), text.upper(), text.title())
