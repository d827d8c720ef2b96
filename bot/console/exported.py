"""What the console hands out as a file, CSV or JSON."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from flask import Response, abort

from bot.console.shown import guarded
from bot.spreadsheets import Rows, as_csv, as_json

__all__ = ["Rows", "exported", "exported_pages"]
KINDS = {"csv": (as_csv, "text/csv; charset=utf-8"), "json": (as_json, "application/json")}


def exported(name: str, kind: str, columns: Sequence[str], page: Callable[[int | None], Rows]) -> Response:
    """A file of all rows; `page` gives those before the row of this number, none at the end. Its first column is the
    number of a row. 404 for a kind that there is not."""
    return exported_pages(name, kind, columns, _pages(page))


def exported_pages(name: str, kind: str, columns: Sequence[str], pages: Iterable[Rows]) -> Response:
    """A file of the rows of these pages. 404 for a kind that there is not."""
    if kind not in KINDS:
        abort(404)
    written, content_type = KINDS[kind]
    response = Response(written(columns, pages), content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return guarded(response)


def _pages(page: Callable[[int | None], Rows]) -> Iterator[Rows]:
    before: int | None = None
    while rows := page(before):
        yield rows
        number = rows[-1][0]
        assert isinstance(number, int)
        before = number
