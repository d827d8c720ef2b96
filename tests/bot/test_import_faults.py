"""Files in which nearly every row has another fault, tests/imports/, and the reports by which people mend them.

`pytest tests/bot/test_import_faults.py --rewrite-stories` writes the reports as they are."""

import argparse
import csv
import io
import re
from pathlib import Path

import pytest

from bot.clock import SetClock
from bot.commands import import_
from bot.commands.opening import load_business
from bot.desk import Desk
from handlers.importing.rows import ImportKind
from handlers.invariants_checked import broken_invariants

TESTS = Path(__file__).parent.parent
FILES = TESTS / "imports"
MORE = {ImportKind.ICS: ["--staff", "kai"]}


@pytest.mark.parametrize("of", list(ImportKind))
def test_what_is_wrong_is_said_by_row(
    of: ImportKind,
    desk: Desk,
    clock: SetClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setattr(import_, "ready_desk", lambda: desk)
    load_business(desk.database, TESTS / "handlers" / "yoga.toml", now=clock.now())
    (faulty,) = (path for path in FILES.glob(f"{of}.*") if "report" not in path.suffixes[0])
    parser = argparse.ArgumentParser()
    import_.add_arguments(parser)
    words = [str(faulty), "--kind", of.value, "--report", str(tmp_path / "report.csv"), *MORE.get(of, [])]
    assert 1 == import_.run(parser.parse_args(words))
    said = (tmp_path / "report.csv").read_text(encoding="utf-8-sig")
    golden = FILES / f"{of}.report.csv"
    if request.config.getoption("--rewrite-stories"):
        golden.write_text(said, encoding="utf-8")
    is_numbered_alike = desk.database.engine.dialect.name == "sqlite"  # others count on where a row was taken back
    written = golden.read_text(encoding="utf-8")
    assert written == said if is_numbered_alike else _without_numbers(written) == _without_numbers(said)
    assert [] == desk.database.read(lambda session: list(broken_invariants(session, clock.now())))


def _without_numbers(report: str) -> list[list[str]]:
    """Without those of the rows here."""
    rows = [
        [line, old, what, number and "1", reason] for line, old, what, number, reason in csv.reader(io.StringIO(report))
    ]
    return [[*row[:4], re.sub(r"(#|client |class )\d+", r"\1", row[4])] for row in rows]


@pytest.mark.parametrize("of", list(ImportKind))
def test_there_are_twenty_faults_at_least(of: ImportKind) -> None:
    with (FILES / f"{of}.report.csv").open(encoding="utf-8", newline="") as file:
        assert 20 <= sum(row["reason"] != "" for row in csv.DictReader(file))
