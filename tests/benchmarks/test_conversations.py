"""The benchmark of whole conversations sees what a target does wrong, measures a real one, and tells what is worse."""

import asyncio
import signal
import sys
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks import kept
from benchmarks.conversations import stored
from benchmarks.conversations.__main__ import main
from benchmarks.conversations.chart import chart
from benchmarks.conversations.crowd import Crowd, Heard
from benchmarks.conversations.dialogue import SERVICES
from benchmarks.conversations.place import Place
from benchmarks.conversations.processes import family
from benchmarks.conversations.provider import REFUSING, Provider
from benchmarks.conversations.templates import Templates
from tests.benchmarks.bad_desk import BadDesk, some_talks
from tests.patience import eventually

TODAY = date(2026, 11, 22)


def heard_of(fault: str, redelivered: float = 0.0, patience: float = 60.0, retries: int = 0) -> Heard:
    """What a crowd of four hears of a desk with this fault."""

    async def talked() -> Heard:
        provider = Provider(lambda _to, _text, _at: None)
        async with BadDesk(provider, TODAY, fault) as desk:
            crowd = Crowd(desk.port, patience, redelivered, retries=retries)
            provider.heard = crowd.hear
            heard = await crowd.closed(some_talks(8, TODAY), 4)
            await crowd.forge(some_talks(3, TODAY))
            return heard

    return asyncio.run(talked())


def test_a_desk_that_does_everything_right_is_clean() -> None:
    heard = heard_of("", redelivered=0.5)
    assert (8, True) == (heard.conversations, heard.is_clean)
    assert (48, 64) == (len(heard.webhooks), len(heard.sends))


@pytest.mark.parametrize("fault", ["lost", "doubled", "disordered", "crossed", "refused", "forged"])
def test_what_a_desk_does_wrong_is_seen(fault: str) -> None:
    heard = heard_of(fault, patience=0.5)
    assert heard.faults[fault] > 0


def test_a_text_taken_twice_is_seen_where_it_is_delivered_twice() -> None:
    assert heard_of("repeated", redelivered=1.0, patience=0.5).faults["doubled"] > 0
    assert heard_of("repeated").is_clean


def test_a_webhook_that_is_not_taken_is_tried_again_where_a_target_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.conversations.crowd.RETRIED_AFTER", 0.0)
    assert heard_of("away at first", retries=5).is_clean
    assert heard_of("away at first", patience=0.5).faults["refused"] > 0


def test_a_target_that_forgets_what_it_has_taken_is_seen() -> None:
    assert heard_of("forgetful", redelivered=1.0, patience=0.5, retries=5).faults["doubled"] > 0


def test_what_is_killed_is_gone_with_its_children_and_starts_again(tmp_path: Path) -> None:
    templates = Templates()
    place = Place("http://127.0.0.1:1", templates=templates, folder=tmp_path)
    child = "import time; time.sleep(600)"
    place.start((sys.executable, "-c", f"import subprocess, sys; subprocess.run((sys.executable, '-c', {child!r}))"))
    first = place.own[0].pid
    eventually(lambda: len(family([first])) == 2)
    born = family([first])
    place.kill()
    assert -signal.SIGKILL == place.own[0].returncode
    eventually(lambda: not any(Path(f"/proc/{one}/exe").exists() for one in born))
    place.start_again()
    assert place.own[0].pid != first and place.own[0].poll() is None
    eventually(lambda: len(family([place.own[0].pid])) == 2)
    place.kill()
    templates.close()


def test_a_refusing_provider_refuses_a_fifth() -> None:
    provider = Provider(lambda _to, _text, _at: None, REFUSING)
    answers = [provider.take(b"To=%2B97455000000&Body=hello")[0] or b"" for _ in range(2000)]
    shares = [sum(answer.startswith(f"HTTP/1.1 {status}".encode()) for answer in answers) for status in (429, 500)]
    assert all(150 < share < 250 for share in shares)


def test_a_quick_run_measures_a_ceiling_beside_the_baseline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn = tmp_path / "chart.svg"
    monkeypatch.setattr(kept, "FILE", tmp_path / "kept.json")
    monkeypatch.setattr("benchmarks.conversations.chart.draw", lambda made: drawn.write_text(chart(made)))
    assert 0 == main(["--quick", "--seconds", "0", "--only", "route", "--check", "--keep"])
    made = kept.everything()["conversations"]
    assert {"route and signature", "bot, SQLite"} == made["targets"].keys()
    for row in made["targets"].values():
        assert {} == row["faults"] and "" == row["why_not"]
        assert row["conversations_per_second"] > 0 and row["peak_mib"] > 10
    assert "<svg" in drawn.read_text() and "bot, SQLite" in drawn.read_text()
    assert "bot, SQLite" in capsys.readouterr().out


def test_a_ratio_that_is_worse_by_a_fifth_is_told() -> None:
    name = "textbook, SQLite"
    row = {"target": name, "why_not": "", "rate_ratio": 0.6, "cpu_ratio": 2.0, "faults": {}}
    old: Any = {"targets": {name: row}, "scenarios": [], "counts": {name: {"queries": 12.0}}}
    new = deepcopy(old)
    new["targets"][name] |= {"rate_ratio": 0.5, "cpu_ratio": 2.3}
    assert [] == list(stored.worse(new, old))
    new["targets"][name] |= {"rate_ratio": 0.4, "cpu_ratio": 2.5}
    new["counts"][name]["queries"] = 15.0
    assert 3 == len(list(stored.worse(new, old)))
    assert [] == list(stored.faulty(new))
    new["targets"][name]["faults"] = {"lost": 2}
    assert [f"{name}: 2 lost"] == list(stored.faulty(new))


def test_nobody_is_asked_to_approve_more_than_a_person_can() -> None:
    assert len({talk.coordinator for talk in some_talks(32, TODAY)}) == len(SERVICES)
