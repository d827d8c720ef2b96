"""Row-level security on a PostgreSQL with the roles that a careful installation has: an owner who migrates, a program
that owns nothing. Without a scope it sees nothing; no other program of the server sees anything either."""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.commands import migrate
from bot.commands.opening import DEMONSTRATION, load_business
from bot.database import Database, DatabaseAway, alembic_config
from bot.doctor.row_security import row_security
from models.base import metadata
from models.messages import messages
from models.row_scope import DESK, OWN, OutOfScope, Scope
from models.search import _by_vector
from tests.databases import PostgreSQL, chosen, postgresql_server
from tests.handlers.two_of_everything import LINA, MAYA, fill
from tests.patience import PATIENCE

pytestmark = pytest.mark.skipif("postgresql" not in chosen(), reason="not on PostgreSQL")
THEIRS = Scope.staff(LINA)
MIGRATE = "import sys; from bot.database import Database; assert [] == Database(sys.argv[1]).migrate('program')"

REFUSED = (
    "select * from operators", "select * from public.bookings", "delete from labels",
    "select 1; select * from bookings", "select query_to_xml('x', true, true, '')",
)  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    with postgresql_server() as server:
        yield server


class House:
    """Databases of one server. Who signs in: `keeps` may make roles, `plain` may not, `program` owns nothing."""

    def __init__(self, server: PostgreSQL) -> None:
        self.server, self.count = server, 0
        self.as_admin("create role keeps login createrole", "create role plain login", "create role program login",
                      "create role other login")  # fmt: skip

    def as_admin(self, *statements: str, name: str = "postgres") -> None:
        address = self.server.url(name).replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]

    def made(self, owner: str) -> str:
        """The name of a new database, without any table."""
        self.count += 1
        name = f"house{self.count}"
        self.server.create(name)
        self.as_admin(f"alter database {name} owner to {owner}")
        self.as_admin(f"alter schema public owner to {owner}", name=name)
        return name

    def url(self, name: str, who: str) -> str:
        return self.server.url(name).replace("postgres@", f"{who}@")

    @contextmanager
    def opened(self, name: str, who: str) -> Iterator[Database]:
        database = Database(self.url(name, who), pool=3)
        yield database
        database.dispose()


@pytest.fixture(scope="module")
def house(server: PostgreSQL) -> House:
    return House(server)


@pytest.fixture(scope="module")
def secured(house: House) -> str:
    """A database that `keeps` has migrated for `program`."""
    name = house.made("keeps")
    with house.opened(name, "keeps") as database:
        assert [] == database.migrate("program")
    with house.opened(name, "program") as database:
        load_business(database, DEMONSTRATION)
        database.transact(fill)
    return name


def bare(database: Database, statement: str) -> list[Any]:
    """Run without any scope."""
    with Session(database.engine) as session, session.begin():
        return list(session.execute(text(statement)).all())


def counted(database: Database, name: str, scope: Scope = DESK) -> int:
    statement = text(f"select count(*) from {name}")
    return int(database.read(lambda session: session.execute(statement).scalar_one(), scope))


def told(database: Database) -> list[str]:
    return database.read(lambda session: [str(finding) for finding in row_security(session)])


@pytest.mark.parametrize("who", ["program", "keeps"])
def test_without_a_scope_nothing_is_seen_or_written(house: House, secured: str, who: str) -> None:
    """By the program, which has no right to any table, nor by their owner, who has every right."""
    with house.opened(secured, who) as database:
        for name in metadata.tables:
            try:
                assert [(0,)] == bare(database, f"select count(*) from {name}"), name
            except DBAPIError as error:
                assert "42501" == error.orig.sqlstate, name  # type: ignore[union-attr]
        with pytest.raises(DBAPIError):
            bare(database, "insert into labels (id, name) values (77, 'x') returning id")


def test_the_program_works_as_the_desk_and_reads_as_staff(house: House, secured: str) -> None:
    with house.opened(secured, "program") as database:
        assert 4 == counted(database, "bookings")
        assert (2, 2, 0) == tuple(counted(database, "bookings", Scope.staff(who)) for who in (LINA, MAYA, 3))
        assert ["✓"] == [line[0] for line in told(database)]
        with pytest.raises(DBAPIError):
            database.transact(lambda session: session.execute(text("alter table bookings disable row level security")))
        with pytest.raises(DBAPIError):
            bare(database, "alter table bookings disable row level security")


