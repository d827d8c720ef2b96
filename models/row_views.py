"""SQLite: what a connection of a staff member's scope has in place of the tables. Views of the connection's own, which
SQLite finds before the tables of the same names, show their rows; what reads a table past its view is not prepared.

Sources: https://www.sqlite.org/c3ref/set_authorizer.html, https://www.sqlite.org/lang_naming.html."""

import re
import sqlite3
from collections.abc import Callable
from typing import Final

from models.row_conditions import is_theirs, shown_columns
from models.row_scope import HIDDEN, OWN, SHARED, OutOfScope
from models.tables import metadata

WHO: Final = "textbook_staff_id"
"""The SQL function that says whose rows the connection shows now."""
_HARMLESS = frozenset(
    (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_TRANSACTION,
     sqlite3.SQLITE_SAVEPOINT)
)  # fmt: skip
_OPEN = SHARED - HIDDEN.keys()
_SEEN = {*OWN, *HIDDEN}
_PAST = re.compile(r"\bmain\b", re.IGNORECASE)

Authorizer = Callable[[int, str | None, str | None, str | None, str | None], int]


def check(statement: str) -> None:
    """That it does not name the tables' own schema, which alone leads past the views. Raises OutOfScope."""
    if _PAST.search(statement):
        raise OutOfScope("a staff member's scope has no names of schemas: its tables are found without")


def views(secret: str) -> list[str]:
    """Two views a table: only the inner one, whose name nobody can guess, may read the table itself. A name that can be
    guessed could be given to a part of a statement, and would read everything."""
    made = []
    for name in sorted({*OWN, *HIDDEN}):
        columns = ", ".join(f'"{column}"' for column in shown_columns(name))
        which = f" where {is_theirs(name, f'{WHO}()', _in_main)}" if name in OWN else ""
        made.append(f'create temp view "{secret}{name}" as select {columns} from main."{name}"{which}')  # noqa: S608
        made.append(f'create temp view "{name}" as select * from "{secret}{name}"')  # noqa: S608
    return made


def authorizer(secret: str) -> Authorizer:
    """What SQLite asks, while it prepares a statement, of each thing that it would do: nothing but reads, of the views
    and of what everybody may see."""

    def is_allowed(action: int, table: str | None, column: str | None, schema: str | None, within: str | None) -> int:
        if action in _HARMLESS:
            return sqlite3.SQLITE_OK
        if action != sqlite3.SQLITE_READ or table is None:
            return sqlite3.SQLITE_DENY
        if schema is None:
            return sqlite3.SQLITE_OK  # a part of the statement itself
        is_inner = within is not None and within.startswith(secret)
        is_view = schema == "temp" and (table in metadata.tables or table.startswith(secret))
        is_row_alone = not column and table in _SEEN  # of a view that SQLite has taken apart; `check` has the others
        return sqlite3.SQLITE_OK if is_inner or is_view or is_row_alone or table in _OPEN else sqlite3.SQLITE_DENY

    return is_allowed


def _in_main(name: str) -> str:
    return f'main."{name}"'
