"""Rows of a CSV file, a JSON array or JSON lines, one after the other: never more of the file in memory than a few."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from handlers.importing.columns import column, knows_any
from handlers.importing.rows import SourceRow

LONGEST_FIELD = 1 << 20
CHUNK = 1 << 16
LONGEST_OBJECT = 1 << 24
DELIMITERS = ",;\t|"
MOST_NESTED = 5
_TO_THE_END = ("unexpected end of data", "field larger than field limit")
"""What csv says of a quote that swallows all that follows."""


class Unreadable(Exception):
    """The file as a whole cannot be read from some place on; where, and why."""


class Source:
    """One file, read once."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._path, self._encoding = path, encoding
        self._file: TextIO | None = None
        self._size = path.stat().st_size

    @property
    def read(self) -> float:
        """How much of it has been read, from 0 to 1."""
        if self._file is None or self._file.closed:
            return 0.0 if self._file is None else 1.0
        return self._file.buffer.tell() / max(self._size, 1)

    def rows(self) -> Iterator[SourceRow]:
        """Raises Unreadable."""
        with self._path.open(encoding=self._encoding, newline="") as self._file:
            try:
                yield from _rows(self._file)
            except UnicodeError as error:
                raise Unreadable(f"it is not {self._encoding}: say what it is with --encoding ({error})") from None


def _rows(file: TextIO) -> Iterator[SourceRow]:
    first = _first_sign(file)
    file.seek(0)
    if first == "[":
        return _array_rows(file)
    if first != "{":
        return _csv_rows(file)
    is_whole = _parsed(file.readline(LONGEST_OBJECT)) is not None
    file.seek(0)
    return _line_rows(file) if is_whole else _array_rows(file)


def _csv_rows(file: TextIO) -> Iterator[SourceRow]:
    csv.field_size_limit(LONGEST_FIELD)
    head = file.readline(LONGEST_FIELD)
    file.seek(0)
    reader = csv.reader(file, delimiter=max(DELIMITERS, key=head.count), strict=True)
    names = [column(name.lstrip("\ufeff")) for name in next(reader, [])]
    if not knows_any(names):
        raise Unreadable("its first line names no column that is known, such as id, name or phone")
    if twice := {name for name in names if name and names.count(name) > 1}:
        raise Unreadable(f"its columns {', '.join(sorted(twice))} stand there twice")
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if str(error).startswith(_TO_THE_END):
                raise Unreadable(f"line {line}: a quote is opened there and never closed") from None
            until = f" to line {reader.line_num}" if reader.line_num > line else ""
            yield SourceRow(line, {}, f"its quotes do not fit{until} ({error})")
            continue
        if not any(map(str.strip, fields)):
            continue
        more = len(fields) > len(names) and any(map(str.strip, fields[len(names) :]))
        fault = f"it has {len(fields)} fields, but there are {len(names)} columns" if more else ""
        yield SourceRow(line, dict(zip(names, fields, strict=False)), fault)


def _first_sign(file: TextIO) -> str:
    while text := file.read(CHUNK):
        if found := text.lstrip("\ufeff \t\r\n"):
            return found[0]
    return ""


def _line_rows(file: TextIO) -> Iterator[SourceRow]:
    """One object a line."""
    number = 0
    while text := file.readline(LONGEST_OBJECT):
        number += 1
        if text.strip():
            found = _parsed(text)
            yield SourceRow(number, {}, "it is no JSON") if found is None else _json_row(number, found)


def _array_rows(file: TextIO) -> Iterator[SourceRow]:
    """The objects of an array, or those that stand behind each other; the number of each counts as its line."""
    decoder, text, at, number, is_over = json.JSONDecoder(), "", 0, 0, False
    while True:
        at = _skip(text, at)
        found, end = _next(decoder, text, at)
        # A number may go on in what is still to come; of an object we know where it ends.
        if end and (is_over or isinstance(found, dict)):
            number += 1
            yield _json_row(number, found)
            at = end
            continue
        if at < len(text) and (is_over or len(text) - at > LONGEST_OBJECT):
            raise Unreadable(f"row {number + 1}: it is no JSON")
        if is_over:
            return
        more = file.read(CHUNK)
        text, at, is_over = text[at:] + more, 0, not more


def _next(decoder: json.JSONDecoder, text: str, at: int) -> tuple[Any, int]:
    """What stands there, and where it ends; 0 where there is nothing whole."""
    try:
        return decoder.raw_decode(text, at) if at < len(text) else (None, 0)
    except (json.JSONDecodeError, RecursionError):
        return None, 0


def _parsed(text: str) -> Any:
    """None for what is no JSON."""
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return None


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,[]\ufeff":
        at += 1
    return at


def _json_row(number: int, found: Any) -> SourceRow:
    if not isinstance(found, dict):
        return SourceRow(number, {}, "it is no object")
    if found.keys() >= {"model", "pk", "fields"} and isinstance(found["fields"], dict):  # as Django dumps its data
        found = {**found["fields"], "id": found["pk"]}
    values: dict[str, str] = {}
    _flatten(found, "", values, 0)
    return SourceRow(number, values)


def _flatten(found: Mapping[str, Any], before: str, values: dict[str, str], depth: int) -> None:
    """{"session": {"id": 5}} → session_id."""
    for key, value in found.items():
        name = f"{before}_{column(key)}" if before else column(key)
        if isinstance(value, dict) and depth < MOST_NESTED:
            _flatten(value, name, values, depth + 1)
        elif isinstance(value, str):
            values[name] = value
        elif value is None:
            values[name] = ""
        elif isinstance(value, bool):
            values[name] = str(value).lower()
        else:
            values[name] = json.dumps(value, ensure_ascii=False)
