"""`backup` and `restore` on SQLite: whole or not at all, while others write; and nothing goes out twice."""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.__main__ import main
from bot.backups import taken as taking
from bot.backups.put_back import CannotRestore, PutBack, put_back
from bot.backups.sqlite_file import faults
from bot.backups.taken import CannotBackUp, Taken, take_backup
from bot.clock import SetClock
from bot.database import Database, SchemaState
from bot.desk import Desk
from bot.dispatcher import Dispatcher
from bot.intake import receive
from bot.schedule import run_due
from config import Settings
from conversations.delivery import Delivery, SendFailure
from conversations.messages import Inbound
from handlers.console.operators_kept import new_password_link
from handlers.console.signed_in import let_in
from handlers.invariants_checked import broken_invariants
from models import SCHEMA
from models.audit import COMMAND_LINE, audit, audited
from models.bookings import bookings
from models.messages import messages
from models.operators import Role, add_operator, open_link, session_by_token
from models.outbox import dead_letters, outbox, outbox_after
from tests.conftest import NOW, MakeDesk
from tests.patience import PATIENCE, eventually

TOP = Path(__file__).parent.parent.parent
SARA, LEA = "+97455501234", "+97455502222"


@dataclass
class House:
    """An installation in a folder of its own."""

    desk: Desk
    clock: SetClock
    database: Path
    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "monday.backup"

    def says(self, phone: str, words: str, number: str = "") -> None:
        receive(self.desk, Inbound("sms", f"{phone}-{words}-{number}", phone, None, words))

    def take(self, *, over: bool = False, to: Path | None = None) -> Taken:
        return take_backup(self.desk.settings, self.database, to or self.file, self.clock.now(), over=over)

    def restore(self, known_sum: str = "", *, over: bool = True) -> PutBack:
        self.desk.database.dispose()
        return put_back(self.desk.settings, self.database, self.file, known_sum, over=over, clock=self.clock)

    def count(self, table: object) -> int:
        return self.desk.database.read(lambda s: s.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type,no-any-return]

    def send(self) -> list[str]:
        """What would go out now."""
        before = {row.id for row in self.sent()}
        Dispatcher(self.desk).send_due()
        return [row.body for row in self.sent() if row.id not in before]

    def sent(self) -> list[object]:
        rows = self.desk.database.read(lambda session: outbox_after(session, 0))
        return [row for row in rows if row.status is Delivery.SENT]

    def is_sound(self) -> bool:
        return [] == self.desk.database.read(lambda s: list(broken_invariants(s, self.clock.now())))


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def house(make_desk: MakeDesk, clock: SetClock, database_url: str, tmp_path: Path) -> Iterator[House]:
    desk = make_desk(
        database_url=database_url, journal_dir=tmp_path / "journal", secret_key_file=tmp_path / "secret_key"
    )
    yield House(desk, clock, Path(database_url.removeprefix("sqlite:///")), tmp_path)
    for left in Path(database_url.removeprefix("sqlite:///")).parent.glob("*.before-*"):
        left.unlink()


def left_over(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir() if one.name.startswith(".")]


