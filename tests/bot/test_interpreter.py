"""The interpreter over a real local endpoint that answers, babbles, hangs and drips; its settings; what the doctor
says of it."""

import io
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.completions import LONGEST_ANSWER, Completions, NotAnswered
from bot.desk import PATIENCE
from bot.doctor.finding import Finding, Mark
from bot.doctor.llm import llm as examine
from bot.interpreter import ANSWER_SECONDS, AT_ONCE, Interpreter
from config import Settings, WrongSettings, read_settings
from conversations.understanding import Understood
from tests.conversations.understanding.salon import SALON
from tests.fakes.llm_server import MODEL, FakeLLM
from tests.patience import NO_WAIT, eventually

TOP = Path(__file__).parent.parent.parent
KEY = "hunter2-k3y"
OPEN = "I need someone to sort out my mop before the wedding"
"""Words that say nothing to us."""
SOON = 0.4
"""Seconds that an answer may take in tests that let it take too long."""


@pytest.fixture
def llm() -> Iterator[FakeLLM]:
    with FakeLLM(KEY) as fake:
        yield fake


def interpreter(llm: FakeLLM, seconds: float = ANSWER_SECONDS, key: str = KEY) -> Interpreter:
    return Interpreter(Completions(llm.api_base, key, MODEL), seconds)


def lines(logged: io.StringIO, event: str) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, logged.getvalue().splitlines()) if line["event"] == event]


def asked(interpreter: Interpreter, text: str = OPEN) -> tuple[list[Understood | None], float]:
    """Everything it ever answers to one question, and how long that took."""
    told: list[Understood | None] = []
    done = threading.Event()
    begun = time.monotonic()
    assert interpreter.ask(text, SALON, lambda suggested: (told.append(suggested), done.set())[0])
    assert done.wait(NO_WAIT)
    return told, time.monotonic() - begun


