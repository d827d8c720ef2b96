"""An Idempotency-Key: whatever is sent again with it, at once or later, is done once and answered alike; also where a
process dies between."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from models.api import api_answers
from models.bookings import bookings
from tests.bot.api.conftest import Played
from tests.bot.api.world import LINA, World

pytestmark = pytest.mark.every_database
PHONE = "+97455504444"


def wish(world: World, day: int = 24) -> dict[str, Any]:
    start = f"2026-03-{day}T12:00:00Z"
    return {"service_id": world.service("Massage"), "staff_id": LINA, "start_at": start, "client_phone": PHONE}


def ask(world: World, key: str, body: dict[str, Any], role: str = "operator") -> TestResponse:
    headers = {"Idempotency-Key": key}
    return world.call("POST", "/api/sessions/request", role, json=body, headers=headers)


def test_one_key_is_one_deed_for_one_token_and_one_wish(world: World) -> None:
    before = len(world.rows(bookings))
    first, again = (ask(world, "key", wish(world)) for _ in range(2))
    assert (201, first.data, first.headers["Location"]) == (again.status_code, again.data, again.headers["Location"])
    assert ("true", None) == (again.headers["Idempotency-Replayed"], first.headers.get("Idempotency-Replayed"))
    assert (422, "key_reused") == ((other := ask(world, "key", wish(world, 25))).status_code, other.json["code"])
    elsewhere = world.call("POST", "/api/sessions", json=wish(world), headers={"Idempotency-Key": "key"})
    assert (422, "key_reused") == (elsewhere.status_code, elsewhere.json["code"])
    assert before + 1 == len(world.rows(bookings))
    theirs = ask(world, "key", wish(world, 26), "admin")
    assert (201, before + 2) == (theirs.status_code, len(world.rows(bookings))), "a key is its token's own"


def test_a_key_that_was_refused_is_free_again(world: World) -> None:
    taken = wish(world) | {"start_at": "2026-03-12T08:00:00Z"}
    assert 409 == ask(world, "key", taken).status_code
    assert (201, 1) == (ask(world, "key", wish(world)).status_code, len(world.rows(api_answers)))


@pytest.mark.parametrize("key", ["k" * 255, "ключ", "'; --", "k" * 256], ids=["long", "script", "SQL", "too long"])
def test_a_key_may_be_anything_up_to_its_length(world: World, key: str) -> None:
    headers = {"Idempotency-Key": key.encode().decode("latin-1")}
    answer = world.call("POST", "/api/sessions/request", json=wish(world), headers=headers)
    assert (400 if len(key) > 255 else 201) == answer.status_code


def test_a_key_is_forgotten_after_a_day(world: World) -> None:
    assert 201 == ask(world, "key", wish(world)).status_code
    world.passes(hours=23)
    assert "Idempotency-Replayed" in ask(world, "key", wish(world)).headers
    world.passes(hours=3)
    assert [] == world.rows(api_answers)


def test_of_two_at_once_one_is_done_and_both_are_answered_alike(world: World) -> None:
    before, body = len(world.rows(bookings)), wish(world)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: ask(world, "key", body), range(4)))
    assert [201] * 4 == [answer.status_code for answer in answers]
    assert 1 == len({answer.data for answer in answers})
    assert (before + 1, 3) == (len(world.rows(bookings)), sum("Idempotency-Replayed" in a.headers for a in answers))
    world.check()


def test_without_a_key_all_are_done(world: World) -> None:
    """A control: it is the key that keeps them from being done."""
    before, body = len(world.rows(bookings)), wish(world)
    answers = [world.call("POST", "/api/sessions/request", json=body | {"staff_id": who}) for who in (1, 2)]
    assert ([201, 201], before + 2) == ([answer.status_code for answer in answers], len(world.rows(bookings)))


DEATH = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from sqlalchemy import event
from bot.clock import SetClock
from bot.database import Database
from tests.bot.api.conftest import desk_of
from webhooks import create_app

url, now, folder, token, body, moment = sys.argv[1:]
database = Database(url)
desk = desk_of(database, SetClock(datetime.fromisoformat(now)), Path(folder))
app = create_app(desk)
seen = []

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def executed(_connection, _cursor, statement, *_):
    if "api_answers" in statement and statement.lstrip().lower().startswith("update"):
        seen.append(statement)  # the answer is written; the commit is next

def commit(_connection):
    if seen and moment == "before":
        die()

event.listen(database.engine, "after_cursor_execute", executed)
event.listen(database.engine, "commit", commit)
headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "key", "Content-Type": "application/json"}
app.test_client().post("/api/sessions/request", data=body, headers=headers)
assert seen
die()  # done, and nobody was told
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_whoever_is_killed_has_done_nothing_or_all(world: World, house_url: Played, tmp_path: Any, moment: str) -> None:
    import json

    before, body = len(world.rows(bookings)), json.dumps(wish(world))
    now = (world.clock.now() + timedelta(seconds=1)).isoformat()
    told = [house_url.url, now, str(tmp_path), world.tokens["operator"], body, moment]
    done = subprocess.run([sys.executable, "-c", DEATH, *told], capture_output=True, text=True, check=False)
    assert -signal.SIGKILL == done.returncode, done.stderr
    assert before + (moment == "after") == len(world.rows(bookings))
    again = ask(world, "key", json.loads(body))
    assert (201, moment == "after") == (again.status_code, "Idempotency-Replayed" in again.headers)
    assert before + 1 == len(world.rows(bookings))
    world.check()
