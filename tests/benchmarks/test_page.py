"""docs/performance.json holds a section for each program, and docs/performance.md says what stands in it."""

import subprocess
from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks import kept, page
from benchmarks.conversations import table
from benchmarks.growth.__main__ import figures as of_growth
from benchmarks.growth.__main__ import lines as lines_of_growth
from benchmarks.memory import figures as of_memory
from benchmarks.memory import lines as lines_of_memory
from benchmarks.page_parts import PARTS
from benchmarks.reckoning import queues
from benchmarks.scaling import figures as of_scaling
from benchmarks.scaling import lines as lines_of_scaling
from tests.benchmarks.figures import everything

BENCH = kept.TOP / "bin/bench"
SIMULATED = "reckoning"
"""Takes its time, and says nothing that the other parts do not hang on."""


def test_a_section_is_kept_and_the_others_stay(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    kept.keep("growth", {"rounds": 1}, file)
    kept.keep("memory", {"rounds": 2}, file)
    kept.keep("growth", {"rounds": 3}, file)
    assert {"growth": {"rounds": 3}, "memory": {"rounds": 2}} == kept.everything(file)
    assert (None, {"rounds": 3}) == (kept.kept("scaling", file), kept.kept("growth", file))


def test_a_figure_that_has_grown_by_more_than_a_fifth_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(kept, "FILE", tmp_path / "kept.json")
    keeping, looking, checking = (
        Namespace(keep=keep, check=check, quick=False) for keep, check in ((True, True), (False, False), (False, True))
    )
    assert 0 == kept.told("growth", {"rounds": 3}, {"a": 1.0, "b": 1.0}, keeping)
    assert 0 == kept.told("growth", {}, {"a": 1.19, "new": 9.0}, checking)
    assert 0 == kept.told("growth", {}, {"a": 1.21}, looking)
    assert 1 == kept.told("growth", {}, {"a": 1.21, "b": 0.5}, checking)
    assert "WORSE: a: 1.21, where it was 1\n" * 2 == capsys.readouterr().out


def test_what_is_watched_are_ratios_and_memory() -> None:
    made = everything()
    grown = of_growth(made["growth"])
    assert 1.1 == grown["SQLite, 994 messages: CPU × empty"]
    assert 1.5 == grown["SQLite, 1,400,000 messages: log page × 994"]
    assert {"2 web, 2 workers: CPU a message × the smallest": 1.0} == of_scaling(made["scaling"])
    assert 90.0 == of_memory(made["memory"])["textbook, SQLite: MiB, nobody texts"]


def test_every_part_of_the_page_says_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "MOST_TEXTS", 3_000)
    made = everything()
    for name in PARTS:
        assert page.NOT_YET not in page.part(name, made)
        assert page.NOT_YET == page.part(name, {})
    assert "| **textbook, SQLite** | 60.0 | 840 | 0.6 |" in page.part("conversations", made)
    assert "| textbook, SQLite: CPU a conversation, × bot | 2 | 2.5 | 1.6 | reached |" in page.part("goals", made)
    assert "1 lost" in page.part("scaling", made)
    assert "no figures to rely on" not in page.part("memory", made)
    assert "no figures to rely on" in page.part("memory", made | {"memory": made["memory"] | {"is_quick": True}})
    assert "| log page | 4 / 8 | - | 6 / 12.0 | - |" in page.part("growth", made)


def test_a_terminal_is_shown_the_same() -> None:
    made = everything()
    shown = "\n".join(table.lines(made["conversations"]))
    assert "provider in 100 ms" in shown and "5 / 9 / 20" in shown and "8 / 12 / 30" in shown
    assert "90   150   100" in "\n".join(lines_of_memory(made["memory"]))
    assert "nothing; on its core 1.0" in "\n".join(lines_of_scaling(made["scaling"]))
    assert "1,400,000" in "\n".join(lines_of_growth(made["growth"]))


def test_what_people_have_written_around_the_parts_stays() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    filled = page.filled(text, everything(), [name for name in PARTS if name != SIMULATED])
    assert filled != text and page.filled(filled, {}) == page.filled(text, {})
    assert all(f"<!-- measured: {name} -->" in text for name in PARTS)


def test_the_page_in_docs_is_what_its_figures_say() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    assert text == page.filled(text, kept.everything(), [name for name in PARTS if name != SIMULATED])


def test_whoever_asks_for_help_is_told_of_every_program() -> None:
    told = subprocess.run([BENCH, "--help"], capture_output=True, text=True, check=True).stdout
    named = [line.split()[0] for line in told.splitlines() if line.startswith("  ") and line[2] != " "]
    assert ["conversations", "growth", "memory", "scaling", "understanding", "page"] == named
    assert all(find_spec(f"benchmarks.{name}") for name in (*named, "slots", "messages", "imports", "console"))


def test_what_nothing_is_called_is_refused_before_anything_is_done() -> None:
    done = subprocess.run([BENCH, "grwth"], capture_output=True, text=True)
    assert (2, "") == (done.returncode, done.stdout)
    assert "nothing is called grwth" in done.stderr
