"""[[classes]] of business.toml: each fault is named with its line; loading again changes nothing and never takes a
class away from who is in it; dumping gives back what was loaded."""

import argparse
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.clock import SetClock
from bot.commands import classes
from bot.commands.dump import toml
from bot.commands.opening import load_business
from bot.desk import Desk
from bot.stories import Player
from conversations.classes import ClassStatus
from handlers.business_classes import ClassTable
from handlers.business_dumped import business_dumped
from handlers.business_file import BusinessFile
from handlers.classes_kept import cancel_class, change_capacity, move_class
from handlers.invariants_checked import broken_invariants
from models.bookings import booking_by_id
from models.class_sessions import class_by_id, classes_of_the_file

YOGA = Path(__file__).parent.parent / "handlers" / "yoga.toml"
TEXT = YOGA.read_text(encoding="utf-8")
HEAD, _, CLASSES = TEXT.partition("[[classes]]\n")
BASE = {"key": "a", "service": "yoga", "staff": "kai", "capacity": 3}
BOOK = "person Sara sms +447700900111\nSara> yoga monday 16 march 9am\nSara> yes\n"


def load(desk: Desk, text: str, folder: Path) -> list[str]:
    path = folder / "business.toml"
    path.write_text(text, encoding="utf-8")
    return load_business(desk.database, path, now=desk.clock.now())


def check(desk: Desk) -> None:
    assert [] == desk.database.read(lambda session: list(broken_invariants(session, desk.clock.now())))


def names(desk: Desk) -> list[str]:
    """The classes of the file that are to be held."""
    rows = desk.database.read(classes_of_the_file)
    return sorted(str(row.name_key) for row in rows if row.status is ClassStatus.SCHEDULED)


@pytest.fixture
def studio(desk: Desk, tmp_path: Path) -> Desk:
    load(desk, TEXT, tmp_path)
    return desk


class TestSessions:
    @pytest.mark.parametrize(
        ("fields", "starts"),
        [
            ({"starts": "2026-12-01 18:00"}, ["2026-12-01 18:00"]),
            ({"starts": datetime(2026, 12, 1, 18)}, ["2026-12-01 18:00"]),
            (
                {"weekly": ["Mon 18:00", "Wed 07:30"], "from": "2026-12-01", "until": "2026-12-09"},
                ["2026-12-02 07:30", "2026-12-07 18:00", "2026-12-09 07:30"],
            ),
            (
                {
                    "weekly": ["mon 18:00", "Mon 20:00"],
                    "from": "2026-12-07",
                    "until": "2026-12-21",
                    "except": ["2026-12-14", "2026-12-21 20:00"],
                },
                ["2026-12-07 18:00", "2026-12-07 20:00", "2026-12-21 18:00"],
            ),
        ],
    )
    def test_they_are_what_the_table_says(self, fields: dict[str, object], starts: list[str]) -> None:
        table = ClassTable.model_validate({**BASE, **fields})
        assert starts == [f"{start:%Y-%m-%d %H:%M}" for start in table.sessions()]

    def test_without_an_end_they_go_on_for_half_a_year(self) -> None:
        table = ClassTable.model_validate({**BASE, "weekly": ["Tue 18:00"], "from": "2026-12-01"})
        assert 27 == len(table.sessions())
        assert datetime(2027, 6, 1, 18) == table.sessions()[-1]

    def test_a_year_of_them_is_soon_expanded(self) -> None:
        days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        table = {**BASE, "weekly": [f"{day} 09:00" for day in days], "from": "2026-01-01", "until": "2027-06-04"}
        assert 520 == len(ClassTable.model_validate(table).sessions())
        with pytest.raises(ValidationError, match="more than 520 sessions"):
            ClassTable.model_validate({**table, "until": "2027-06-05"})
        with pytest.raises(ValidationError, match="more than 520 sessions"):
            ClassTable.model_validate({**table, "until": "9999-12-31"})


