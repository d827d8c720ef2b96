"""The audit log only grows, for whoever it is; its seals show what somebody changed who took the triggers away."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.database import Database, alembic_config
from bot.desk import Desk
from bot.schedule import run_due
from handlers import audit_sealed as sealing
from handlers.audit_sealed import SETTLES, audit_sealed
from handlers.invariants_of_audit import broken_audit, sealed_otherwise
from models.audit import COMMAND_LINE, SYSTEM, audit, audit_log, audited, audited_of
from models.audit_seals import LATEST, audit_seals, last_seal
from models.operators import Role, add_operator, change_operator
from tests.conftest import NOW, Databases
from tests.patience import NO_WAIT

pytestmark = pytest.mark.every_database
AT = "'2026-03-10 07:15:00'"
_PERSON = "id, login, name, role, phone, email, password_hash, totp_secret, totp_step, is_active, is_on_duty, failures"
_ANA = "1, 'a', 'Ana', 'admin', '', '', '', '', 0, true, false, 0"
_REST = "'did', '', '', ''"
NAMED = (
    f"insert into operators ({_PERSON}, created_at) values ({_ANA}, {AT})",
    f"insert into audit_log (at, operator_id, who, action, subject, words, source) values ({AT}, 1, 'Ana', {_REST})",
    f"insert into audit_log (at, operator_id, who, action, subject, words, source) values ({AT}, 7, 'Eve', {_REST})",
    f"insert into audit_log (at, operator_id, who, action, subject, words, source) values ({AT}, null, 'X', {_REST})",
)
LATER = NOW + SETTLES + timedelta(seconds=1)


def wrote(database: Database, count: int = 1, at: datetime = NOW) -> None:
    def work(session: Session) -> None:
        for number in range(count):
            audit(session, at=at, operator_id=None, who=SYSTEM, action="did", subject=f"booking {number}", words="é 💇")

    database.transact(work)


def seal(database: Database, now: datetime = LATER) -> Any:
    return database.transact(lambda session: audit_sealed(session, now))


def broken(database: Database) -> list[str]:
    return database.read(lambda session: list(broken_audit(session, LATER)))


def raw(database: Database, *statements: str) -> None:
    with database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def ids(database: Database, table: Any = audit_log) -> list[int]:
    return list(database.read(lambda session: session.execute(table.select().order_by(table.c.id)).scalars()))


@contextmanager
def without_triggers(database: Database) -> Iterator[Connection]:
    """As somebody may who owns the server. The triggers are as they were afterwards."""
    with database.engine.begin() as connection:
        match connection.dialect.name:
            case "sqlite":
                rows = connection.execute(
                    text("select name, sql from sqlite_master where type = 'trigger' and tbl_name like 'audit_%'")
                ).all()
                for name, _ in rows:
                    connection.execute(text(f"drop trigger {name}"))
                yield connection
                for _, statement in rows:
                    connection.exec_driver_sql(statement)
            case "postgresql":
                connection.execute(text("set local session_replication_role = replica"))
                yield connection
            case _:
                rows = connection.execute(
                    text(
                        "select trigger_name, event_object_table, event_manipulation, action_statement"
                        " from information_schema.triggers"
                        " where trigger_schema = database() and event_object_table like 'audit%'"
                    )
                ).all()
                connection.execute(text("set foreign_key_checks = 0"))
                for name, *_ in rows:
                    connection.execute(text(f"drop trigger {name}"))
                yield connection
                for name, table, deed, statement in rows:
                    connection.exec_driver_sql(
                        f"create trigger {name} before {deed} on {table} for each row {statement}"
                    )
                connection.execute(text("set foreign_key_checks = 1"))


def tampered(database: Database, *statements: str) -> list[str]:
    """What is found where somebody did that who may do all."""
    if database.engine.dialect.name == "sqlite":
        with database.engine.connect() as connection:
            connection.connection.execute("pragma foreign_keys=off")  # type: ignore[attr-defined]
            connection.rollback()
    with without_triggers(database) as connection:
        for statement in statements:
            connection.execute(text(statement))
    return broken(database)


class TestOnlyGrows:
    @pytest.mark.parametrize("table", ["audit_log", "audit_seals"])
    @pytest.mark.parametrize("how", ["update", "delete", "truncate", "replace", "upsert"])
    def test_nobody_changes_or_removes_an_entry_or_a_seal(self, database: Database, table: str, how: str) -> None:
        wrote(database, 2)
        seal(database)
        dialect = database.engine.dialect.name
        before = database.read(lambda session: session.execute(text(f"select * from {table}")).all())
        column, names = ("who", "id, at, who, action, subject, words, source") if table == "audit_log" else (
            "hash", "id, entry_id, hash, sealed_at"
        )  # fmt: skip
        same = f"into {table} ({names}) select {names} from {table} where true and id = {before[0].id}"
        over = "on duplicate key" if dialect == "mysql" else "on conflict (id) do"
        statement = {
            "update": f"update {table} set {column} = 'x' where id = {before[0].id}",
            "delete": f"delete from {table} where id = {before[0].id}",
            "truncate": f"truncate {table}" + (" cascade" if dialect == "postgresql" else ""),
            "replace": f"replace {same}",
            "upsert": f"insert {same} {over} update {'set' if dialect != 'mysql' else ''} {column} = 'x'",
        }[how]
        if (dialect, how) in (("sqlite", "truncate"), ("postgresql", "replace")):
            return  # there is no such statement
        if (dialect, how, table) == ("mysql", "truncate", "audit_seals"):
            return  # MariaDB has no trigger for it; what is gone is found by its entries
        with pytest.raises(DBAPIError, match=r"only grows|foreign key constraint"):
            raw(database, statement)
        assert before == database.read(lambda session: session.execute(text(f"select * from {table}")).all())
        wrote(database)
        assert 3 == len(ids(database))

    def test_even_a_statement_that_meets_no_row_is_refused_where_the_database_can(self, database: Database) -> None:
        if database.engine.dialect.name != "postgresql":
            return  # its triggers are for rows
        with pytest.raises(DBAPIError, match="only grows"):
            raw(database, "delete from audit_log where id = 99")


class TestWho:
    def test_it_is_a_number_and_the_name_is_looked_up(self, database: Database) -> None:
        def work(session: Session) -> int:
            number = add_operator(session, login="ana", name="Ana", role=Role.ADMIN, created_at=NOW)
            audit(session, at=NOW, operator_id=number, who="client 3", action="did")
            audit(session, at=NOW, operator_id=None, who="token 7", action="did")
            change_operator(session, number, name="Ana María")
            return number

        number = database.transact(work)
        rows = database.read(lambda session: audited(session, None, 5))
        assert [("token 7", ""), (f"operator {number}", "Ana María")] == [(row.who, row.name) for row in rows]
        (row,) = database.read(lambda session: audited_of(session, number, None, 5))
        assert rows[1].id == row.id
        assert [] == list(database.read(lambda session: audited_of(session, number, row.id, 5)))

    @pytest.mark.parametrize("who", ["Ana", "", "client", "client 0", "client 1; drop", "operator 3", "+97455501234"])
    def test_nobody_is_written_down_by_name(self, database: Database, who: str) -> None:
        with pytest.raises(ValueError, match="never a name"):
            database.transact(lambda session: audit(session, at=NOW, operator_id=None, who=who, action="did"))
        assert [] == ids(database)

    @pytest.mark.parametrize("who", [SYSTEM, COMMAND_LINE, "client 12", "staff 2", "coordinator 1", "token 5"])
    def test_whoever_is_no_operator_is_a_kind_and_a_number(self, database: Database, who: str) -> None:
        database.transact(lambda session: audit(session, at=NOW, operator_id=None, who=who, action="did"))
        assert [who] == [row.who for row in database.read(lambda session: audited(session, None, 5))]


def put(database: Database, number: int, at: datetime = NOW) -> None:
    """An entry with this number, as it is committed by a transaction that was given it."""
    values = {
        "id": number, "at": at, "operator_id": None, "who": SYSTEM, "action": "did", "subject": f"booking {number}",
        "words": "", "source": "",
    }  # fmt: skip
    database.transact(lambda session: session.execute(audit_log.insert().values(**values)) and None)


def last(database: Database) -> Any:
    return database.read(last_seal)


def test_names_that_were_written_down_before_become_numbers(kind: str, databases: Databases) -> None:
    url = databases.empty(kind)
    database = Database(url, pool=2)
    told = []
    for version in ("0014", "0015", "0014"):
        with database.engine.connect() as connection, connection.begin():
            config = alembic_config()
            config.attributes["connection"] = connection
            step = command.downgrade if len(told) == 2 else command.upgrade
            step(config, version)
            if not told:
                for statement in NAMED:
                    connection.execute(text(statement))
            told.append(list(connection.execute(text("select who from audit_log order by id")).scalars()))
    database.dispose()
    databases.drop(kind, url)
    assert ["operator 1", "operator 7", "system"] == told[1]
    assert ["Ana", "operator 7", "system"] == told[2], "of whom there is a name"


class TestSealing:
    def test_what_has_settled_is_sealed_once_and_the_rest_later(self, database: Database) -> None:
        wrote(database, 3)
        assert seal(database, NOW) is None, "they have not settled"
        wrote(database, 1, LATER)
        made = seal(database)
        assert (3, ids(database)[2]) == (made.id, made.entry_id)
        assert seal(database) is None
        assert 4 == seal(database, LATER + SETTLES).id
        assert [] == broken(database)

    def test_the_same_entry_has_the_same_hash_on_every_database(self, database: Database) -> None:
        values = {
            "id": 7, "at": NOW.replace(microsecond=120), "operator_id": None, "who": "client 12", "action": "did",
            "subject": "x ", "words": '"é\\ 💇\n', "source": "",
        }  # fmt: skip
        database.transact(lambda session: session.execute(audit_log.insert().values(**values)) and None)
        made, line = seal(database), (
            '[1,"2026-03-10T07:16:01.000000Z",7,"2026-03-10T07:15:00.000120Z",null,"client 12","did","x ",'
            '"\\"\\u00e9\\\\ \\ud83d\\udc87\\n",""]'
        )  # fmt: skip
        assert sha256(f"{'0' * 64}\n{line}".encode()).hexdigest() == made.hash

    def test_a_backlog_is_sealed_some_at_a_time(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sealing, "AT_ONCE", 4)
        wrote(database, 10)
        assert [4, 8, 10, None] == [made and made.id for made in (seal(database) for _ in range(4))]
        assert [] == broken(database)

    def test_one_that_is_committed_late_is_sealed_with_the_next_and_raises_no_alarm(self, database: Database) -> None:
        for number in (1, 2, 4):
            put(database, number)
        seal(database)
        put(database, 3)
        assert [] == broken(database), "it will be sealed yet"
        put(database, 5, LATER)
        seal(database, LATER + timedelta(hours=9))
        assert [1, 2, 4, 3, 5] == [
            row.entry_id
            for row in database.read(lambda session: session.execute(audit_seals.select().order_by("id")).all())
        ]
        assert [] == broken(database)

    def test_while_nobody_seals_nobody_is_late(self, database: Database) -> None:
        for number in (1, 2, 4):
            put(database, number)
        seal(database)
        put(database, 3)
        put(database, 5, NOW + 3 * LATEST)
        assert 5 == seal(database, NOW + 4 * LATEST).id
        assert [] == broken(database)

    def test_one_that_comes_in_between_long_after_is_found(self, database: Database) -> None:
        for number in (1, 2, 4):
            put(database, number)
        seal(database)
        put(database, 5, NOW + 2 * LATEST)
        seal(database, NOW + 3 * LATEST)
        put(database, 3)
        told = ["audit entry #3: it came in between long after all beside it, and is under no seal"]
        assert told == broken(database)
        put(database, 6, NOW + 3 * LATEST)
        seal(database, NOW + 4 * LATEST)
        assert told == broken(database)

    def test_a_clock_that_ran_ahead_keeps_nothing_from_being_sealed(self, database: Database) -> None:
        wrote(database, 1, NOW + timedelta(days=400))
        wrote(database, 1)
        assert 2 == seal(database, NOW + timedelta(days=1)).id
        wrote(database, 1)
        assert NOW + timedelta(days=1) == seal(database).sealed_at, "no seal is older than the one before it"
        assert [] == broken(database)

    def test_two_that_seal_at_once_make_one_chain(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sealing, "AT_ONCE", 5)
        wrote(database, 30)
        both, found = Barrier(2), sealing.last_seal
        met: list[object] = []

        def together(session: Session) -> Any:
            """Both have read which seal is the last before either writes the next; SQLite lets them one by one."""
            row = found(session)
            if database.engine.dialect.name != "sqlite" and len(met) < 2:
                met.append(row)
                with suppress(BrokenBarrierError):
                    both.wait(NO_WAIT)
            return row

        monkeypatch.setattr(sealing, "last_seal", together)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: [seal(database) for _ in range(4)], range(2)))
        while seal(database):
            pass
        assert list(range(1, 31)) == ids(database, audit_seals)
        assert [] == broken(database)

    def test_who_dies_in_between_has_sealed_nothing(self, database: Database) -> None:
        wrote(database, 3)

        def work(session: Session) -> None:
            audit_sealed(session, LATER)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            database.transact(work)
        assert [] == ids(database, audit_seals)
        assert 3 == seal(database).id
        assert [] == broken(database)

    def test_the_schedule_seals_and_the_log_says_so(self, desk: Desk, clock: SetClock, logged: io.StringIO) -> None:
        wrote(desk.database, 3)
        run_due(desk)
        assert last(desk.database) is None
        clock.move(SETTLES)
        run_due(desk)
        assert 3 == last(desk.database).id
        assert last(desk.database).hash in logged.getvalue()


class TestTampering:
    @pytest.fixture
    def sealed(self, database: Database) -> Database:
        for number in range(1, 9):
            put(database, number)
        seal(database)
        return database

    @pytest.mark.parametrize(
        ("statement", "found"),
        [
            ("update audit_log set who = 'operator 1' where id = 3", ["audit entry #3: it is not as it was"]),
            ("update audit_log set operator_id = 1 where id = 8", ["audit entry #8: it is not as it was"]),
            ("update audit_log set subject = 'booking 1 ' where id = 1", ["audit entry #1: it is not as it was"]),
            ("delete from audit_log where id = 5", ["audit entry #5: it was sealed, and is gone"]),
            ("delete from audit_log where id > 6", ["audit entry #7: it was sealed", "audit entry #8: it was sealed"]),
            ("update audit_seals set hash = 'x' where id = 4", ["audit seal 4: it was changed"]),
            ("update audit_seals set id = 100 where id = 8", ["audit seals 8 to 99: they are gone"]),
            ("delete from audit_seals where id between 2 and 4", ["audit seals 2 to 4: they are gone"]),
            ("delete from audit_seals where id = 1", ["audit seals 1 to 1: they are gone"]),
            (
                "update audit_seals set sealed_at = '2026-01-01 00:00:00' where id = 4",
                ["audit entry #4: it is not as it was"],
            ),
            (
                "update audit_log set id = 50 where id = 5",
                ["audit entry #5: it was sealed, and is gone"],
            ),
        ],
    )
    def test_what_somebody_changed_who_may_do_all_is_named(
        self, sealed: Database, statement: str, found: list[str]
    ) -> None:
        assert [] == broken(sealed)
        told = tampered(sealed, statement)
        assert len(found) == len(told), told
        assert all(line.startswith(beginning) for line, beginning in zip(told, found, strict=True)), told

    def test_an_end_that_was_cut_off_shows_by_a_seal_that_is_known(self, sealed: Database) -> None:
        known = last(sealed)
        assert sealed.read(lambda session: sealed_otherwise(session, known.id, known.hash.upper())) is None
        told = tampered(sealed, "delete from audit_seals where id > 6", "delete from audit_log where id > 6")
        assert [] == told, "nothing of it is left that shows it"
        assert "audit seal 8: it is gone" == sealed.read(lambda s: sealed_otherwise(s, known.id, known.hash))
        put(sealed, 9, LATER), put(sealed, 10, LATER)
        seal(sealed, LATER + SETTLES)
        assert [] == broken(sealed)
        assert "audit seal 8: it is another one than was known" == sealed.read(
            lambda session: sealed_otherwise(session, known.id, known.hash)
        )
