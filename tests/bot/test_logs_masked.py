"""The last net under the log: whatever a line says, it says no number, no address and no secret of anybody."""

import io
import json
import logging
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import SetClock
from bot.database import Database
from bot.desk import Desk
from bot.intake import receive
from bot.logs import _THEIRS, _is_a_word, as_line, log
from bot.schedule import run_due
from conversations.messages import Inbound
from handlers import advance, text_heard
from tests.handlers.marked import MAIL, NAME, NUMBER, WORDS, traces_in

TOKEN = "Zk3v9QpL_x7Tn2RbWc8YdHf5JgMs1NaEuVo4Ki6Ph0q"


def told(event: str, **more: Any) -> str:
    """The whole line, as it is written."""
    return as_line(None, "info", {**more, "event": event}).decode()


@pytest.mark.parametrize(
    "said",
    [
        NUMBER, f"to {NUMBER[:4]} {NUMBER[4:8]} {NUMBER[8:]}", f"00{NUMBER[1:]} failed", f"whatsapp:{NUMBER}",
        NUMBER[1:], f"({NUMBER[:4]}) {NUMBER[4:8]}-{NUMBER[8:]}", f"{NUMBER[1:]}@c.us", MAIL, f"<{MAIL}>: refused",
        f"mailto:{MAIL}", f"https://x.test/b/{TOKEN}?a=1", f"Bearer {TOKEN}", ["a", {"to": NUMBER}], {MAIL: 1},
        (MAIL,), ValueError(NUMBER), NUMBER.encode(),
    ],
)  # fmt: skip
def test_what_is_of_somebody_is_masked_wherever_it_stands(said: Any) -> None:
    line = told("x", why=said)
    assert [] == traces_in(line)
    assert TOKEN not in line
    assert "c.us" not in line or NUMBER[1:] not in line


@pytest.mark.parametrize(
    "said",
    [
        "2026-03-10", "10:15:30", "webhooks.py:216 refused", "bot/console/people.py:12 _one", "12", "#1234567", "30035",
        "sms", "ws_CO_191220191020363925", "127.0.0.1:8000", "1.85 s", "evt_1NG8Du2eZvKYlo2CUI79vXWy",
    ],
)  # fmt: skip
def test_what_helps_whoever_reads_the_log_stays(said: str) -> None:
    assert said == json.loads(told(said))["event"]


@given(st.one_of(st.from_regex(_THEIRS), st.from_regex(r"\A[A-Za-z0-9_]{1,60}\Z"), st.text(max_size=60)))
def test_what_is_not_looked_into_holds_nothing_of_anybody(said: str) -> None:
    assert not (_is_a_word(said) and _THEIRS.search(said))


def test_ids_of_ours_and_of_providers_stay_whole() -> None:
    line = {"trace": "0" * 16, "provider_id": "SM" + "8" * 32, "hash": "a" * 64}
    assert line.items() <= json.loads(told("x", **line)).items()


def test_lines_of_libraries_are_masked_too(logged: io.StringIO) -> None:
    logging.getLogger("some.library").warning("cannot reach %s at %s", NUMBER, MAIL)
    log.warning("refused", why=f"no route to {NUMBER}")
    try:
        raise RuntimeError(f"{NAME} {NUMBER} {WORDS}")
    except RuntimeError:
        log.exception("broke", of=MAIL)
    assert 3 == len(logged.getvalue().splitlines())
    assert [] == traces_in(logged.getvalue())


@pytest.mark.parametrize(("module", "place"), [(text_heard, "load"), (advance, "dump"), (advance, "step")])
def test_a_turn_that_breaks_anywhere_tells_nothing_of_who_texted(
    desk: Desk, clock: SetClock, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch, module: ModuleType, place: str
) -> None:
    def breaks(*values: object, **more: object) -> None:
        raise ValueError(f"{values} {more} {NAME} {NUMBER} {WORDS}")

    monkeypatch.setattr(module, place, breaks)
    receive(desk, Inbound("sms", "in-1", NUMBER, NUMBER, f"I am {NAME}, {MAIL}: {WORDS}", profile_name=NAME))
    run_due(desk)
    assert "turn_failed" in logged.getvalue()
    assert [] == traces_in(logged.getvalue())


def test_a_statement_that_the_database_refuses_tells_no_values(
    desk: Desk, database: Database, logged: io.StringIO
) -> None:
    from models.clients import clients

    def twice(session: Any) -> None:
        for _ in range(2):
            session.execute(clients.insert().values(phone=NUMBER, name=NAME, created_at=desk.clock.now()))

    with pytest.raises(Exception) as broken:  # noqa: PT011 - whatever the driver calls it
        database.transact(twice)
    log.error("broke", exc_info=broken.value)
    assert [] == traces_in(logged.getvalue())