class TestAsking:
    def test_it_asks_as_such_endpoints_want_it(self, llm: FakeLLM) -> None:
        llm.will_say({"time": "14:00"})
        (suggested,), _ = asked(interpreter(llm))
        assert suggested is not None and suggested.time.times
        (question,) = llm.questions
        assert {"model", "messages", "temperature"} == set(question)
        assert (MODEL, 0) == (question["model"], question["temperature"])
        assert ["system", "user"] == [message["role"] for message in question["messages"]]
        headers = llm.asked[0].headers
        assert (f"Bearer {KEY}", "application/json") == (headers["Authorization"], headers["Content-Type"])

    def test_without_a_key_it_sends_none_nor_what_the_machine_knows(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password secret\n")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        with FakeLLM() as llm:
            asked(interpreter(llm, key=""))
            assert "Authorization" not in llm.asked[0].headers

    def test_what_it_took_and_what_came_of_it_is_logged_and_no_text(self, llm: FakeLLM, logged: io.StringIO) -> None:
        for answer in ({"time": "14:00"}, {"time": "never"}, "no idea"):
            llm.will_say(answer)
            asked(interpreter(llm))
        llm.fail_next(500)
        asked(interpreter(llm))
        found = lines(logged, "interpreter_asked")
        assert ["proposed", "nothing", "nothing", "failed"] == [line["outcome"] for line in found]
        assert all(0 <= line["milliseconds"] < 3000 for line in found)
        assert "HTTP 500" == found[-1]["why"]
        assert not [secret for secret in (OPEN, "mop", KEY, "14:00", llm.base_url) if secret in logged.getvalue()]

    BAD: Sequence[tuple[str, Callable[[FakeLLM], object]]] = (
        ("an error", lambda llm: llm.fail_next(500)),
        ("too many requests", lambda llm: llm.fail_next(429, retry_after=1)),
        ("a page", lambda llm: llm.answer_html()),
        ("no answer", lambda llm: llm.cut_after_accepting()),
        ("a redirect", lambda llm: llm.will_answer("", 302, headers={"Location": "/v1/chat/completions"})),
        ("no JSON", lambda llm: llm.will_answer("{")),
        ("no choice", lambda llm: llm.will_answer('{"choices": []}')),
        ("no object", lambda llm: llm.will_answer("[1]")),
        ("no words", lambda llm: llm.will_answer('{"choices": [{"message": {"content": null}}]}')),
        ("depth", lambda llm: llm.will_answer("[" * 50_000)),
        ("prose", lambda llm: llm.will_say("I have booked it for you.")),
        ("length", lambda llm: llm.will_say("x" * LONGEST_ANSWER)),
        ("more length", lambda llm: llm.will_answer("x" * 20_000_000)),
    )

    @pytest.mark.parametrize("arrange", [arrange for _, arrange in BAD], ids=[name for name, _ in BAD])
    def test_a_bad_answer_is_none_at_once(self, arrange: Callable[[FakeLLM], object], llm: FakeLLM) -> None:
        arrange(llm)
        told, took = asked(interpreter(llm))
        assert [None] == told
        assert took < NO_WAIT
        assert 1 == len(llm.asked)

    def test_a_wrong_key_or_nobody_there_is_none(self, llm: FakeLLM) -> None:
        assert [None] == asked(interpreter(llm, key="wrong"))[0]
        nobody = Interpreter(Completions("http://127.0.0.1:9/v1", KEY, MODEL))
        assert [None] == asked(nobody)[0]
        assert [None] == asked(Interpreter(Completions("http://[", KEY, MODEL)))[0]

    SLOW: Sequence[tuple[str, Callable[[FakeLLM], object]]] = (
        ("silence", lambda llm: llm.hang_after_accepting()),
        ("a dripping head", lambda llm: llm.will_say({"time": "14:00"}, drip_head=0.3)),
        ("a dripping body", lambda llm: llm.will_say({"time": "14:00"}, drip_body=0.3)),
        ("delay", lambda llm: llm.delay(2 * NO_WAIT)),
    )

    @pytest.mark.parametrize("arrange", [arrange for _, arrange in SLOW], ids=[name for name, _ in SLOW])
    def test_a_slow_answer_is_none_in_time(
        self, arrange: Callable[[FakeLLM], object], llm: FakeLLM, logged: io.StringIO
    ) -> None:
        arrange(llm)
        told, took = asked(interpreter(llm, SOON))
        assert [None] == told
        assert SOON <= took < NO_WAIT
        (line,) = lines(logged, "interpreter_asked")
        assert line["outcome"] == "timed_out" or line["why"] in ("too slow", "ReadTimeout", "ReadTimeoutError")

    def test_three_seconds_are_all_it_gets_and_a_turn_waits_no_longer_than_four(self, llm: FakeLLM) -> None:
        llm.hang_after_accepting()
        told, took = asked(interpreter(llm))
        assert [None] == told
        assert 3.0 <= took < NO_WAIT
        assert timedelta(seconds=ANSWER_SECONDS) < PATIENCE == timedelta(seconds=4)

    def test_too_many_at_once_are_refused_and_later_ones_are_not(self, llm: FakeLLM, logged: io.StringIO) -> None:
        llm.hang_after_accepting(times=AT_ONCE)
        one = interpreter(llm, 1.0)
        told: list[Understood | None] = []
        assert [True] * AT_ONCE + [False] == [one.ask(OPEN, SALON, told.append) for _ in range(AT_ONCE + 1)]
        assert 1 == len(lines(logged, "interpreter_busy"))
        eventually(lambda: len(told) == AT_ONCE, "they were not answered")
        eventually(lambda: one.ask(OPEN, SALON, told.append), "no place is free again")

    def test_a_body_that_drips_is_left_when_its_time_is_over(self, llm: FakeLLM) -> None:
        llm.will_say({"time": "14:00"}, drip_body=0.3)
        begun = time.monotonic()
        with pytest.raises(NotAnswered, match="too slow"):
            Completions(llm.api_base, KEY, MODEL).ask([], SOON)
        assert time.monotonic() - begun < NO_WAIT

    def test_one_that_is_too_long_is_not_read_to_its_end(self, llm: FakeLLM) -> None:
        llm.will_say({"why": "x" * LONGEST_ANSWER})
        with pytest.raises(NotAnswered, match="too long"):
            Completions(llm.api_base, KEY, MODEL).ask([], ANSWER_SECONDS)


class TestSettings:
    @pytest.fixture(autouse=True)
    def _nothing_is_set(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        for name in Settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.chdir(tmp_path)

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"LLM_MODEL": "m"}, "LLM_API_BASE: not set, but LLM_MODEL is: wanted both or neither"),
            ({"LLM_API_BASE": "http://h/v1"}, "LLM_MODEL: not set, but LLM_API_BASE is: wanted both or neither"),
            (
                {"LLM_API_BASE": "http://h/v1", "LLM_API_KEY": KEY},
                "LLM_MODEL: not set, but LLM_API_BASE is: wanted both or neither",
            ),
            (
                {"LLM_API_KEY": KEY},
                "LLM_API_BASE: not set, but LLM_API_KEY is: wanted it and LLM_MODEL, or none of the three",
            ),
            (
                {"LLM_API_BASE": "http://h/v1", "LLM_MODEL": "m", "LLM_API_KEY": f"{KEY}\nHost: x"},
                "LLM_API_KEY: found a secret: wanted ASCII letters, digits and signs without spaces",
            ),
        ],
    )
    def test_a_part_of_them_is_named(self, values: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(WrongSettings) as caught:
            read_settings()
        assert said == str(caught.value)

    def test_off_unless_set_and_the_key_is_never_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert not read_settings().has_llm
        for name, value in (("LLM_API_BASE", "http://h/v1/"), ("LLM_API_KEY", KEY), ("LLM_MODEL", "m")):
            monkeypatch.setenv(name, value)
        settings = read_settings()
        assert (True, "http://h/v1") == (settings.has_llm, settings.llm_api_base)
        assert KEY not in f"{settings!r} {settings.model_dump_json()}"

    def test_where_it_is_off_nothing_of_it_is_even_imported(self, tmp_path: Path) -> None:
        code = (
            "import sys; from config import Settings; from bot.desk import open_desk; import bot.intake;"
            "desk = open_desk(Settings(_env_file=None)); assert desk.interpreter is None;"
            "print([name for name in ('bot.interpreter', 'bot.completions', 'requests') if name in sys.modules])"
        )
        environment = {"PYTHONPATH": str(TOP), "PATH": os.environ["PATH"]}
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert ("[]\n", 0) == (done.stdout, done.returncode), done.stderr


class TestDoctor:
    def examined(self, base: str, key: str = KEY) -> list[Finding]:
        values = {"llm_api_base": base, "llm_api_key": key, "llm_model": MODEL}
        return list(examine(Settings(_env_file=None, **values)))  # type: ignore[arg-type]

    def test_where_it_is_not_set_up_nobody_is_asked(self) -> None:
        assert [] == list(examine(Settings(_env_file=None)))

    def test_one_that_answers_is_good(self, llm: FakeLLM) -> None:
        assert ["✓ Language model: a-model answers."] == list(map(str, self.examined(llm.api_base)))
        assert 1 == len(llm.asked)

    def test_one_that_does_not_is_told_with_what_to_look_at(self, llm: FakeLLM) -> None:
        (finding,) = self.examined(llm.api_base, "wrong")
        said = "Language model: no answer (HTTP 401). Look at LLM_API_BASE, LLM_API_KEY and LLM_MODEL."
        assert (Mark.WRONG, said) == (finding.mark, finding.words)
        (finding,) = self.examined("http://127.0.0.1:9/v1")
        assert str(finding).startswith("✗ Language model: no answer (ConnectionError).")

    def test_a_slow_one_is_looked_at(self, llm: FakeLLM, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.interpreter.ANSWER_SECONDS", 0.1)
        llm.delay(0.2)
        (finding,) = self.examined(llm.api_base)
        assert Mark.LOOK is finding.mark
        assert "Set LLM_MODEL to a faster one." in finding.words

    @pytest.mark.parametrize("host", ["models.example", "localhost.example.com", "127.0.0.1.nip.io"])
    def test_texts_that_go_out_in_the_open_are_looked_at(self, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Completions, "ask", lambda *_: "{}")
        assert [Mark.LOOK, Mark.GOOD] == [finding.mark for finding in self.examined(f"http://{host}/v1")]
        assert [Mark.GOOD] == [finding.mark for finding in self.examined("http://localhost:11434/v1")]
        assert [Mark.GOOD] == [finding.mark for finding in self.examined(f"https://{host}/v1")]