def test_a_role_ends_with_its_transaction_however_it_ends(house: House, secured: str) -> None:
    """Also where the statement was wrong, the work raised, or the connection was used without any scope between."""
    database = Database(house.url(secured, "program"), pool=1)

    def breaks(session: Session) -> None:
        session.execute(text("select 1"))
        raise KeyError

    def goes_on(session: Session) -> str:
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text("select nothing"))
        return str(session.execute(text("select current_user")).scalar_one())

    for scope, role in ((DESK, "textbook_desk_"), (THEIRS, "textbook_staff_")):
        for _ in range(7):
            with pytest.raises(KeyError):
                database.read(breaks, scope)
            assert role + secured == database.read(goes_on, scope)
            assert [("program", "")] == bare(
                database, "select current_user, coalesce(current_setting('textbook.staff_id', true), '')"
            )
    many = text("insert into labels (id, name) values (:id, :name)")
    database.transact(lambda session: session.execute(many, [{"id": n, "name": f"n{n}"} for n in range(500, 510)]))
    assert [("program",)] == bare(database, "select current_user")
    database.dispose()


def test_a_program_of_another_database_on_the_server_sees_nothing(house: House, secured: str) -> None:
    name = house.made("keeps")
    with house.opened(name, "keeps") as database:
        assert [] == database.migrate("other")
    with house.opened(name, "other") as database:
        load_business(database, DEMONSTRATION)
    with house.opened(secured, "other") as database:
        for scope in (DESK, THEIRS):
            with pytest.raises(DatabaseAway, match="permission denied to set role"):
                counted(database, "bookings", scope)
        with pytest.raises(DBAPIError):
            bare(database, f"set role textbook_desk_{secured}")


def test_two_databases_of_a_server_are_migrated_at_once(house: House) -> None:
    names = [house.made("keeps") for _ in range(2)]
    both = [subprocess.Popen([sys.executable, "-c", MIGRATE, house.url(name, "keeps")]) for name in names]
    assert [0, 0] == [one.wait(PATIENCE) for one in both]
    for name in names:
        with house.opened(name, "program") as database:
            assert 0 == counted(database, "bookings")


class TestOwnerWhoMayNotMakeRoles:
    def test_staff_are_kept_to_their_rows_until_an_administrator_has_made_them(self, house: House) -> None:
        name = house.made("plain")
        with house.opened(name, "plain") as database:
            missing = database.migrate()
            assert f'create role "textbook_desk_{name}" nologin' in missing
            load_business(database, DEMONSTRATION)
            made = database.transact(fill)
            assert "! Row security: none" in told(database)[0]
            for table in OWN:
                found = counted(database, table, THEIRS)
                assert len(made[table][LINA]) <= found <= counted(database, table) - len(made[table][MAYA]), table
            for statement in REFUSED:
                with pytest.raises(OutOfScope):
                    database.read(lambda session, asked=statement: session.execute(text(asked)), THEIRS)
            house.as_admin(*missing, name=name)
            assert [] == database.migrate()
            assert (4, 2) == (counted(database, "bookings"), counted(database, "bookings", THEIRS))
            assert [(0,)] == bare(database, "select count(*) from bookings")
            assert "tables' owner" in told(database)[0]

    def test_what_was_laid_stays_where_a_new_program_cannot_be_let_in(self, house: House) -> None:
        name = house.made("plain")
        with house.opened(name, "plain") as database:
            house.as_admin(*database.migrate(), name=name)
            assert [] == database.migrate()
            missing = database.migrate("program")
        assert missing
        with house.opened(name, "program") as database, pytest.raises(DatabaseAway, match="python -m bot migrate"):
            counted(database, "bookings")
        house.as_admin(*missing, name=name)
        with house.opened(name, "program") as database:
            assert 0 == counted(database, "bookings")


def test_a_migration_sees_and_changes_every_row(house: House) -> None:
    """As if there were no row security: it is off while the owner migrates, in the same transaction."""
    name = house.made("keeps")
    with house.opened(name, "keeps") as database:
        database.migrate("program")
    with house.opened(name, "program") as program:
        load_business(program, DEMONSTRATION)
        program.transact(fill)
    with house.opened(name, "keeps") as database:
        with psycopg.connect(database.engine.url.set(drivername="postgresql").render_as_string()) as connection:
            connection.execute("update alembic_version set version_num = '0016'")
            connection.execute("comment on policy textbook_desk on bookings is 'older'")
        assert [] == database.migrate("program")
        assert [(0,)] == bare(database, "select count(*) from bookings")
    with house.opened(name, "program") as program:
        assert (4, 2) == (counted(program, "bookings"), counted(program, "bookings", THEIRS))


