"""A staff member's scope sees their own rows, whatever is asked and however: of every table there is."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.database import Database
from models.base import metadata
from models.bookings import bookings
from models.row_conditions import shown_columns
from models.row_scope import DESK, HIDDEN, NOBODYS, OWN, SHARED, OutOfScope, Scope
from models.search import messages_with
from models.tables import __all__ as every_table
from tests.handlers.two_of_everything import LINA, MAYA, SEARCHED, fill, number_of

pytestmark = pytest.mark.every_database
THEIRS = Scope.staff(LINA)
NOT_TABLES = {"alembic_version", "metadata"}
SHAPES = (
    "select {columns} from {table}", "select {columns} from {table} as other",
    "select {columns} from {table} where 1 = 1", "SELECT {columns}\n FROM {table}",
    "select {columns} from {table} union select {columns} from {table}",
    "select {columns} from (select {columns} from {table}) as inner_one",
    "with others as (select {columns} from {table}) select {columns} from others",
    "with recursive n as (select 1 as x union all select x + 1 from n where x < 3) select {columns} from {table}, n",
    "select {columns} from {table} where exists (select 1 from {table} as b) or 1 = 1",
)  # fmt: skip
"""Ways to ask for all rows of a table, none of which has a filter."""
TRICKS = (
    "select id from {schema}.bookings", "select {schema}.bookings.id from {schema}.bookings",
    "with bookings as (select * from {schema}.bookings) select id from bookings",
    "select id from (select id from {schema}.bookings) as bookings", "select id from {quoted}",
    "select id from bookings /*!50000 union select id from {schema}.bookings */",
    "select id from bookings -- \n union select id from {schema}.bookings",
    "select 'it''s' as id union select id from {schema}.bookings",
    "select case when count(*) > 2 then {other} end as id from {schema}.bookings",
    "select (select max(id) from {schema}.bookings) as id", "select 2000 from {schema}.bookings limit 1 offset 2",
    "select 2000 from {schema}.bookings having count(*) > 2",
    "select id from bookings; select id from {schema}.bookings",
    "select set_config('role', 'none', true) as id union select id::text from bookings", "table bookings",
    "select id from bookings where id in (select booking_id from {schema}.proposals)", "values (1)",
    "select set_config('textbook.staff_id', '2', true) as id", "reset role", "set role postgres",
)  # fmt: skip
WRITES = (
    "update bookings set version = version", "delete from labels", "insert into labels (id, name) values (7, 'x')",
    "drop table labels", "create table more (id integer)", "pragma journal_mode", "begin",
    "with x as (select 1) delete from labels", "attach 'x.db' as x", "load data infile 'x' into table labels",
    "select id from bookings into outfile '/tmp/never'", "do $$ begin null; end $$", "handler bookings open",
)  # fmt: skip


@pytest.fixture
def keys(database: Database) -> dict[str, dict[int, set[tuple[Any, ...]]]]:
    return database.transact(fill)


def seen(database: Database, statement: str, scope: Scope = THEIRS) -> set[tuple[Any, ...]]:
    rows = database.read(lambda session: session.execute(text(statement)).all(), scope)
    return {tuple(map(_plain, row)) for row in rows}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, list | dict) else value


def key_of(name: str) -> str:
    return ", ".join(column.name for column in metadata.tables[name].primary_key)


def columns_of(database: Database, name: str) -> str:
    return ", ".join(f"{mark_of(database)}{column}{mark_of(database)}" for column in shown_columns(name))


def mark_of(database: Database) -> str:
    return "`" if database.engine.dialect.name == "mysql" else '"'


def test_every_table_is_in_exactly_one_list() -> None:
    lists = (SHARED, NOBODYS, frozenset(OWN))
    assert {*every_table} - NOT_TABLES == set(metadata.tables)
    assert {} == {name: found for name in metadata.tables if (found := sum(name in those for those in lists)) != 1}
    assert set() == {*SHARED, *NOBODYS, *OWN} - set(metadata.tables) - NOT_TABLES


def test_what_the_lists_say_is_there() -> None:
    columns = {(name, column.name) for name, table in metadata.tables.items() for column in table.columns}
    named = {(name, reason.column) for name, reasons in OWN.items() for reason in reasons}
    named |= {(reason.table, reason.key) for reasons in OWN.values() for reason in reasons if reason.table}
    named |= {(name, column) for name, hidden in HIDDEN.items() for column in hidden}
    assert set() == named - columns
    assert set() == NOBODYS & {column for _, column in columns}  # or statements would be refused for a column's name


def test_nobodys_tables_are_never_on_the_way_to_somebodys() -> None:
    """Of what everybody sees, nothing may be a reason that a row is somebody's."""
    assert set() == {reason.table for reasons in OWN.values() for reason in reasons if reason.table} - {*OWN}


