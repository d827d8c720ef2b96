"""Which rows of an import are new, and which were taken over before."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from handlers.importing.columns import Cells
from handlers.importing.rows import BadValue, Became, Outcome, SourceRow
from models.legacy import legacy_records, legacy_records_of
from models.many_rows import insert_many

T = TypeVar("T")
LONGEST_ID, LONGEST_CELL = 120, 10_000


@dataclass(frozen=True, slots=True)
class Fresh:
    """A row that is to be taken over, and its number there."""

    row: SourceRow
    cells: Cells
    legacy_id: str

    def became(self, what: Became, number: int | None = None, reason: str = "") -> Outcome:
        return Outcome(self.row.line, self.legacy_id, what, number, reason)


@dataclass(slots=True)
class Sifted:
    """The rows to take over, and what became of the others. `met`: numbers that were met in rows about something else,
    whose own rows come only now."""

    fresh: list[Fresh] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    met: set[str] = field(default_factory=set)

    def each(self, read: Callable[[Cells], T]) -> Iterator[tuple[Fresh, T]]:
        """Each of the fresh rows with what it is read as; those that cannot be are refused."""
        for one in self.fresh:
            try:
                yield one, read(one.cells)
            except BadValue as wrong:
                self.outcomes.append(one.became(Became.REFUSED, None, str(wrong)))


def sift(session: Session, kind: str, rows: Sequence[SourceRow], number: Callable[[Cells], str]) -> Sifted:
    """`number` gives a row's number there; it may raise BadValue. What has the number of a row before it in the file is
    that row."""
    found, numbered = Sifted(), []
    for row in rows:
        cells = Cells(row.values)
        try:
            _check(row)
            numbered.append(Fresh(row, cells, number(cells)[:LONGEST_ID]))
        except BadValue as wrong:
            found.outcomes.append(Outcome(row.line, cells.text("id", LONGEST_ID), Became.REFUSED, None, str(wrong)))
    known = legacy_records_of(session, kind, [one.legacy_id for one in numbered])
    found.met = {legacy_id for legacy_id, record in known.items() if not record.checksum}
    before: dict[str, Fresh] = {}
    for one in numbered:
        record = known.get(one.legacy_id)
        if record is not None and record.checksum:
            found.outcomes.append(_again(one, record.checksum, record.row_id))
        elif (first := before.setdefault(one.legacy_id, one)) is not one:
            became = Became.UNCHANGED if first.row.checksum == one.row.checksum else Became.CHANGED
            found.outcomes.append(one.became(became, None, f"it has the number of line {first.row.line}"))
        else:
            found.fresh.append(one)
    return found


def _check(row: SourceRow) -> None:
    if row.fault:
        raise BadValue(row.fault)
    if max(map(len, row.values.values()), default=0) > LONGEST_CELL:
        name, value = next((name, value) for name, value in row.values.items() if len(value) > LONGEST_CELL)
        raise BadValue(f"its {name} has {len(value):,} signs: it must have less than {LONGEST_CELL:,}")


def remember(session: Session, kind: str, table: str, taken: Sequence[tuple[Fresh, int]], met: set[str]) -> None:
    """That these rows are taken over, each with the number of its row here."""
    records: list[dict[str, Any]] = [
        {
            "kind": kind, "legacy_id": one.legacy_id, "table_name": table, "row_id": number,
            "checksum": one.row.checksum,
        }
        for one, number in taken
    ]  # fmt: skip
    for record in (record for record in records if record["legacy_id"] in met):
        mine = legacy_records.c.kind == kind, legacy_records.c.legacy_id == record["legacy_id"]
        values = {"row_id": record["row_id"], "checksum": record["checksum"]}
        session.execute(update(legacy_records).where(*mine).values(**values))
    insert_many(session, legacy_records, [record for record in records if record["legacy_id"] not in met])


def _again(one: Fresh, checksum: str, number: int) -> Outcome:
    if checksum == one.row.checksum:
        return one.became(Became.UNCHANGED, number)
    return one.became(Became.CHANGED, number, "it says something else than when it was taken over")
