"""Statements made ready once: as the text that the database's driver takes, with what turns values into its own and
back. SQLAlchemy writes the text and knows the types; its way from a statement to the driver, which for small statements
takes several times as long as the database, is gone once and not each time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import CursorResult, Dialect, Executable, Table
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import iterate

from models.answered import Answered, row_of
from models.cells import Turn, read_as, written_as
from models.straight import Straight

S = TypeVar("S", bound=Executable)
LONGEST = 50
"""The longest list for which a text of its own is kept."""
_MANY = "for many rows"


def prepared(statement: S) -> S:
    """The same statement, to be made ready once: for one that lives as long as the program, and is run often."""
    made = statement.execution_options()  # which is another, so that the one given stays as it was
    _PREPARATIONS[made] = Preparation(made)
    return made


def preparation_of(statement: Executable) -> "Preparation | None":
    """None where it is not prepared itself, and be it made of one that is."""
    return _PREPARATIONS.get(statement)


def plain_rows(result: Any) -> Sequence[Any]:
    """What the driver has answered, without rows of SQLAlchemy's or ours around it: for columns that it gives as they
    are."""
    if isinstance(result, Answered):
        return result.rows
    assert isinstance(result, CursorResult) and result.cursor is not None
    rows: Sequence[Any] = result.cursor.fetchall()
    result.close()
    return rows


_PREPARATIONS: "dict[Executable, Preparation]" = {}


class Preparation:
    """What a statement is ready as, for each set of names and each sort of database it was run with."""

    def __init__(self, statement: Any) -> None:
        self.of = statement
        self._ready: dict[tuple[Any, ...], _Ready | _Lists | None] = {}

    @cached_property
    def tables(self) -> frozenset[Table]:
        """What it reads and writes, in its subqueries too."""
        return frozenset(found for found in iterate(self.of) if isinstance(found, Table))

    def run(self, straight: Straight, values: Mapping[str, Any]) -> Any:
        """What `Connection.execute` would answer, as far as this program asks: rows, or the `rowcount` and
        `inserted_primary_key`. Raises what `Connection.execute` raises."""
        made: tuple[Any, ...] = (straight.kind, *values)
        ready = self._ready.get(made)
        if ready is None and made not in self._ready:
            ready = self._make(made, straight.dialect, values)
        if isinstance(ready, _Ready):
            return ready.run(straight, values)
        if isinstance(ready, _Lists):
            lengths = [len(values[name]) for name in ready.names]
            if max(lengths) <= LONGEST:
                made += tuple(lengths)
                known = self._ready[made] if made in self._ready else self._make(made, straight.dialect, values, ready)
                if isinstance(known, _Ready):
                    return known.run(straight, values)
        return straight.told().execute(self.of, values)

    def run_many(self, straight: Straight, rows: Sequence[Mapping[str, Any]]) -> Any:
        """The same for each of these rows, which have the same names; none is answered."""
        if not rows:
            return Done(0, ())
        if len(rows) == 1:
            return self.run(straight, rows[0])
        made: tuple[Any, ...] = (_MANY, straight.kind, *rows[0])
        ready = self._ready[made] if made in self._ready else self._make(made, straight.dialect, rows[0])
        return ready.run_many(straight, rows) if isinstance(ready, _Ready) else straight.told().execute(self.of, rows)

    def _make(
        self, made: tuple[Any, ...], dialect: Dialect, values: Mapping[str, Any], lists: "_Lists | None" = None
    ) -> "_Ready | _Lists | None":
        ready = self._ready[made] = _ready(self.of, dialect, values, lists, is_many=made[0] is _MANY)
        return ready


class Done(NamedTuple):
    """What came of an INSERT, UPDATE or DELETE that answers no rows."""

    rowcount: int
    inserted_primary_key: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Lists:
    """A statement that takes lists by these names: its text is another for each length of them."""

    names: tuple[str, ...]


def _ready(
    statement: Any, dialect: Dialect, values: Mapping[str, Any], lists: _Lists | None, *, is_many: bool
) -> "_Ready | _Lists | None":
    """None: what it says besides the values given is not the same each time."""
    compiled = statement.compile(dialect=dialect, column_keys=list(values), for_executemany=is_many)
    expanding = tuple(name for bind, name in compiled.bind_names.items() if bind.expanding and name in values)
    if expanding and lists is None:
        return _Lists(expanding)
    defaults = {str(column.key): column.default for column in compiled.insert_prefetch}
    defaults |= {str(column.key): column.onupdate for column in compiled.update_prefetch}
    if compiled.literal_execute_params or compiled.escaped_bind_names:
        return None
    if any(bind.callable for bind in compiled.bind_names) or not all(one.is_scalar for one in defaults.values()):
        return None
    constants = {name: default.arg for name, default in defaults.items()}
    keys = statement.table.primary_key if statement.is_insert else ()
    return _Ready(compiled, values, constants, list(statement.exported_columns), keys)


class _Ready:
    """One statement, for one set of names and of their lists' lengths."""

    def __init__(
        self,
        compiled: SQLCompiler,
        values: Mapping[str, Any],
        defaults: Mapping[str, Any],
        columns: Sequence[Any],
        keys: Iterable[Any],
    ) -> None:
        dialect, spread = compiled.dialect, compiled.construct_expanded_state({**defaults, **values})
        self._text, order = spread.statement, spread.positiontup
        binds = {name: bind for bind, name in compiled.bind_names.items() if name not in spread.parameter_expansion}
        writers: dict[str, Turn | None] = {name: written_as(bind.type, dialect) for name, bind in binds.items()}
        writers |= spread.processors
        self._lists = tuple((name, names) for name, names in spread.parameter_expansion.items() if name in values)
        given = {*values, *(one for _, names in self._lists for one in names)}
        self._constants = {
            name: write(value) if (write := writers.get(name)) else value
            for name, value in spread.parameters.items()
            if name not in given
        }
        self._in_order = None if order is None else picked(order)
        named = {name: name for name in given} if order is None else dict(enumerate(order))
        self._writers = tuple(
            (place, write) for place, name in named.items() if name in given and (write := writers.get(name))
        )
        self._is_insert, self._tells_key = compiled.isinsert, bool(compiled.effective_returning)
        self._key_names = tuple(str(column.key) for column in keys)
        self._columns, self._dialect = columns, dialect
        self._row = row_of(tuple(str(column.key) for column in columns))
        self._readers: list[tuple[int, Turn]] | None = None

    def run(self, straight: Straight, values: Mapping[str, Any]) -> Any:
        cursor, rows = straight.cursor(self._text), None
        try:
            cursor.execute(self._text, self._written(values))
            if self._columns:
                rows = cursor.fetchall()
            elif self._is_insert:
                return Done(cursor.rowcount, self._key(cursor, values))
            else:
                return Done(cursor.rowcount, ())
        except BaseException as error:  # noqa: BLE001 - told, not swallowed
            straight.broke(error, self._text)
        return Answered(self._read(cursor, rows), self._row)

    def run_many(self, straight: Straight, rows: Sequence[Mapping[str, Any]]) -> Done:
        cursor = straight.cursor(self._text)
        try:
            cursor.executemany(self._text, [self._written(values) for values in rows])
        except BaseException as error:  # noqa: BLE001 - told, not swallowed
            straight.broke(error, self._text)
        return Done(cursor.rowcount, ())

    def _written(self, values: Mapping[str, Any]) -> Any:
        if self._constants or self._lists:
            values = self._completed(values)
        cells: Any = {**values} if self._in_order is None else [*self._in_order(values)]
        for place, write in self._writers:
            cells[place] = write(cells[place])
        return cells

    def _completed(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        given = {**self._constants, **values}
        for name, names in self._lists:
            given.update(zip(names, given.pop(name), strict=True))
        return given

    def _key(self, cursor: DBAPICursor, values: Mapping[str, Any]) -> tuple[Any, ...]:
        if self._tells_key:
            return tuple(cursor.fetchone() or ())
        counted = getattr(cursor, "lastrowid", None)  # psycopg's has none
        return tuple([values.get(name, counted) for name in self._key_names])

    def _read(self, cursor: DBAPICursor, rows: Sequence[Any]) -> Sequence[Any]:
        if self._readers is None:
            self._readers = self._found(cursor.description)
        if not self._readers:
            return rows
        read = []
        for row in rows:
            cells = list(row)
            for place, reader in self._readers:
                if (cell := cells[place]) is not None:
                    cells[place] = reader(cell)
            read.append(cells)
        return read

    def _found(self, description: Sequence[Any]) -> list[tuple[int, Turn]]:
        """What turns each column back, which may hang on the driver's name for its type."""
        found: list[tuple[int, Turn]] = []
        for place, column in enumerate(self._columns):
            if (reader := read_as(column.type, self._dialect, description[place][1])) is not None:
                found.append((place, reader))
        return found


def picked(names: Sequence[str]) -> Callable[[Mapping[str, Any]], Iterable[Any]]:
    """What gives the values of these names, in this order."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: [values[name] for name in names]