def test_of_every_table_only_their_own_rows_are_seen(database: Database, keys: Any) -> None:
    for name in OWN:
        for who, other in ((LINA, MAYA), (MAYA, LINA)):
            for shape in SHAPES:
                found = seen(database, shape.format(table=name, columns=key_of(name)), Scope.staff(who))
                assert keys[name][who] <= found, (name, shape)
                assert set() == keys[name][other] & found, (name, shape)
            star = "*" if name not in HIDDEN else columns_of(database, name)
            counted = seen(database, f"select count(*) from (select {star} from {name}) as every", Scope.staff(who))
            listed = len(seen(database, f"select {key_of(name)} from {name}", Scope.staff(who)))
            assert {(listed,)} == counted, name


def test_somebody_who_has_nothing_sees_nothing_but_the_business(database: Database, keys: Any) -> None:
    for nobody in (0, 3, -1, 2**62):
        for name in OWN:
            found = seen(database, f"select {key_of(name)} from {name}", Scope.staff(nobody))
            assert set() == found & (keys[name][LINA] | keys[name][MAYA]), name
    assert seen(database, "select id from services", DESK) == seen(database, "select id from services", Scope.staff(0))


def test_the_desk_sees_every_row(database: Database, keys: Any) -> None:
    for name, by_staff in keys.items():
        assert by_staff[LINA] | by_staff[MAYA] <= seen(database, f"select {key_of(name)} from {name}", DESK), name


def test_the_business_is_everybodys(database: Database, keys: Any) -> None:
    for name in SHARED:
        statement = f"select {key_of(name)} from {name}"
        assert seen(database, statement, DESK) == seen(database, statement), name


def test_what_is_nobodys_business_is_refused(database: Database, keys: Any) -> None:
    for name in NOBODYS & set(metadata.tables):
        for shape in SHAPES:
            with pytest.raises(OutOfScope):
                seen(database, shape.format(table=name, columns=key_of(name)))


def test_hidden_columns_are_not_there(database: Database, keys: Any) -> None:
    for name, hidden in HIDDEN.items():
        seen(database, f"select {columns_of(database, name)} from {name}")
        for column in hidden:
            with pytest.raises((OutOfScope, DBAPIError)):
                seen(database, f"select {column} from {name}")
            with pytest.raises((OutOfScope, DBAPIError)):
                seen(database, f"select id from {name} where {column} like 'a%' or 1 = 1")


def test_tables_are_found_under_any_spelling(database: Database, keys: Any) -> None:
    mark = mark_of(database)
    for name in OWN:
        found = seen(database, f"select {key_of(name)} from {mark}{name}{mark}")
        assert set() == keys[name][MAYA] & found
        assert keys[name][LINA] <= found


def test_no_trick_shows_what_is_another_s(database: Database, keys: Any) -> None:
    dialect = database.engine.dialect.name
    schema = {"sqlite": "main", "postgresql": "public"}.get(dialect, database.engine.url.database)
    others = {number_of(MAYA), number_of(MAYA, 1)}
    quoted = f'"{schema}"."bookings"' if dialect != "mysql" else f"`{schema}` . `bookings`"
    for trick in TRICKS:
        statement = trick.format(schema=schema, quoted=quoted, other=number_of(MAYA))
        try:
            found = {str(value) for row in seen(database, statement) for value in row}
        except (OutOfScope, DBAPIError):
            continue
        assert set() == found & {str(number) for number in others}, statement
    assert keys["bookings"][MAYA] <= seen(database, "select id from bookings", Scope.staff(MAYA))


