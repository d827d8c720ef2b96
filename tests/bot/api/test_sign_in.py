"""A client signs in by a code that is texted to their phone: a few tries, a few codes, and nobody learns whose number
is known."""

import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.api import sign_in
from bot.api.limits import Limits, Rate
from handlers.api.sign_in import TRIES
from models.api import api_tokens, sign_in_codes
from models.messages import messages
from models.outbox import outbox
from tests.bot.api.conftest import UNLIMITED
from tests.bot.api.world import OMAR, SARA, TOM, World

UNKNOWN = "+97455507777"
"""A number of this country that nobody has written from."""
ABROAD = "+447700900999"
NO_COUNTRYS = "+285589505492"
WRONG = {"title": "Who are you?", "status": 401, "code": "wrong_code"}


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What every answer takes is not waited for here."""
    monkeypatch.setattr(sign_in, "LEAST_SECONDS", 0.0)


def asks(world: World, phone: str) -> TestResponse:
    return world.call("POST", "/api/sign-in/code", None, json={"phone": phone})


def says(world: World, phone: str, code: str) -> TestResponse:
    return world.call("POST", "/api/sign-in", None, json={"phone": phone, "code": code})


def texted(world: World, phone: str) -> list[str]:
    """The codes that a phone has been texted, oldest first."""
    world.settle()
    rows = world.rows(outbox, address=phone, kind="sign_in_code")
    return [re.search(r"\b[0-9]{6}\b", row.body).group() for row in rows]  # type: ignore[union-attr]


def coded(world: World, phone: str = SARA.address) -> str:
    assert 202 == asks(world, phone).status_code
    return texted(world, phone)[-1]


def other(code: str, number: int = 1) -> str:
    return f"{(int(code) + number) % 1_000_000:06}"


def test_a_code_opens_what_is_theirs_for_twelve_hours(world: World) -> None:
    token = says(world, SARA.address, coded(world)).json["token"]
    assert (world.client(SARA), "client") == ((me := world.call("GET", "/api/me", token).json)["client_id"], me["role"])
    assert {world.client(SARA)} == {
        one["client"]["id"] for one in world.call("GET", "/api/sessions", token).json["items"]
    }
    world.clock.move(timedelta(hours=12))
    assert 401 == world.call("GET", "/api/me", token).status_code


def test_after_five_wrong_ones_the_right_one_is_wrong_too(world: World) -> None:
    code = coded(world)
    for number in range(TRIES):
        assert 401 == says(world, SARA.address, other(code, number + 1)).status_code
    refused = says(world, SARA.address, code)
    assert (401, "wrong_code") == (refused.status_code, refused.json["code"])
    assert 201 == says(world, SARA.address, coded(world)).status_code, "the next code has tries of its own"


def test_a_code_is_used_once_by_its_own_number_in_its_time(world: World) -> None:
    code = coded(world)
    assert 401 == says(world, TOM.address, code).status_code
    assert 201 == says(world, SARA.address, code).status_code
    assert 401 == says(world, SARA.address, code).status_code
    late = coded(world)
    world.clock.move(timedelta(minutes=10))
    assert 401 == says(world, SARA.address, late).status_code


def test_only_the_newest_code_counts(world: World) -> None:
    first, second = coded(world), coded(world)
    if first != second:
        assert 401 == says(world, SARA.address, first).status_code
    assert 201 == says(world, SARA.address, second).status_code


@pytest.mark.every_database
def test_of_two_who_say_it_at_once_one_is_let_in(world: World) -> None:
    code, before = coded(world), len(world.rows(api_tokens))
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: says(world, SARA.address, code), range(4)))
    assert [201, 401, 401, 401] == sorted(answer.status_code for answer in answers)
    assert before + 1 == len(world.rows(api_tokens))


@pytest.mark.every_database
def test_many_at_once_have_five_tries_between_them(world: World) -> None:
    code = coded(world)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: says(world, SARA.address, other(code, number + 1)), range(12)))
    assert TRIES == world.rows(sign_in_codes)[-1].tries
    assert 401 == says(world, SARA.address, code).status_code


def test_every_number_is_answered_alike(world: World) -> None:
    """Known, unknown, abroad, of no country, opted out, a coordinator's: the same words, headers and row."""
    told = []
    for phone in (SARA.address, UNKNOWN, ABROAD, NO_COUNTRYS, OMAR.address):
        answer, wrong = asks(world, phone), says(world, phone, "000000")
        headers = {name: value for name, value in answer.headers if name not in ("X-Request-Id", "Date")}
        told.append((answer.status_code, answer.data, headers, wrong.status_code, wrong.data))
    assert all(one == told[0] for one in told), told
    assert (202, 401, WRONG) == (told[0][0], told[0][3], {name: json.loads(told[0][4])[name] for name in WRONG})
    assert 5 == len(world.rows(sign_in_codes))
    assert [1, 1, 0, 0, 0] == [
        len(texted(world, phone)) for phone in (SARA.address, UNKNOWN, ABROAD, NO_COUNTRYS, OMAR.address)
    ]


