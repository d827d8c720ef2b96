"""MariaDB, and PostgreSQL where it has no roles for it: a statement of a staff member's scope is given what it may see
in front of it, under the names of the tables, so that it finds their rows whatever it asks for."""

import re
from itertools import pairwise
from typing import Final

from models.row_conditions import is_theirs, shown_columns
from models.row_scope import HIDDEN, NOBODYS, OWN, OutOfScope

_TOKEN: Final = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|[^\W\d][\w$]*|\d[\w.]*|\S""")
_NOT_OURS: Final = frozenset(("information_schema", "mysql", "performance_schema", "pg_catalog", "sys"))
_STARTS: Final = frozenset(("select", "with", "("))
_HINT: Final = re.compile(r"\bforce index \(\w+\)", re.IGNORECASE)
"""Which only a table takes, not what stands for it."""
_SAVEPOINT: Final = re.compile(r"(savepoint|release savepoint|rollback to savepoint) \w+", re.IGNORECASE)
_REACHES: Final = re.compile(r"set_config|current_setting|_to_xml|load_file|lo_get|dblink|pg_read", re.IGNORECASE)
"""Functions that change whose rows are seen, or that run or read what is not in the statement."""
_WRITES: Final = frozenset(("delete", "insert", "into", "merge", "update"))
_STRING: Final = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`""")
_TRICKS: Final = re.compile(r"\\|--|/\*|\bu&", re.IGNORECASE)
"""Comments that a server may run, and other ways of writing a name: none of ours has any outside of its strings."""


def check(statement: str) -> list[str]:
    """The words and signs of a statement that only reads, with each name in small letters and without its quotes.
    Raises OutOfScope for any other."""
    if _SAVEPOINT.fullmatch(statement.strip()):
        return []
    if _REACHES.search(statement) or "\\" in statement:
        raise OutOfScope("a staff member's scope has none of the functions that reach beyond it")
    tokens = [token for token in map(_plain, _TOKEN.findall(statement)) if token]
    if _TRICKS.search(_STRING.sub("", statement)) or ";" in tokens[:-1] or "$" in tokens or "#" in tokens:
        raise OutOfScope("a staff member's scope takes one plain statement at a time")
    if not tokens or tokens[0] not in _STARTS or not _WRITES.isdisjoint(tokens):
        raise OutOfScope("a staff member's scope only reads")
    return tokens


def narrowed(statement: str, staff_id: int, schema: str, quote: str) -> str:
    """The statement with the rows it may see in front. `schema` is where the tables are, `quote` what stands around
    names. Raises OutOfScope."""
    tokens = check(statement)
    names = set(tokens)
    if refused := sorted(names & NOBODYS):
        raise OutOfScope(f"no staff member sees {', '.join(refused)}")
    _refuse_other_schemas(tokens, schema.lower())
    mine = [_rows(name, staff_id, schema, quote) for name in sorted(names & {*OWN, *HIDDEN})]
    if not mine:
        return statement
    statement = _HINT.sub("", statement)
    begins, rest = re.match(r"(\s*with\s+recursive\b|\s*with\b|)(.*)", statement, re.IGNORECASE | re.DOTALL).groups()  # type: ignore[union-attr]
    before = begins.strip() or "with"
    return f"{before} {', '.join(mine)}{',' if begins else ''} {rest.lstrip()}"


def _rows(name: str, staff_id: int, schema: str, quote: str) -> str:
    def at(table: str) -> str:
        return f"{quote}{schema}{quote}.{quote}{table}{quote}"

    columns = ", ".join(f"{quote}{column}{quote}" for column in shown_columns(name))
    which = f" where {is_theirs(name, str(int(staff_id)), at)}" if name in OWN else ""
    return f"{quote}{name}{quote} as (select {columns} from {at(name)}{which})"  # noqa: S608 - names of our own


def _refuse_other_schemas(tokens: list[str], schema: str) -> None:
    for name, sign in pairwise(tokens):
        if sign == "." and (name in _NOT_OURS or name == schema):
            raise OutOfScope("a staff member's scope has no names of schemas: its tables are found without")


def _plain(token: str) -> str:
    if token[0] == "'":
        return ""
    return token.strip('"`').lower() if token[0] in '"`' else token.lower()