def test_a_staff_member_s_scope_writes_nothing(database: Database, keys: Any) -> None:
    before = [seen(database, f"select count(*) from {name}", DESK) for name in ("labels", "bookings")]
    for write in WRITES:
        with pytest.raises((OutOfScope, DBAPIError)):
            seen(database, write)
    assert before == [seen(database, f"select count(*) from {name}", DESK) for name in ("labels", "bookings")]


def test_statements_of_ours_are_narrowed_too(database: Database, keys: Any) -> None:
    def work(session: Session) -> list[int]:
        session.begin_nested()
        return list(session.execute(select(bookings.c.id).order_by(bookings.c.id)).scalars())

    assert sorted(key for (key,) in keys["bookings"][LINA]) == database.read(work, THEIRS)


def test_a_search_finds_their_own_or_is_refused(database: Database, keys: Any) -> None:
    def work(session: Session) -> set[tuple[int, ...]]:
        return {(row.id,) for row in messages_with(session, SEARCHED, None, 50)}

    assert keys["messages"][LINA] | keys["messages"][MAYA] <= database.read(work, DESK)
    if database.engine.dialect.name == "sqlite":
        for statement in (f"select rowid from message_search where message_search match '{SEARCHED}'",
                          "select body from message_search", "select * from message_search_content",
                          "select * from sqlite_master", "select * from sqlite_temp_master"):  # fmt: skip
            with pytest.raises((OutOfScope, DBAPIError)):
                seen(database, statement)
        return
    assert keys["messages"][LINA] == database.read(work, THEIRS)


@pytest.fixture
def narrow(database_url: str) -> Iterator[Database]:
    """With one connection for all."""
    database = Database(database_url, pool=1)
    yield database
    database.dispose()


def test_a_scope_ends_with_its_transaction(narrow: Database) -> None:
    keys = narrow.transact(fill)["bookings"]
    statement = "select id from bookings"
    for _ in range(8):  # as often as it takes a driver to keep a statement prepared
        assert keys[LINA] == seen(narrow, statement)
        assert keys[MAYA] == seen(narrow, statement, Scope.staff(MAYA))
        assert keys[LINA] | keys[MAYA] == seen(narrow, statement, DESK)
        with pytest.raises((OutOfScope, DBAPIError)):
            seen(narrow, "select nothing from bookings")
        assert keys[LINA] | keys[MAYA] == seen(narrow, statement, DESK)


def test_two_at_once_see_each_their_own(database: Database, keys: Any) -> None:
    both, found = threading.Barrier(3), {}

    def look(scope: Scope) -> None:
        def work(session: Session) -> set[tuple[Any, ...]]:
            rows = {tuple(row) for row in session.execute(text("select id from messages"))}
            both.wait(30)
            return rows & {tuple(row) for row in session.execute(text("select id from messages"))}

        for _ in range(5):
            found.setdefault(scope, []).append(database.read(work, scope))

    scopes = (Scope.staff(LINA), Scope.staff(MAYA), DESK)
    threads = [threading.Thread(target=look, args=(scope,)) for scope in scopes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    own = keys["messages"]
    assert {scopes[0]: [own[LINA]] * 5, scopes[1]: [own[MAYA]] * 5, DESK: [own[LINA] | own[MAYA]] * 5} == found


def test_a_scoped_database_reads_as_its_scope_and_writes_as_the_desk(database: Database, keys: Any) -> None:
    own = database.scoped(THEIRS)
    read = own.read(lambda session: session.execute(select(bookings.c.id)).all())
    assert keys["bookings"][LINA] == {tuple(row) for row in read}
    assert keys["bookings"][LINA] | keys["bookings"][MAYA] == seen(database, "select id from bookings", DESK)
    own.transact(lambda session: session.execute(text("update bookings set version = 9")))
    assert {(9,)} == seen(database, "select version from bookings", DESK)