class TestFaults:
    @pytest.mark.parametrize(
        ("table", "said"),
        [
            ('starts = "2026-12-01"\n', '"2026-12-01": wanted "2026-12-01 18:00"'),
            ('starts = "2026-02-30 18:00"\n', '"2026-02-30 18:00": wanted "2026-12-01 18:00"'),
            ("", "give either starts, for one class, or weekly"),
            ('starts = "2026-12-01 18:00"\nweekly = ["Mon 18:00"]\n', "give either starts, for one class, or weekly"),
            ('starts = "2026-12-01 18:00"\nuntil = "2026-12-01"\n', "from, until and except belong to weekly"),
            ('weekly = ["Mon 18:00"]\n', "from is missing"),
            ('weekly = ["Mon 6pm"]\nfrom = "2026-12-01"\n', '"Mon 6pm": wanted a day and a time such as "Mon 18:00"'),
            ('weekly = ["Moo 18:00"]\nfrom = "2026-12-01"\n', '"Moo 18:00": wanted a day and a time'),
            ('weekly = ["Mon 25:00"]\nfrom = "2026-12-01"\n', '"Mon 25:00": wanted a day and a time'),
            ('weekly = ["Mon 18:00"]\nfrom = "1 Dec"\n', "from and until are dates"),
            ('weekly = ["Mon 18:00"]\nfrom = "2026-12-02"\nuntil = "2026-12-01"\n', "it ends (2026-12-01) before it"),
            ('weekly = ["Mon 18:00"]\nfrom = "2026-12-01"\nuntil = "2026-12-02"\n', "there is no such day between"),
            ('weekly = ["Mon 18:00", "Mon 18:00"]\nfrom = "2026-12-01"\n', "2026-12-07 18:00 is given twice"),
            (
                'weekly = ["Mon 18:00"]\nfrom = "2026-12-01"\nexcept = ["2026-12-08"]\n',
                'except "2026-12-08": there is no class then',
            ),
            ('starts = "2026-12-01 18:00"\ncapacity = 0\n', "classes.0.capacity: "),
            ('starts = "2026-12-01 18:00"\ncapacity = 501\n', "classes.0.capacity: "),
            ('starts = "2026-12-01 18:00"\nminutes = 1\n', "classes.0.minutes: "),
            ('starts = "2026-12-01 18:00"\nmeeting_link = "zoom"\n', "classes.0.meeting_link: "),
            ('starts = "2026-12-01 18:00"\nseats = 3\n', "classes.0.seats: Extra inputs are not permitted"),
            (
                'starts = "2026-12-01 18:00"\nservice = "massage"\n',
                "service massage is not in the file with booking_ty",
            ),
            ('starts = "2026-12-01 18:00"\nservice = "zumba"\n', "service zumba is not in the file with booking_type"),
            ('starts = "2026-12-01 18:00"\nstaff = "joe"\n', "staff joe is not in the file"),
            (
                'weekly = ["Sun 01:30"]\nfrom = "2026-03-01"\nuntil = "2026-04-30"\n',
                '"Sun 01:30": there is no 01:30 on 2026-03-29 in Europe/London, for the clocks go forward',
            ),
        ],
    )
    def test_each_is_named(self, table: str, said: str) -> None:
        given = dict(line.split(" = ", 1) for line in table.splitlines())
        fields = {"key": '"a"', "service": '"yoga"', "staff": '"kai"', "capacity": "3", **given}
        text = HEAD + "[[classes]]\n" + "".join(f"{name} = {value}\n" for name, value in fields.items())
        with pytest.raises(ValidationError) as refused:
            BusinessFile.model_validate(tomllib.loads(text))
        told = [f"{'.'.join(str(part) for part in f['loc'])}: {f['msg']}" for f in refused.value.errors()]
        assert any(said in line for line in told), told

    def test_one_session_of_two_tables_is_one_too_many(
        self, studio: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            load(studio, TEXT + '[[classes]]\nkey = "monday"\nservice = "yoga"\nstaff = "kai"\ncapacity = 9\n'
                 'starts = "2026-03-23 09:00"\n', tmp_path)  # fmt: skip
        assert "classes monday: 2026-03-23 09:00 is given twice" in capsys.readouterr().err

    def test_who_does_not_give_the_course_holds_no_class_of_it(
        self, studio: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            load(studio, TEXT.replace('staff = ["kai", "mia"]', 'staff = ["kai"]'), tmp_path)
        assert "classes trial: mia is not among the staff of service yoga" in capsys.readouterr().err

    def test_all_that_cannot_be_is_named_at_once(
        self, studio: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        more = '[[classes]]\nkey = "b"\nservice = "yoga"\nstaff = "kai"\ncapacity = 3\n'
        with pytest.raises(SystemExit):
            load(studio, TEXT + more + 'weekly = ["Mon 09:30"]\nfrom = "2026-03-16"\nuntil = "2026-03-23"\n', tmp_path)
        assert [
            'class b 2026-03-16 09:30 ("Mon 09:30"): Kai is taken then: class 1 (Morning yoga, Mon 16 Mar 2026, 09:00)',
            'class b 2026-03-23 09:30 ("Mon 09:30"): Kai is taken then: class 2 (Morning yoga, Mon 23 Mar 2026, 09:00)',
        ] == [line.strip() for line in capsys.readouterr().err.splitlines()[1:]]
        assert 4 == len(names(studio))


class TestLoadedAgain:
    def test_nothing_changes(self, studio: Desk, tmp_path: Path) -> None:
        assert [] == load(studio, TEXT, tmp_path)
        check(studio)

    def test_what_has_been_is_left_alone(self, studio: Desk, clock: SetClock, tmp_path: Path) -> None:
        clock.at = datetime(2026, 3, 25, tzinfo=UTC)
        assert ["- class monday 2026-04-06 09:00"] == load(studio, HEAD, tmp_path)
        assert 3 == len(names(studio))

    def test_what_is_new_is_scheduled(self, studio: Desk, tmp_path: Path) -> None:
        assert ["+ 2 classes monday, 2026-04-13 09:00 to 2026-04-20 09:00"] == load(
            studio, TEXT.replace('until = "2026-04-06"', 'until = "2026-04-20"'), tmp_path
        )
        assert ["+ class monday 2026-03-30 09:00"] == load(
            studio,
            TEXT.replace('until = "2026-04-06"', 'until = "2026-04-20"').replace('["2026-03-30"]', "[]"),
            tmp_path,
        )
        check(studio)

    def test_where_nobody_is_in_it_the_file_may_move_it_and_take_it_off(self, studio: Desk, tmp_path: Path) -> None:
        changes = load(studio, TEXT.replace("2026-03-18 18:00", "2026-03-18 18:30"), tmp_path)
        assert ["- class trial 2026-03-18 18:00", "+ class trial 2026-03-18 18:30"] == changes
        check(studio)
        assert ["- class trial 2026-03-18 18:30", "+ class trial 2026-03-18 18:00"] == load(studio, TEXT, tmp_path)
        check(studio)

    def test_another_teacher_takes_it_over_where_nobody_is_in_it(self, studio: Desk, tmp_path: Path) -> None:
        changes = load(studio, TEXT.replace('staff = "mia"', 'staff = "kai"'), tmp_path)
        assert ["- class trial 2026-03-18 18:00", "+ class trial 2026-03-18 18:00"] == changes
        check(studio)

    def test_its_seats_words_and_length_change(self, studio: Desk, tmp_path: Path) -> None:
        text = TEXT.replace("capacity = 2", "capacity = 4\ntitle = 'Try yoga'").replace("minutes = 45", "minutes = 50")
        assert ["~ class trial 2026-03-18 18:00: minutes, capacity, title"] == load(studio, text, tmp_path)
        check(studio)
        assert [] == load(studio, text, tmp_path)

    def test_who_is_in_it_reads_the_new_link(self, studio: Desk, clock: SetClock, tmp_path: Path) -> None:
        Player(studio, clock).play(BOOK)
        text = TEXT.replace("https://meet.example/kai", "https://meet.example/new")
        assert 3 == len(load(studio, text, tmp_path))
        row = studio.database.read(lambda session: booking_by_id(session, 1))
        assert row is not None and "https://meet.example/new" == row.meeting_link

    @pytest.mark.parametrize(
        ("before", "after", "said"),
        [
            (
                'weekly = ["Mon 09:00"]', 'weekly = ["Mon 10:30"]',
                "is not in the file any more, but 1 booked. To tell them, run first `python -m bot classes cancel 1`",
            ),
            ('staff = "kai"\ntitle', 'staff = "mia"\ntitle', "class monday 2026-03-16 09:00 is not in the file any"),
            ("capacity = 3", "capacity = 3\nminutes = 90", "1 booked: to give it another length, and tell them, run"),
        ],
    )  # fmt: skip
    def test_nobody_loses_a_class_by_it(
        self, before: str, after: str, said: str, studio: Desk, clock: SetClock, tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        Player(studio, clock).play(BOOK)
        there = names(studio)
        with pytest.raises(SystemExit):
            load(studio, TEXT.replace(before, after), tmp_path)
        assert said in capsys.readouterr().err
        assert there == names(studio)
        check(studio)

    def test_seats_that_are_booked_stay(
        self, studio: Desk, clock: SetClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Player(studio, clock).play(BOOK.replace("9am", "9am, 3 seats"))
        with pytest.raises(SystemExit):
            load(studio, TEXT.replace("capacity = 3", "capacity = 2"), tmp_path)
        assert "class monday 2026-03-16 09:00: 3 of its seats are booked: fewer than 3" in capsys.readouterr().err

    def test_what_a_command_has_moved_or_called_off_stays_so(self, studio: Desk, tmp_path: Path) -> None:
        c = studio.circumstances("test")
        studio.database.transact(lambda s: move_class(s, 1, datetime(2026, 3, 17, 9), c))
        studio.database.transact(lambda s: cancel_class(s, 2, "operator", "", c))
        assert [] == load(studio, TEXT, tmp_path)
        moved = studio.database.read(lambda session: class_by_id(session, 1))
        assert moved is not None and datetime(2026, 3, 17, 9) == moved.scheduled_start
        check(studio)

    def test_a_dry_run_shows_it_and_changes_nothing(self, studio: Desk, tmp_path: Path) -> None:
        path = tmp_path / "business.toml"
        path.write_text(HEAD, encoding="utf-8")
        changes = load_business(studio.database, path, dry_run=True, now=studio.clock.now())
        assert 4 == len([line for line in changes if line.startswith("- class")])
        assert 4 == len(names(studio))


class TestDumped:
    def test_it_gives_back_what_was_loaded(self, studio: Desk, tmp_path: Path) -> None:
        text = toml(studio.database.read(business_dumped))
        tables = tomllib.loads(text)["classes"]
        assert {
            "key": "monday", "service": "yoga", "staff": "kai", "title": "Morning yoga", "weekly": ["Mon 09:00"],
            "from": "2026-03-16", "until": "2026-04-06", "except": ["2026-03-30 09:00"], "capacity": 3, "minutes": 60,
            "meeting_link": "https://meet.example/kai",
        } == tables[0]  # fmt: skip
        assert ("trial", "2026-03-18 18:00", 45) == (tables[1]["key"], tables[1]["starts"], tables[1]["minutes"])
        assert [] == load(studio, text, tmp_path)

    def test_what_was_changed_by_a_command_is_in_it(self, studio: Desk, tmp_path: Path) -> None:
        c = studio.circumstances("test")
        studio.database.transact(lambda s: move_class(s, 1, datetime(2026, 3, 17, 9), c))
        studio.database.transact(lambda s: change_capacity(s, 2, 8, c.now))
        studio.database.transact(lambda s: cancel_class(s, 4, "operator", "", c))
        file = studio.database.read(business_dumped)
        assert {("monday", 3), ("monday", 8)} == {(table.key, table.capacity) for table in file.classes}
        assert [] == load(studio, toml(file), tmp_path)
        assert isinstance(file, BusinessFile)


class TestCommand:
    @pytest.fixture
    def run(
        self, studio: Desk, clock: SetClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> object:
        Player(studio, clock).play(BOOK)
        monkeypatch.setattr(classes, "ready_desk", lambda: studio)
        capsys.readouterr()

        def run(*words: str) -> tuple[int, str]:
            parser = argparse.ArgumentParser()
            classes.add_arguments(parser)
            try:
                status = classes.run(parser.parse_args(words))
            except SystemExit as stopped:
                status = int(str(stopped.code))
            said = capsys.readouterr()
            check(studio)
            return status, said.out + said.err

        return run

    def test_it_lists_the_next_ones(self, run: object) -> None:
        status, said = run()  # type: ignore[operator]
        assert 0 == status
        assert [
            "   1  Mon 16 Mar 2026 09:00  Morning yoga with Kai: 1 of 3 booked",
            "   4  Wed 18 Mar 2026 18:00  Yoga with Mia: 0 of 2 booked",
            "   2  Mon 23 Mar 2026 09:00  Morning yoga with Kai: 0 of 3 booked",
            "   3  Mon 06 Apr 2026 09:00  Morning yoga with Kai: 0 of 3 booked",
        ] == said.splitlines()
        assert 2 == len(run("--limit", "2")[1].splitlines())  # type: ignore[operator]

    @pytest.mark.parametrize(
        ("words", "status", "says"),
        [
            (("cancel", "1", "Kai", "is", "ill"), 0, "Class 1, Morning yoga, Mon 16 Mar 2026 09:00: called off."),
            (("move", "1", "2026-03-17 09:30"), 0, "Class 1, Morning yoga, Tue 17 Mar 2026 09:30: that is its time"),
            (("move", "1", "2026-03-23 09:30"), 2, "Class 1: Kai is taken then: class 2 (Morning yoga"),
            (("move", "1", "tuesday"), 2, 'wanted a wall time such as "2026-12-02 18:00"'),
            (("capacity", "1", "12"), 0, "Class 1, Morning yoga, Mon 16 Mar 2026 09:00: 12 seats."),
            (("capacity", "1", "0"), 2, "wanted a number from 1 to 500"),
            (("capacity", "1", "1000"), 2, "wanted a number from 1 to 500"),
            (("cancel", "99"), 2, "Class 99: there is no such class."),
        ],
    )
    def test_it_does_what_it_is_told(self, words: tuple[str, ...], status: int, says: str, run: object) -> None:
        found, said = run(*words)  # type: ignore[operator]
        assert (status, True) == (found, says in said), said