def test_a_database_of_any_name_has_roles_of_its_own(house: House) -> None:
    for name in ('it\'s 100% "ours"', "é" * 31, "Upper"):
        house.server.create(name)
        database = Database(make_url(house.server.url("x")).set(database=name).render_as_string())
        assert [] == database.migrate()
        load_business(database, DEMONSTRATION)
        database.transact(fill)
        assert (4, 2) == (counted(database, "bookings"), counted(database, "bookings", THEIRS))
        database.dispose()


def test_a_program_that_is_nobody_yet_is_named(house: House) -> None:
    name = house.made("keeps")
    with house.opened(name, "keeps") as database:
        missing = database.migrate("stranger")
        assert 'create role "stranger" login' in missing
        house.as_admin(*missing)
        assert [] == database.migrate("stranger")
    with house.opened(name, "stranger") as database:
        assert 0 == counted(database, "bookings")


def test_taking_the_migration_back_takes_row_security_off(house: House) -> None:
    name = house.made("keeps")
    with house.opened(name, "keeps") as database:
        database.migrate()
        with database.engine.connect() as connection, connection.begin():
            config = alembic_config()
            config.attributes["connection"] = connection
            command.downgrade(config, "0016")
            assert 0 == connection.execute(text("select count(*) from pg_policies")).scalar_one()
            assert 0 == connection.execute(text("select count(*) from pg_class where relrowsecurity")).scalar_one()


def test_a_search_over_all_messages_uses_its_index_in_the_desk_s_scope(house: House, secured: str) -> None:
    """A policy that is not simply true would shut it out, for @@ is not leakproof: the staff's has that."""

    def plan(session: Session) -> str:
        session.execute(text("set local enable_seqscan = off"))
        asked = select(messages.c.id).where(_by_vector(["zanzibar"]))
        words = asked.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
        return "\n".join(row[0] for row in session.execute(text(f"explain {str(words).replace(':', chr(92) + ':')}")))

    with house.opened(secured, "program") as database:
        assert "message_search" in database.transact(plan)


def test_the_migrate_command_lets_the_program_in(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    name = house.made("plain")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", house.url(name, "program"))
    monkeypatch.setenv("MIGRATIONS_DATABASE_URL", house.url(name, "plain"))
    assert 0 == migrate.run(argparse.Namespace())
    said = capsys.readouterr().out
    assert "The database was empty, and is current." in said
    run = [line.strip(" ;") for line in said.splitlines() if line.startswith("    ")]
    house.as_admin(*run, name=name)
    assert 0 == migrate.run(argparse.Namespace())
    assert "The database was current, and is current.\n" == capsys.readouterr().out
    with house.opened(name, "program") as database:
        assert 0 == counted(database, "bookings")
        assert ["✓"] == [line[0] for line in told(database)]


def test_a_dump_by_the_desk_s_role_is_all_there_is_to_restore(house: House, secured: str) -> None:
    """Where its roles are, and where they are not: there the policies are missing until it is migrated."""

    def run(program: str, *arguments: str) -> None:
        subprocess.run([house.server._binaries / program, *arguments], capture_output=True, check=True)

    def address(name: str, who: str) -> str:
        return make_url(house.url(name, who)).set(drivername="postgresql").render_as_string()

    dump = f"{house.server.folder}/dump"
    role = f"--role=textbook_desk_{secured}"
    run("pg_dump", "-Fc", "--enable-row-security", role, "--file", dump, address(secured, "postgres"))
    whole, bare_one = house.made("keeps"), house.made("keeps")
    run("pg_restore", "--no-owner", "--role=keeps", "-d", address(whole, "postgres"), dump)
    with house.opened(whole, "program") as database:
        assert (4, 2) == (counted(database, "bookings"), counted(database, "bookings", THEIRS))
    with house.opened(whole, "keeps") as database:
        assert [] == database.migrate("other")
    with house.opened(whole, "other") as database:
        assert (4, 2) == (counted(database, "bookings"), counted(database, "bookings", THEIRS))
    with house.opened(whole, "program") as database, pytest.raises(DatabaseAway, match="permission denied"):
        counted(database, "bookings")
    run("pg_restore", "--no-owner", "--role=keeps", "-d", address(bare_one, "postgres"), dump)
    house.as_admin(*[f"drop policy textbook_{who} on {name}" for who in ("desk", "staff") for name in ("bookings",)],
                   name=bare_one)  # fmt: skip
    with house.opened(bare_one, "keeps") as database:
        assert 0 == counted(database, "bookings")
        assert [] == database.migrate("program")
    with house.opened(bare_one, "program") as database:
        assert (4, 2) == (counted(database, "bookings"), counted(database, "bookings", THEIRS))
