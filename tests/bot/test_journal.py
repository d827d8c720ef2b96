"""The journal: what it took is there whole, once, in order, whatever is killed, full, damaged or repeated."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from bot import durable
from bot.clock import SetClock
from bot.commands.opening import refuse_to_serve
from bot.database import Database
from bot.desk import Desk
from bot.drain import drain
from bot.intake import receive, report
from bot.journal import ENTRY, Journal, JournalFull, JournalUnusable
from bot.schedule import run_due
from conversations.delivery import Delivery, SendFailure
from conversations.messages import Inbound, StatusReport
from handlers.messages_kept import Came, messages_kept
from models.clients import clients
from models.consents import consents
from models.conversations import conversations, turns
from models.messages import Direction, messages
from models.outbox import outbox
from tests.databases import chosen

pytestmark = pytest.mark.every_database

TOP = Path(__file__).parent.parent.parent
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
SARA, LEA, OMAR = "+97455501234", "+97455507777", "+97455500000"
EVERYTHING = Inbound(
    "whatsapp_cloud", "wamid.1", "447", "+447700900001", "naïve 👍\n\x00\u2028", "Léa", ("https://x/1.jpg",), "wamid.0",
    "A:12", True, "STOP", NOON,
)  # fmt: skip
REPORT = StatusReport("sms", "SM1", Delivery.FAILED, SendFailure.UNREACHABLE, "30003", 7)

one_database = pytest.mark.parametrize("kind", chosen()[:1], indirect=True)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "journal")
    journal.prepare()
    return journal


@pytest.fixture
def away(desk: Desk, tmp_path: Path) -> Desk:
    """The same desk, but its database cannot be reached."""
    return replace(desk, database=Database(f"sqlite:///{tmp_path}"))


def said(number: int, words: str = "", who: str = SARA) -> Inbound:
    return Inbound("sms", f"SM{number}", who, who, words or f"question {number}")


def happened(journal: Journal) -> list[Inbound | StatusReport]:
    return [entry.happened for _, entry in journal.entries()]


def rows(database: Database, statement: Any) -> list[Any]:
    return list(database.read(lambda session: session.execute(statement).all()))


def stored(database: Database) -> list[Any]:
    """Every inbound message, in the order in which it was stored."""
    return rows(database, select(messages).where(messages.c.direction == Direction.IN).order_by(messages.c.id))


def everything(database: Database) -> list[list[Any]]:
    return [stored(database), *(rows(database, select(table)) for table in (turns, outbox, conversations))]


class TestEntries:
    @pytest.mark.parametrize("one", [EVERYTHING, said(1), REPORT])
    def test_what_comes_out_is_what_went_in(self, one: Inbound | StatusReport, journal: Journal) -> None:
        journal.put(one, NOON, "trace")
        ((_, entry),) = journal.entries()
        assert (one, NOON, "trace") == (entry.happened, entry.at, entry.trace)

    def test_they_come_in_order_even_where_the_clock_steps_back(self, journal: Journal) -> None:
        for number in range(20):
            journal.put(said(number), NOON - timedelta(seconds=number), "t")
        assert [said(number) for number in range(20)] == happened(journal)

    def test_a_new_process_goes_on_behind_the_old_one(self, journal: Journal) -> None:
        journal.put(said(1), NOON, "t")
        later = Journal(journal.folder)
        later.put(said(2), NOON - timedelta(hours=1), "t")
        assert [said(1), said(2)] == happened(journal)

    def test_only_the_owner_reads_them(self, journal: Journal) -> None:
        journal.put(said(1), NOON, "t")
        modes = {path.stat().st_mode & 0o777 for path in journal.folder.iterdir() if path.is_file()}
        assert {0o600} == modes
        assert {0o700} == {folder.stat().st_mode & 0o777 for folder in (journal.folder, journal.quarantine)}

    def test_no_name_tells_a_number(self, journal: Journal) -> None:
        journal.put(said(1), NOON, "t")
        assert SARA[1:] not in journal.paths()[0].name

    def test_it_says_how_many_wait_and_since_when(self, journal: Journal) -> None:
        assert (0, None) == (journal.size(), journal.oldest())
        journal.put(said(1), NOON, "t")
        journal.put(REPORT, NOON + timedelta(minutes=1), "t")
        assert (2, NOON) == (journal.size(), journal.oldest())

    def test_a_person_is_known_on_their_channel_alone(self, journal: Journal) -> None:
        journal.put(said(1), NOON, "t")
        assert journal.holds("sms", SARA)
        assert not journal.holds("sms", LEA)
        assert not journal.holds("whatsapp", SARA)

    @pytest.mark.parametrize("age", [0.0, 1.5, 60.0])
    def test_what_another_process_keeps_or_takes_is_known_at_once(self, journal: Journal, age: float) -> None:
        """Also where the disk's clock has not moved on between two changes."""
        other, moment = Journal(journal.folder), time.time_ns() - round(age * 1_000_000_000)

        def is_known() -> bool:
            if age < 2:
                os.utime(journal.folder, ns=(moment, moment))
            return journal.holds("sms", SARA)

        os.utime(journal.folder, ns=(moment, moment))
        assert not journal.holds("sms", SARA) and not is_known()
        other.put(said(1), NOON, "t")
        assert is_known() and not journal.holds("sms", LEA)
        other.put(said(2), NOON, "t")
        other.forget(other.paths()[0])
        assert is_known()
        other.forget(other.paths()[0])
        assert not is_known()

    def test_a_folder_that_nobody_touches_is_not_read_for_every_message(
        self, journal: Journal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        os.utime(journal.folder, (1_700_000_000, 1_700_000_000))
        assert not journal.holds("sms", SARA)
        monkeypatch.setattr(durable, "names", lambda _: pytest.fail("it was read"))
        assert not journal.holds("sms", SARA)


class TestDamage:
    @pytest.mark.parametrize(
        "damage",
        [
            lambda data: data[:-1],
            lambda data: data[: len(data) // 2],
            lambda data: b"",
            lambda data: bytes(4096),
            lambda data: data.replace(b"question", b"Question"),
            lambda data: b"textbook-journal-2" + data[18:],
            lambda data: os.urandom(300),
        ],
        ids=["end missing", "half", "empty", "zeros", "changed", "another format", "noise"],
    )
    def test_a_damaged_entry_is_set_aside_and_keeps_nobody_waiting(
        self, damage: Callable[[bytes], bytes], journal: Journal
    ) -> None:
        for number in range(3):
            journal.put(said(number), NOON, "t")
        bad = journal.paths()[1]
        bad.write_bytes(damage(bad.read_bytes()))
        assert [said(0), said(2)] == happened(journal)
        assert (2, 1) == (journal.size(), journal.quarantined())
        assert (journal.quarantine / bad.name).exists()

    def test_what_follows_the_entry_in_its_file_does_no_harm(self, journal: Journal) -> None:
        journal.put(said(1), NOON, "t")
        with journal.paths()[0].open("ab") as file:
            file.write(bytes(5000))
        assert [said(1)] == happened(journal)

    def test_a_folder_of_that_name_is_set_aside_too(self, journal: Journal) -> None:
        (journal.folder / f"000000000000000001-x-y{ENTRY}").mkdir()
        journal.put(said(1), NOON, "t")
        assert [said(1)] == happened(journal)


class TestFullDisk:
    @pytest.fixture
    def full(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """There is no room for a new file."""

        def create(path: Path, data: bytes) -> None:
            path.write_bytes(data[:3])
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("bot.durable._create", create)

    def test_the_reserve_takes_as_many_as_it_has_files(self, journal: Journal, full: None) -> None:
        for number in range(durable.RESERVED):
            journal.put(said(number), NOON, "t")
        with pytest.raises(JournalFull, match="No space left"):
            journal.put(said(99), NOON, "t")
        assert [said(number) for number in range(durable.RESERVED)] == happened(journal)
        assert [] == [name for name in durable.names(journal.folder) if name.endswith(durable.UNFINISHED)]

    def test_what_is_too_long_for_the_reserve_is_refused(self, journal: Journal, full: None) -> None:
        with pytest.raises(JournalFull):
            journal.put(said(1, "x" * durable.RESERVED_BYTES), NOON, "t")
        assert 0 == journal.size()

    def test_the_reserve_is_filled_again_when_it_has_been_drained(self, desk: Desk, journal: Journal) -> None:
        for path in sorted(journal.folder.glob(f"*{durable.RESERVE}"))[:10]:
            path.unlink()
        journal.put(said(1), NOON, "t")
        drain(desk)
        assert durable.RESERVED == len(list(journal.folder.glob(f"*{durable.RESERVE}")))

    def test_a_tiny_disk_that_is_really_full(self, tmp_path: Path) -> None:
        room = f"size={durable.RESERVED * durable.RESERVED_BYTES // 1024 + 200}k"
        mount = f'mount -t tmpfs -o {room} none {tmp_path} && exec {sys.executable} -c "$0" {tmp_path}'
        command = ["unshare", "-rm", "sh", "-c", mount, REALLY_FULL]
        done = subprocess.run(command, cwd=TOP, capture_output=True, text=True)
        if "unshare" in done.stderr or "mount" in done.stderr:
            pytest.skip("this machine lets nobody mount")
        assert f"{durable.RESERVED} of {durable.RESERVED}\n" == done.stdout, done.stderr


REALLY_FULL = """
import sys, errno
from datetime import datetime, UTC
from pathlib import Path
from bot.durable import RESERVED
from bot.journal import Journal, JournalFull
from conversations.messages import Inbound
folder = Path(sys.argv[1])
journal = Journal(folder / "journal")
journal.prepare()
with (folder / "filler").open("wb", buffering=0) as filler:
    try:
        while True:
            filler.write(bytes(512))
    except OSError as error:
        assert error.errno == errno.ENOSPC
now, kept = datetime(2026, 3, 10, tzinfo=UTC), []
try:
    for number in range(1000):
        journal.put(Inbound("sms", f"SM{number}", "+1", "+1", "hello" * 300), now, "t")
        kept.append(f"SM{number}")
except JournalFull:
    pass
assert kept == [entry.happened.provider_id for _, entry in journal.entries()]
print(len(kept), "of", RESERVED)
"""


class TestFolder:
    def test_a_folder_that_cannot_be_written_is_refused_with_words(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(JournalUnusable, match="file/journal cannot be written: Not a directory"):
            Journal(tmp_path / "file" / "journal").prepare()

    def test_the_start_is_refused_too(self, desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "file").touch()
        settings = desk.settings.model_copy(update={"journal_dir": tmp_path / "file" / "journal"})
        with pytest.raises(SystemExit):
            refuse_to_serve(replace(desk, settings=settings))
        assert f"JOURNAL_DIR: {tmp_path}/file/journal cannot be written: Not a directory." in capsys.readouterr().err

    def test_a_database_that_is_away_does_not_keep_it_from_starting(self, away: Desk) -> None:
        refuse_to_serve(away)

    def test_trying_it_out_makes_no_folder(self, tmp_path: Path) -> None:
        journal = Journal(tmp_path / "some" / "where")
        journal.try_out()
        assert [] == list(tmp_path.iterdir())

    def test_what_was_left_unfinished_is_cleared_away_when_nobody_can_be_writing_it(
        self, journal: Journal, desk: Desk
    ) -> None:
        old, young = journal.folder / "old.unfinished", journal.folder / "young.unfinished"
        for path in (old, young):
            path.touch()
        os.utime(old, (1, 1))
        journal.put(said(1), NOON, "t")
        drain(desk)
        assert (False, True) == (old.exists(), young.exists())


class TestTakingIn:
    def test_each_is_stored_once_in_order_and_answered_by_one_turn(self, away: Desk, desk: Desk) -> None:
        sent = [said(number, who=who) for number in range(6) for who in (SARA, LEA)]
        sent = [replace(one, provider_id=f"{one.provider_id}-{one.address}") for one in sent]
        for one in sent:
            receive(away, one)
        assert 12 == desk.journal.size()
        run_due(desk)
        found = stored(desk.database)
        assert [one.provider_id for one in sent] == [row.provider_id for row in found]
        assert 12 == len({row.turn_id for row in found} - {None})
        assert 0 == desk.journal.size()
        answers = rows(desk.database, select(messages.c.turn_id).where(messages.c.direction == Direction.OUT))
        assert sorted(row.turn_id for row in found) == [row.turn_id for row in answers if row.turn_id is not None]

    def test_a_new_message_goes_behind_those_that_wait(self, away: Desk, desk: Desk) -> None:
        receive(away, said(1))
        receive(desk, said(2))
        receive(desk, said(3, who=LEA))
        assert ["SM3"] == [row.provider_id for row in stored(desk.database)]
        run_due(desk)
        assert ["SM3", "SM1", "SM2"] == [row.provider_id for row in stored(desk.database)]

    def test_one_that_was_journaled_while_the_next_was_being_stored_stays_before_it(
        self, away: Desk, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from handlers.message_received import message_received

        def slow(*arguments: Any) -> Any:
            done = message_received(*arguments)
            desk.journal.put(said(1), NOON, "t")
            return done

        monkeypatch.setattr("bot.intake.message_received", slow)
        receive(desk, said(2))
        monkeypatch.undo()
        run_due(desk)
        assert ["SM1", "SM2"] == [row.provider_id for row in stored(desk.database)]

    def test_a_message_between_taking_in_and_its_turns_waits_for_them(self, away: Desk, desk: Desk) -> None:
        for number in range(3):
            receive(away, said(number))
        drain(desk)
        receive(desk, said(3))
        run_due(desk)
        found = stored(desk.database)
        assert ["SM0", "SM1", "SM2", "SM3"] == [row.provider_id for row in found]
        assert sorted({row.turn_id for row in found}) == [row.turn_id for row in found]

    def test_stop_is_heard_among_other_texts(self, away: Desk, desk: Desk) -> None:
        for number, words in enumerate(("book", "stop", "are you there")):
            receive(away, said(number, words))
        run_due(desk)
        ((opted_out_at,),) = rows(desk.database, select(conversations.c.opted_out_at))
        assert opted_out_at is not None

    @pytest.mark.parametrize("later", [timedelta(0), timedelta(days=9)])
    def test_a_repeat_changes_nothing_however_late_it_comes(
        self, later: timedelta, away: Desk, desk: Desk, clock: SetClock
    ) -> None:
        receive(away, said(1, "book"))
        receive(away, said(1, "book"))
        run_due(desk)
        before = everything(desk.database)
        clock.move(later)
        receive(desk, said(1, "book"))
        receive(away, said(1, "book"))
        drain(desk)
        assert before == everything(desk.database)
        assert [1, 1] == [len(before[0]), len(before[1])]

    def test_a_message_keeps_the_moment_at_which_it_came(self, away: Desk, desk: Desk, clock: SetClock) -> None:
        came = clock.now()
        receive(away, said(1))
        clock.move(timedelta(hours=3))
        run_due(desk)
        assert [came] == [row.at for row in stored(desk.database)]

    @pytest.mark.parametrize("at_once", [1, 4, 100])
    def test_it_makes_no_difference_how_many_are_taken_in_at_once(
        self, away: Desk, desk: Desk, clock: SetClock, monkeypatch: pytest.MonkeyPatch, at_once: int
    ) -> None:
        monkeypatch.setattr("bot.drain.AT_ONCE", at_once)
        receive(desk, said(1, "book"))  # one whom we know already
        again = Inbound("sms", "SM2", SARA, SARA, "tomorrow")
        came = [
            Inbound("whatsapp", "WA1", "447", None, "hello", profile_name="Léa"),
            again,
            Inbound("whatsapp", "WA2", LEA, LEA, "hi", profile_name="Lea"),
            Inbound("sms", "SM3", LEA, LEA, "haircut"),
            again,
            Inbound("sms", "SM4", OMAR, OMAR, "PENDING"),
            Inbound("sms", "SM5", SARA, SARA, "👍", quoted_id="nothing of ours", is_reaction=True),
            Inbound("whatsapp", "WA3", "447", None, "are you there?"),
            Inbound("sms", "SM6", SARA, SARA, "3pm"),
        ]
        for one in came:
            clock.move(timedelta(seconds=1))
            receive(away, one)
        drain(desk)
        assert ["book", "hello", "tomorrow", "hi", "haircut", "PENDING", "are you there?", "3pm"] == [
            row.body for row in stored(desk.database)
        ]
        people = rows(desk.database, select(clients.c.phone, clients.c.name))
        assert {(SARA, ""), (LEA, "Lea"), (None, "Léa")} == set(people)
        assert 3 == len(people)
        known = select(conversations.c.address, conversations.c.client_id.is_not(None), conversations.c.last_message_at)
        last = {row[0]: (bool(row[1]), row[2] - clock.now()) for row in rows(desk.database, known) if row[0] != LEA}
        ago = {address: (is_client, -round(passed.total_seconds())) for address, (is_client, passed) in last.items()}
        assert {SARA: (True, 0), "447": (True, 1), OMAR: (False, 3)} == ago
        assert 4 == len(rows(desk.database, select(consents)))

    def test_a_delivery_report_is_taken_in_too(self, away: Desk, desk: Desk) -> None:
        receive(desk, said(1, "book"))
        ((number,),) = rows(desk.database, select(outbox.c.id))
        report(away, StatusReport("sms", "SMx", Delivery.DELIVERED, outbox_id=number))
        drain(desk)
        assert [(Delivery.DELIVERED,)] == rows(desk.database, select(outbox.c.status))

    def test_an_entry_that_the_database_will_never_take_is_set_aside(
        self, away: Desk, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def break_on_two(session: Any, came: Sequence[Came], circumstances: Any) -> dict[int, str]:
            if any(one.inbound.provider_id == "SM2" for one in came):
                raise RuntimeError
            return messages_kept(session, came, circumstances)

        monkeypatch.setattr("handlers.messages_kept.messages_kept", break_on_two)
        for number in range(5):
            receive(away, said(number))
        drain(desk)
        assert ["SM0", "SM1", "SM3", "SM4"] == [row.provider_id for row in stored(desk.database)]
        assert (0, 1) == (desk.journal.size(), desk.journal.quarantined())

    def test_a_turn_that_breaks_closes_its_own_message_alone(
        self, away: Desk, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(3):
            receive(away, said(number))
        with monkeypatch.context() as patch:
            patch.setattr("handlers.message_received.advance", _break)
            run_due(desk)
        run_due(desk)
        by_turn = {row.id: row.cause for row in rows(desk.database, select(turns))}
        assert ["Fault", "Said", "Said"] == [by_turn[row.turn_id] for row in stored(desk.database)]

    def test_a_message_that_cannot_even_be_closed_is_kept(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as patch:
            patch.setattr("bot.intake.message_received", _break)
            patch.setattr("bot.intake.turn_failed", _break)
            receive(desk, said(1))
        assert 1 == desk.journal.size()
        run_due(desk)
        assert ["SM1"] == [row.provider_id for row in stored(desk.database)]

    @one_database
    def test_a_schema_that_is_not_ours_is_left_alone(self, away: Desk, desk: Desk) -> None:
        receive(away, said(1))
        newer = text("update alembic_version set version_num = '9999'")
        desk.database.transact(lambda session: session.execute(newer))
        assert (0, 1) == (drain(desk), desk.journal.size())


def _break(*_: Any) -> None:
    raise RuntimeError


DRAIN = """
import sys, time
from pathlib import Path
from bot.clock import Clock
from bot.database import Database
from bot.desk import open_desk
from bot import drain
from config import Settings
drain.AT_ONCE = 5
desk = open_desk(Settings(_env_file=None, journal_dir=Path(sys.argv[2])), database=Database(sys.argv[1]))
print("ready", flush=True)
print(drain.drain(desk), flush=True)
sys.stdin.read()
"""
HOLD = """
import sys
from pathlib import Path
from bot.journal import Journal
with Journal(Path(sys.argv[1])).draining() as is_ours:
    print(is_ours, flush=True)
    sys.stdin.read()
"""
PUT = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from bot.journal import Journal
from conversations.messages import Inbound
journal, now = Journal(Path(sys.argv[1])), datetime(2026, 3, 10, tzinfo=UTC)
for number in range(100_000):
    journal.put(Inbound("sms", f"SM{sys.argv[2]}-{number}", "+1", "+1", "hello " * 50), now, "t")
    print(f"SM{sys.argv[2]}-{number}", flush=True)
"""


class TestProcesses:
    @pytest.fixture
    def start(self) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
        started: list[subprocess.Popen[str]] = []

        def start(script: str, *arguments: object) -> "subprocess.Popen[str]":
            command = [sys.executable, "-c", script, *map(str, arguments)]
            started.append(subprocess.Popen(command, cwd=TOP, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
            return started[-1]

        yield start
        for process in started:
            process.kill()
            process.communicate()

    def test_what_was_acknowledged_before_a_kill_is_there_whole(
        self, journal: Journal, start: Callable[..., "subprocess.Popen[str]"]
    ) -> None:
        writers = [start(PUT, journal.folder, number) for number in range(2)]
        acknowledged = []
        for number, writer in enumerate(writers):
            assert writer.stdout is not None
            acknowledged += [writer.stdout.readline().strip() for _ in range(30 + number)]
        for writer in writers:
            writer.kill()
            assert writer.stdout is not None
            acknowledged += [line.strip() for line in writer.stdout.read().splitlines()]
            writer.wait()
        found = [one.provider_id for one in happened(journal)]
        assert set(acknowledged) <= set(found)
        assert len(found) == len(set(found)) <= len(acknowledged) + 2
        assert 0 == journal.quarantined()

    def test_one_drains_at_a_time_and_a_dead_one_holds_nobody_up(
        self, journal: Journal, desk: Desk, start: Callable[..., "subprocess.Popen[str]"]
    ) -> None:
        holder = start(HOLD, journal.folder)
        assert holder.stdout is not None
        assert "True\n" == holder.stdout.readline()
        journal.put(said(1), NOON, "t")
        assert (0, 1) == (drain(desk), journal.size())
        holder.kill()
        holder.wait()
        assert (1, 0) == (drain(desk), journal.size())

    def test_a_second_thread_does_not_drain_beside_the_first(self, journal: Journal) -> None:
        with journal.draining() as first, journal.draining() as second:
            assert (True, False) == (first, second)

    @one_database
    def test_a_drain_that_is_killed_loses_nothing_and_doubles_nothing(
        self, journal: Journal, desk: Desk, database_url: str, start: Callable[..., "subprocess.Popen[str]"]
    ) -> None:
        people = [f"+9745550{number:04}" for number in range(10)]
        sent = [said(number, who=people[number % 10]) for number in range(60)]
        for one in sent:
            journal.put(one, NOON, "t")
        cut_short = 0
        for pause in (0.01, 0.03):
            drainer = start(DRAIN, database_url, journal.folder)
            assert drainer.stdout is not None
            assert "ready\n" == drainer.stdout.readline()
            time.sleep(pause)
            drainer.send_signal(signal.SIGKILL)
            drainer.wait()
            cut_short += journal.size() > 0
        assert cut_short, "no kill met a drain"
        run_due(desk)
        found = stored(desk.database)
        assert [one.provider_id for one in sent] == [row.provider_id for row in found]
        assert 60 == len({row.turn_id for row in found} - {None})
        assert 0 == journal.size()