class TestTaking:
    def test_it_is_one_file_for_its_owner_alone_and_says_what_it_holds(self, house: House) -> None:
        (house.folder / "secret_key").write_text("0123")
        house.says(SARA, "massage tomorrow at 10")
        taken = house.take()
        assert 0o600 == house.file.stat().st_mode & 0o777
        assert (SCHEMA, NOW) == (taken.manifest.schema_version, taken.manifest.taken_at)
        assert {"database.db", "secret_key"} == {part.name for part in taken.manifest.parts}
        assert [] == left_over(house.folder)
        with zipfile.ZipFile(house.file) as archive:
            assert taken.manifest.model_dump(mode="json") == json.loads(archive.read("manifest.json"))

    def test_what_is_there_is_left_alone_unless_that_is_asked_for(self, house: House) -> None:
        house.file.write_text("mine")
        with pytest.raises(CannotBackUp, match="exists"):
            house.take()
        assert "mine" == house.file.read_text()
        house.take(over=True)
        house.restore()

    def test_while_others_write_it_is_of_one_moment(self, house: House) -> None:
        is_over, failed = threading.Event(), []

        def write(number: int) -> None:
            days = iter(range(11, 30))
            try:
                while not is_over.is_set():
                    phone = f"+9745550{number}{next(days):03}"
                    for words in ("massage", f"{number + 9}:00", "yes"):
                        house.says(phone, words)
            except StopIteration:
                pass
            except Exception as error:  # noqa: BLE001 - told below
                failed.append(error)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        sizes = []
        for number in range(4):
            wanted = house.count(messages) + 5
            eventually(lambda wanted=wanted: house.count(messages) >= wanted or not any(t.is_alive() for t in threads))
            file = house.folder / f"{number}.backup"
            house.take(to=file)
            copy = house.folder / f"copy{number}.db"
            with zipfile.ZipFile(file) as archive:
                copy.write_bytes(archive.read("database.db"))
            assert [] == faults(copy)
            database = Database(f"sqlite:///{copy}")
            assert [] == database.read(lambda s: list(broken_invariants(s, house.clock.now())))
            sizes.append(database.read(lambda s: s.execute(select(func.count()).select_from(messages)).scalar_one()))
            database.dispose()
        is_over.set()
        for thread in threads:
            thread.join(PATIENCE)
        assert [] == failed
        assert sizes == sorted(sizes)
        assert sizes[0] < sizes[-1] <= house.count(messages)

    def test_a_damaged_database_replaces_no_good_backup(self, house: House) -> None:
        house.take()
        good = house.file.read_bytes()
        house.desk.database.dispose()
        with closing(sqlite3.connect(house.database)) as connection:
            connection.execute("pragma foreign_keys=off")
            connection.execute(
                "insert into operator_links (token_hash, kind, operator_id, expires_at) values ('x', 'reset', 9, '')"
            )
            connection.commit()
        with pytest.raises(CannotBackUp, match=r"damaged.*operators"):
            house.take(over=True)
        assert good == house.file.read_bytes()
        assert [] == left_over(house.folder)

    @pytest.mark.parametrize("step", ["snapshot", "write_archive", "opened"])
    def test_a_full_disk_leaves_what_was_there(self, house: House, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
        house.take()
        good = house.file.read_bytes()

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(taking, step, full)
        with pytest.raises(CannotBackUp, match="No space left"):
            house.take(over=True)
        assert good == house.file.read_bytes()
        assert [] == left_over(house.folder)

    def test_a_file_that_may_grow_no_more_leaves_what_was_there(self, house: House) -> None:
        house.take()
        good = house.file.read_bytes()
        limited = (
            "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536));"
            "from bot.__main__ import main; sys.exit(main(['backup', sys.argv[1], '--over']))"
        )
        done = subprocess.run(
            [sys.executable, "-c", limited, house.file], env=environment(house), capture_output=True, text=True
        )
        assert 2 == done.returncode
        assert "There is no backup" in done.stderr
        assert good == house.file.read_bytes()
        assert [] == left_over(house.folder)

    def test_who_is_killed_leaves_the_old_file_and_the_next_clears_up(self, house: House) -> None:
        house.take()
        good = house.file.read_bytes()
        assert ["-9"] * 3 == killed(house, "backup", "taken", "snapshot", "write_archive", "sum_of")
        assert good == house.file.read_bytes()
        assert 1 == len(left_over(house.folder)), "the last could not clear up, and did behind the others"
        house.take(over=True)
        assert [] == left_over(house.folder)

    def test_one_that_is_being_taken_meanwhile_is_not_cleared_away(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = taking.snapshot

        def second_meanwhile(live: Path, copy: Path) -> None:
            first(live, copy)
            monkeypatch.setattr(taking, "snapshot", first)
            house.take()

        monkeypatch.setattr(taking, "snapshot", second_meanwhile)
        with pytest.raises(CannotBackUp, match="exists"):
            house.take()
        assert [] == left_over(house.folder)
        house.restore()


KILLED = """
import importlib, os, signal, sys
from bot.__main__ import main
command, file, module, *steps = sys.argv[1:]
module = importlib.import_module(f"bot.backups.{module}")
importlib.import_module(f"bot.commands.{command}")
for step in steps:
    if not (child := os.fork()):
        done = getattr(module, step)
        setattr(module, step, lambda *all: (done(*all), os.kill(os.getpid(), signal.SIGKILL)))
        main([command, file, "--over"])
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def killed(house: House, command: str, module: str, *steps: str) -> list[str]:
    """How processes end that are killed behind each of these steps."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, command, house.file, module, *steps], env=environment(house),
        capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.split() or [done.stderr]


def environment(house: House) -> dict[str, str]:
    ours = {name.upper() for name in Settings.model_fields}
    return {
        **{name: value for name, value in os.environ.items() if name not in ours}, "PYTHONPATH": str(TOP),
        "DATABASE_URL": f"sqlite:///{house.database}", "JOURNAL_DIR": str(house.folder / "journal"),
        "SECRET_KEY_FILE": str(house.folder / "secret_key"), "METRICS_DIR": str(house.folder / "metrics"),
    }  # fmt: skip


class TestPuttingBack:
    def test_what_was_there_then_is_there_again_and_what_was_there_is_kept(self, house: House) -> None:
        (house.folder / "secret_key").write_text("then")
        history = house.folder / "setup-history"
        history.mkdir()
        (history / "20260310T071500000000-00000000.toml").write_text("# Ana")
        house.says(SARA, "massage tomorrow at 10")
        house.says(SARA, "yes")
        house.take()
        house.says(LEA, "massage tomorrow at 14:00")
        house.says(LEA, "yes")
        (house.folder / "secret_key").write_text("now")
        shutil.rmtree(history)
        done = house.restore()
        assert 1 == house.count(bookings)
        assert house.is_sound()
        assert "then" == (house.folder / "secret_key").read_text()
        assert ["now"] == [one.read_text() for one in house.folder.glob("secret_key.before-*")]
        assert 1 == len(list(history.iterdir()))
        assert done.aside is not None
        assert 2 == sqlite3.connect(done.aside).execute("select count(*) from bookings").fetchone()[0]
        assert [] == left_over(house.database.parent)

    def test_a_fresh_folder_is_made(self, house: House) -> None:
        house.says(SARA, "massage tomorrow at 10")
        house.take()
        there = house.folder / "new" / "textbook.db"
        done = put_back(house.desk.settings, there, house.file, clock=house.clock)
        assert (None, 0o600) == (done.aside, there.stat().st_mode & 0o777)
        assert [] == faults(there)

    def test_a_database_that_is_not_empty_is_left_alone(self, house: House) -> None:
        house.take()
        with pytest.raises(CannotRestore, match="not empty"):
            house.restore(over=False)

    def test_one_that_is_in_use_is_left_alone(self, house: House) -> None:
        house.take()
        house.says(SARA, "hi")
        other = Database(f"sqlite:///{house.database}")
        assert SchemaState.CURRENT is other.schema(), "it is idle now, and has it open"
        with pytest.raises(CannotRestore, match="in use"):
            house.restore()
        other.dispose()
        house.restore()

    def test_one_that_is_broken_is_replaced_and_kept_with_what_stood_beside_it(self, house: House) -> None:
        house.says(SARA, "massage tomorrow at 10")
        house.take()
        house.desk.database.dispose()
        house.database.write_bytes(b"no database at all" * 1000)
        wal = house.database.with_name(house.database.name + "-wal")
        wal.write_bytes(b"stale")
        done = house.restore()
        assert done.aside is not None
        assert done.aside.read_bytes().startswith(b"no database")
        assert b"stale" == done.aside.with_name(done.aside.name + "-wal").read_bytes()
        assert house.is_sound()
        assert 1 <= house.count(messages)

    def test_of_an_older_version_it_is_migrated(self, house: House, databases: object) -> None:
        house.desk.database.dispose()
        from alembic import command

        from bot.database import alembic_config
        from bot.engines import open_engine

        engine = open_engine(f"sqlite:///{house.database}", 1, hurried=False)
        with engine.connect() as connection, connection.begin():
            config = alembic_config()
            config.attributes["connection"] = connection
            command.downgrade(config, "0014")
        engine.dispose()
        assert "0014" == house.take().manifest.schema_version
        house.restore()
        assert SchemaState.CURRENT is house.desk.database.schema()
        assert house.is_sound()

    def test_of_a_newer_version_it_is_refused(self, house: House) -> None:
        with closing(sqlite3.connect(house.database)) as connection:
            connection.execute("update alembic_version set version_num = '9999'")
            connection.commit()
        house.take()
        with pytest.raises(CannotRestore, match="newer version"):
            house.restore()

    def test_who_is_killed_leaves_what_was_there(self, house: House) -> None:
        house.take()
        house.says(SARA, "massage tomorrow at 10")
        house.desk.database.dispose()
        steps = "_stage", "_settle", "_put_beside", "in_one_file"
        assert ["-9"] * 4 == killed(house, "restore", "put_back", *steps)
        assert 1 == house.count(messages) - len(house.desk.database.read(lambda s: outbox_after(s, 0)))
        assert house.is_sound()
        house.restore()
        assert [] == left_over(house.database.parent), "the next clears up"


Spoil = Callable[[Path], None]


def rewritten(path: Path, names: Callable[[dict[str, bytes]], object]) -> None:
    """The same archive with other files in it."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    names(held)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in held.items():
            archive.writestr(name, data)


def manifest_with(held: dict[str, bytes], **values: object) -> None:
    held["manifest.json"] = json.dumps(json.loads(held["manifest.json"]) | values).encode()


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def led_out(held: dict[str, bytes], name: str) -> None:
    import hashlib

    data = b"evil"
    held[name] = data
    said = json.loads(held["manifest.json"])
    said["parts"].append({"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
    held["manifest.json"] = json.dumps(said).encode()


SPOILED: dict[str, Spoil] = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-100]) and None,
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:200]) and None,
    "empty": lambda path: path.write_bytes(b"") and None,
    "a byte": flip,
    "another zip": lambda path: rewritten(path, lambda held: held.pop("manifest.json")),
    "another database": lambda path: rewritten(path, lambda held: held.update({"database.db": b"x"})),
    "no database": lambda path: rewritten(path, lambda held: (held.pop("database.db"), manifest_with(held, parts=[]))),
    "a file more": lambda path: rewritten(path, lambda held: held.update({"journal/x.entry": b"x"})),
    "no JSON": lambda path: rewritten(path, lambda held: held.update({"manifest.json": b"{"})),
    "another form": lambda path: rewritten(path, lambda held: manifest_with(held, form="something")),
    "another version": lambda path: rewritten(path, lambda held: manifest_with(held, version=2)),
    "up": lambda path: rewritten(path, lambda held: led_out(held, "journal/../../evil")),
    "up at once": lambda path: rewritten(path, lambda held: led_out(held, "../evil")),
    "absolute": lambda path: rewritten(path, lambda held: led_out(held, "/tmp/evil")),
    "back": lambda path: rewritten(path, lambda held: led_out(held, "journal\\..\\evil")),
    "nul": lambda path: rewritten(path, lambda held: led_out(held, "journal/a\nb")),
    "elsewhere": lambda path: rewritten(path, lambda held: led_out(held, "etc/passwd")),
    "text": lambda path: path.write_text("a page of words\n" * 500) and None,
}


@pytest.mark.parametrize("how", SPOILED)
def test_what_is_no_whole_backup_changes_nothing(house: House, how: str) -> None:
    house.take()
    house.says(SARA, "massage tomorrow at 10")
    SPOILED[how](house.file)
    before = sorted(one.name for one in house.folder.iterdir())
    with pytest.raises(CannotRestore):
        house.restore()
    assert 1 <= house.count(messages)
    assert before == sorted(one.name for one in house.folder.iterdir())
    assert [] == left_over(house.database.parent)


def test_one_that_was_exchanged_shows_by_its_sum(house: House) -> None:
    taken = house.take()
    house.file.unlink()
    house.says(SARA, "massage tomorrow at 10")
    house.take()
    with pytest.raises(CannotRestore, match="another sum"):
        house.restore(taken.sha256)
    house.file.unlink()
    house.restore(house.take().sha256.upper())


class TestNothingTwice:
    def test_what_was_due_is_held_for_a_person_and_what_comes_later_is_sent(self, house: House) -> None:
        house.says(SARA, "massage 12 march 10:00")
        house.take()
        waiting = house.send()
        assert waiting, "it went out after the backup"
        house.says(SARA, "yes")
        assert house.send()
        house.clock.move(timedelta(hours=1))
        done = house.restore()
        assert len(waiting) <= done.held.texts
        run_due(house.desk)
        assert not set(waiting) & set(house.send())
        letters = house.desk.database.read(lambda session: dead_letters(session, None, "restored"))
        assert set(waiting) <= {row.body for row in letters}
        assert {SendFailure.UNCERTAIN} == {row.failure for row in letters}
        house.says(SARA, "yes", "again")
        assert house.send(), "who texts now is answered now"
        assert house.is_sound()

    def test_reminders_that_fell_due_since_are_held_and_later_ones_are_sent(self, house: House) -> None:
        for words in ("massage 13 march 10:00", "yes"):
            house.says(SARA, words)
        with house.desk.database.engine.begin() as connection:
            connection.execute(update(outbox).values(status=Delivery.SENT))
        house.take()
        house.clock.move(timedelta(days=2, hours=2))
        run_due(house.desk)
        said = house.send()
        assert said
        held = house.restore().held
        assert held.texts
        run_due(house.desk)
        again = house.send()
        assert not set(said) & set(again)

    def test_what_waited_in_the_journal_is_taken_in_and_its_answer_held(self, house: House) -> None:
        house.desk.journal.put(Inbound("sms", "m1", SARA, None, "massage tomorrow at 10"), NOW, "t")
        house.take()
        run_due(house.desk)
        assert house.send()
        house.desk.journal.put(Inbound("sms", "m2", LEA, None, "hi there"), NOW, "t")
        house.restore()
        assert 1 == house.desk.journal.size(), "what waits there now was answered by nobody"
        run_due(house.desk)
        house.clock.move(timedelta(seconds=5))
        run_due(house.desk)
        house.send()
        rows = house.desk.database.read(lambda session: outbox_after(session, 0))
        assert {(SARA, Delivery.DEAD), (LEA, Delivery.SENT)} <= {(row.address, row.status) for row in rows}
        assert SARA not in {row.address for row in rows if row.status is Delivery.SENT}

    def test_who_was_signed_in_then_signs_in_anew(self, house: House) -> None:
        def sign_in(session: Session) -> None:
            number = add_operator(session, login="ana", name="Ana", role=Role.ADMIN, created_at=NOW)
            let_in(session, number, "hash", "a browser", NOW)
            new_password_link(session, "ana", "link", NOW)

        house.desk.database.transact(sign_in)
        house.take()
        house.restore()
        assert house.desk.database.read(lambda session: session_by_token(session, "hash")) is None
        assert house.desk.database.read(lambda session: open_link(session, "link", NOW)) is None

    def test_it_is_written_down_and_the_chain_goes_on(self, house: House) -> None:
        house.desk.database.transact(
            lambda session: audit(session, at=NOW, operator_id=None, who=COMMAND_LINE, action="did")
        )
        house.clock.move(timedelta(minutes=2))
        run_due(house.desk)
        assert house.take().manifest.audit_seal.startswith("1:")
        house.restore()
        house.clock.move(timedelta(minutes=2))
        run_due(house.desk)
        assert "restored a backup" == house.desk.database.read(lambda s: audited(s, None, 1))[0].action
        assert house.is_sound()


class TestCommands:
    def test_they_are_typed(
        self, house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], logged: io.StringIO
    ) -> None:
        for name, value in environment(house).items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(house.folder)

        def typed(*words: str) -> tuple[int, str]:
            try:
                status = main([*words])
            except SystemExit as ended:
                status = int(str(ended.code))
            written = capsys.readouterr()
            return status, written.out + written.err

        house.says(SARA, "massage tomorrow at 10")
        house.desk.database.dispose()
        status, said = typed("backup", "monday.backup")
        assert (0, True) == (status, "sha256 " in said), said
        assert "took a backup" in house.desk.database.read(lambda s: audited(s, None, 1))[0].action
        known = said.partition("sha256 ")[2].split()[0]
        for command, hint in (("backup", "--over"), ("restore", "--over")):
            status, said = typed(command, "monday.backup")
            assert (2, True) == (status, hint in said), said
        status, said = typed("backup", ".")
        assert (2, True) == (status, "name another" in said), said
        house.desk.database.dispose()
        status, said = typed("restore", "monday.backup", "--over", "--sha256", known)
        assert (0, True, True) == (status, "dead-letters --reason restored" in said, "is kept as" in said), said
        assert (0, "Nothing is broken.\n") == typed("check")
        assert (0, "Nothing was due.\n") == typed("restore", "--hold")
        for words in (("restore",), ("restore", "monday.backup", "--hold")):
            status, said = typed(*words)
            assert (2, True) == (status, "--hold" in said), said

    @pytest.mark.parametrize(("url", "tool"), [("postgresql://h/d", "pg_dump"), ("mariadb://h/d", "mariadb-dump")])
    def test_a_server_has_tools_of_its_own(
        self, url: str, tool: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", url)
        for command in ("backup", "restore"):
            with pytest.raises(SystemExit):
                main([command, "monday"])
            assert tool in capsys.readouterr().err
