"""Why a row is somebody's, as SQL: one text for all databases, made from `row_scope`."""

from collections.abc import Callable, Sequence

from models.row_scope import HIDDEN, OWN, By
from models.tables import metadata


def is_theirs(name: str, me: str, at: Callable[[str], str]) -> str:
    """The condition on a row of this table. `me` is SQL for the staff member's number, `at` writes a table's name."""
    return _any(OWN[name], lambda table: f"{at(table)} where {is_theirs(table, me, at)}", me)


def is_theirs_by_policies(name: str, me: str) -> str:
    """The same where every table is narrowed by itself, whoever reads it."""
    return _any(OWN[name], lambda table: table, me)


def shown_columns(name: str) -> list[str]:
    """The columns of a table that a staff member may read."""
    hidden = HIDDEN.get(name, frozenset())
    return [column.name for column in metadata.tables[name].columns if column.name not in hidden]


def _any(reasons: Sequence[By], rows: Callable[[str], str], me: str) -> str:
    return " or ".join(_one(reason, rows, me) for reason in reasons)


def _one(reason: By, rows: Callable[[str], str], me: str) -> str:
    is_so = f"{reason.column} = {me}"
    if reason.table:
        is_so = f"{reason.column} in (select {reason.key} from {rows(reason.table)})"  # noqa: S608 - names of our own
    return f"({reason.when} and {is_so})" if reason.when else is_so
