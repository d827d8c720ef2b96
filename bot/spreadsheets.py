"""Tables as files: CSV for a spreadsheet, in which no cell is run, and JSON for a program; a page of rows at a time."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

Cell = str | int | datetime | None
Rows = Sequence[Sequence[Cell]]
_FORMULA = re.compile(r"(?:^|(?<=[;|\t\r\n]))(?=[=+\-@\t\r＝＋－＠])")
"""Where a cell begins that is run, also for a spreadsheet that parts cells by other signs than commas."""
_BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets take UTF-8 for something else."""


def defused(text: str) -> str:
    """Text that a spreadsheet shows and does not run (OWASP, CSV injection)."""
    return _FORMULA.sub("'", text)


def as_csv(columns: Sequence[str], pages: Iterable[Rows]) -> Iterator[str]:
    """A line of names, then a line for each row."""
    yield _BYTE_ORDER_MARK + _lines([columns])
    for rows in pages:
        yield _lines([[_text(cell) for cell in row] for row in rows])


def as_json(columns: Sequence[str], pages: Iterable[Rows]) -> Iterator[str]:
    """One list of objects, each on a line of its own."""
    separator = "["
    for rows in pages:
        for row in rows:
            values = {name: _plain(cell) for name, cell in zip(columns, row, strict=True)}
            yield f"{separator}\n{json.dumps(values, ensure_ascii=False)}"
            separator = ","
    yield "\n]\n" if separator == "," else "[]\n"


def _lines(rows: Iterable[Sequence[str]]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue()


def _text(cell: Cell) -> str:
    return str(cell) if isinstance(cell, int) else defused(str(_plain(cell) or ""))


def _plain(cell: Cell) -> str | int | None:
    """Moments are in UTC."""
    return cell.astimezone(UTC).isoformat(timespec="seconds") if isinstance(cell, datetime) else cell
