"""The schema: what the migrations make is what the models say, from empty and twice, on every database."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Engine, MetaData, Table, UniqueConstraint, inspect, text

from bot.database import Database, SchemaState, alembic_config
from conversations.rules.cells import cells
from models import SCHEMA
from models.base import Moment
from models.search_in_sqlite import INDEX
from models.tables import metadata
from tests.conftest import Databases

pytestmark = pytest.mark.every_database

MIGRATE = """
import contextlib, sys
import alembic.command, models.tables
import bot.database, bot.engines
if sys.argv[2] == "unguarded":
    bot.database._alone = contextlib.nullcontext
    bot.engines._begin_sqlite = lambda connection: connection.exec_driver_sql("BEGIN")
database = bot.database.Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
database.migrate()
"""
TRIES = 5


@pytest.fixture
def empty_url(kind: str, databases: Databases) -> Iterator[str]:
    url = databases.empty(kind)
    yield url
    databases.drop(kind, url)


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    """A database without any table."""
    database = Database(empty_url, pool=2)
    yield database
    database.dispose()


def _is_modelled(name: str | None, *_others: object) -> bool:
    """The search's index is made of what only each database has."""
    return not (name or "").startswith(INDEX)


def differences(engine: Engine) -> list[object]:
    """What alembic would change to bring the tables to the models."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "render_as_batch": True, "include_name": _is_modelled}
        )
        return list(compare_metadata(context, metadata))


def tables(engine: Engine) -> set[str]:
    return {name for name in inspect(engine).get_table_names() if _is_modelled(name)}


def set_version(database: Database, version: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = :version"), {"version": version})


def test_the_migrations_make_what_the_models_say(empty: Database) -> None:
    empty.migrate()
    assert [] == differences(empty.engine)
    assert {*metadata.tables, "alembic_version"} == tables(empty.engine)


def test_a_table_that_no_migration_makes_is_found(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("drop table booking_policies"))
    assert [] != differences(database.engine)


def test_a_column_of_another_type_is_found(empty: Database) -> None:
    empty.migrate()
    with empty.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("alter table clients drop column email"))
            connection.execute(text("alter table clients add column email integer not null default 0"))
        else:
            how = "alter column email type text" if connection.dialect.name == "postgresql" else "modify email datetime"
            connection.execute(text(f"alter table clients {how}"))
    assert [] != differences(empty.engine)


def test_migrating_twice_changes_nothing(database: Database) -> None:
    before = _count(database)
    database.migrate()
    assert (before, []) == (_count(database), differences(database.engine))


def test_stretches_that_were_there_get_their_cells(empty: Database) -> None:
    start, end = datetime(2026, 3, 10, 7, 2, tzinfo=UTC), datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
    with empty.engine.connect() as connection, connection.begin():
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    old = Table(
        "stretches", MetaData(), Column("start_at", Moment), Column("end_at", Moment), autoload_with=empty.engine
    )
    row = {"scarce": "staff", "scarce_id": 1, "holder": "booking", "holder_id": 1, "start_at": start, "end_at": end}
    with empty.engine.begin() as connection:
        connection.execute(old.insert().values(**row))
    empty.migrate()
    with empty.engine.connect() as connection:
        found = connection.execute(text("select first_cell, end_cell from stretches")).one()
    assert (cells(start, end).start, cells(start, end).stop) == tuple(found)


def test_two_that_migrate_at_once_do_no_harm(empty_url: str, empty: Database) -> None:
    said = migrated_by_two(empty_url, "guarded")
    assert ["", ""] == said
    assert (SchemaState.CURRENT, []) == (empty.schema(), differences(empty.engine))


def test_with_the_guard_off_two_that_migrate_at_once_fail(kind: str, databases: Databases) -> None:
    urls = [databases.empty(kind) for _ in range(TRIES)]
    found = next((said for url in urls if any(said := migrated_by_two(url, "unguarded"))), [])
    for url in urls:
        databases.drop(kind, url)
    assert [] != found


def migrated_by_two(url: str, guard: str) -> list[str]:
    """What each of two processes has to complain of, that migrate when both are ready."""
    command, pipe = [sys.executable, "-c", MIGRATE, url, guard], subprocess.PIPE
    both = [subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True) for _ in range(2)]
    for one in both:
        assert one.stdout is not None
        assert "ready\n" == one.stdout.readline()
    for one in both:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    said = [one.communicate(timeout=300)[0] for one in both]
    return [words if one.returncode else "" for one, words in zip(both, said, strict=True)]


def test_the_schema_we_start_on_is_the_newest_migration() -> None:
    assert [SCHEMA] == ScriptDirectory.from_config(alembic_config()).get_heads()


def test_a_database_says_how_it_compares_to_this_version(empty: Database) -> None:
    found = [empty.schema()]
    empty.migrate()
    found.append(empty.schema())
    for version in ("0000", "9999"):
        set_version(empty, version)
        found.append(empty.schema())
    assert [SchemaState.EMPTY, SchemaState.CURRENT, SchemaState.BEHIND, SchemaState.AHEAD] == found


def test_a_database_with_tables_of_others_is_not_called_empty(empty: Database) -> None:
    with empty.engine.begin() as connection:
        connection.execute(text("create table something (id integer)"))
    assert SchemaState.BEHIND is empty.schema()


def test_every_constraint_of_the_models_has_a_name() -> None:
    constraints = [one for table in metadata.tables.values() for one in table.constraints]
    indexes = [one for table in metadata.tables.values() for one in table.indexes]
    assert [] == [str(one) for one in constraints if not one.name]
    assert [] == [str(one) for one in indexes if not one.name]
    assert len(metadata.tables) < len(constraints)


def test_every_constraint_in_the_database_has_the_models_name(database: Database) -> None:
    inspector = inspect(database.engine)
    for name, table in metadata.tables.items():
        keys = {one.name for one in table.foreign_key_constraints}
        assert keys == {one["name"] for one in inspector.get_foreign_keys(name)}
        unique = {one.name for one in table.constraints if isinstance(one, UniqueConstraint)}
        indexes = {str(index.name) for index in table.indexes if index.unique}  # which MariaDB counts as constraints
        assert unique == {one["name"] for one in inspector.get_unique_constraints(name)} - indexes
        if database.engine.dialect.name != "mysql":  # which calls every primary key PRIMARY
            assert f"pk_{name}" == inspector.get_pk_constraint(name)["name"]


def _count(database: Database) -> dict[str, int]:
    with database.engine.connect() as connection:
        return {name: connection.execute(text(f"select count(*) from {name}")).scalar_one() for name in metadata.tables}
