"""What the console hands out as a file: CSV for a spreadsheet or JSON for a program, a page of rows at a time."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from flask import Response, abort

from bot.console.shown import guarded

KINDS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
Cell = str | int | datetime | None
Rows = Sequence[Sequence[Cell]]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of something to work out."""
_BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets take UTF-8 for something else."""


def exported(name: str, kind: str, columns: Sequence[str], page: Callable[[int | None], Rows]) -> Response:
    """A file of all rows; `page` gives those before the row of this number, none at the end. Its first column is the
    number of a row. Moments are in UTC. 404 for a kind that there is not."""
    if kind not in KINDS:
        abort(404)
    pages = _pages(page)
    response = Response(_csv(columns, pages) if kind == "csv" else _json(columns, pages), content_type=KINDS[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return guarded(response)


def _pages(page: Callable[[int | None], Rows]) -> Iterator[Rows]:
    before: int | None = None
    while rows := page(before):
        yield rows
        number = rows[-1][0]
        assert isinstance(number, int)
        before = number


def _csv(columns: Sequence[str], pages: Iterator[Rows]) -> Iterator[str]:
    yield _BYTE_ORDER_MARK + _lines([columns])
    for rows in pages:
        yield _lines([[_cell(cell) for cell in row] for row in rows])


def _lines(rows: Sequence[Sequence[str]]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue()


def _json(columns: Sequence[str], pages: Iterator[Rows]) -> Iterator[str]:
    separator = "["
    for rows in pages:
        for row in rows:
            values = {name: _plain(cell) for name, cell in zip(columns, row, strict=True)}
            yield f"{separator}\n{json.dumps(values, ensure_ascii=False)}"
            separator = ","
    yield "\n]\n" if separator == "," else "[]\n"


def _cell(cell: Cell) -> str:
    if isinstance(cell, int):
        return str(cell)
    text = str(_plain(cell) or "")
    return f"'{text}" if text.startswith(_FORMULA) else text


def _plain(cell: Cell) -> str | int | None:
    return cell.astimezone(UTC).isoformat(timespec="seconds") if isinstance(cell, datetime) else cell