def test_who_wants_no_texts_gets_none(world: World) -> None:
    world.says(SARA, "STOP")
    assert (202, []) == (asks(world, SARA.address).status_code, texted(world, SARA.address))


def test_each_number_has_few_codes_whether_or_not_it_is_known(world: World) -> None:
    for phone in (SARA.address, ABROAD):
        assert [202, 202, 202, 429] == [asks(world, phone).status_code for _ in range(4)]
        assert "Retry-After" in asks(world, phone).headers
    world.clock.move(timedelta(minutes=16))
    assert 202 == asks(world, SARA.address).status_code
    assert 4 == len(texted(world, SARA.address))


def test_each_address_has_few_calls_without_a_token(world: World) -> None:
    world.web.extensions["api_limits"] = Limits(UNLIMITED, Rate(3, 3600))
    seen = [asks(world, f"+9745550{number:04}").status_code for number in range(5)]
    assert [202, 202, 202, 429, 429] == seen
    assert 200 == world.call("GET", "/api/me", "client").status_code, "a token has its own"
    elsewhere = world.call(
        "POST", "/api/sign-in/code", None, json={"phone": UNKNOWN}, environ_base={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert 202 == elsewhere.status_code


@pytest.mark.parametrize(
    "said", ["+97455501111 ", "97455501111", "0097455501111", "+9745550١١١١", "+974555\n01111", "", "+" * 20]
)
def test_a_number_is_e164_or_nothing(world: World, said: str) -> None:
    answer = asks(world, said)
    assert (202 if said.strip() == SARA.address else 422) == answer.status_code
    assert said.strip() == SARA.address or b"5550" not in answer.data


def test_a_code_stands_nowhere_but_on_the_phone(world: World, logged: io.StringIO) -> None:
    code = coded(world)
    assert 201 == says(world, SARA.address, code).status_code
    hidden = select(messages.c.body).where(messages.c.body.contains(code))
    assert [] == world.desk.database.read(lambda session: list(session.execute(hidden)))
    assert code not in str(world.rows(sign_in_codes)) and SARA.address not in str(world.rows(sign_in_codes))
    assert code not in logged.getvalue() and SARA.address not in logged.getvalue()
    for path, query in (("/api/messages", {"q": code}), ("/api/conversations", {}), ("/api/sessions", {"q": code})):
        answer = world.call("GET", path, "operator", query_string=query)
        assert answer.status_code == 200 and code not in _without_query(answer, code), path


def _without_query(answer: TestResponse, _code: str) -> str:
    return json.dumps(json.loads(answer.data).get("items", []))


def test_what_a_client_was_given_ends_by_themselves(world: World) -> None:
    token: Any = says(world, SARA.address, coded(world)).json["token"]
    assert 204 == world.call("DELETE", "/api/sign-in", token).status_code
    assert 401 == world.call("GET", "/api/me", token).status_code
    assert 200 == world.call("GET", "/api/me", "client").status_code, "their other one stays"
