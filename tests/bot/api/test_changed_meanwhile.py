"""If-Match: nothing is done to what has changed since it was read; of two changes at once, one wins."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from werkzeug.test import TestResponse

from bot.api.endpoint import Endpoint
from bot.api.every_endpoint import ENDPOINTS
from models.bookings import bookings
from tests.bot.api.world import SARA, World

TIMES = ("2026-03-24T12:00:00Z", "2026-03-26T12:00:00Z")


def tag(world: World, number: int, role: str = "operator") -> str:
    return world.call("GET", f"/api/sessions/{number}", role).headers["ETag"]


def at_once(world: World, calls: list[tuple[str, str, str, dict[str, Any]]]) -> list[TestResponse]:
    """Several calls, begun at the same moment."""
    gate = Barrier(len(calls))

    def one(call: tuple[str, str, str, dict[str, Any]]) -> TestResponse:
        method, path, role, how = call
        gate.wait()
        return world.call(method, path, role, **how)

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(one, calls))


def test_what_has_changed_since_is_not_changed(world: World) -> None:
    number = world.bookings(SARA, "pending")[0]
    path, old = f"/api/sessions/{number}/approve", tag(world, number)
    assert 200 == world.call("POST", f"/api/sessions/{number}/note", json={"note": "tea"}).status_code
    refused = world.call("PUT", path, json={}, headers={"If-Match": old})
    assert (412, "changed_since", "pending") == (refused.status_code, refused.json["code"], world.status(number))
    done = world.call("PUT", path, json={}, headers={"If-Match": f'"other", {tag(world, number)}'})
    assert (200, done.headers["ETag"]) == (done.status_code, tag(world, number)), "the answer's tag is the next one's"


@pytest.mark.parametrize("said", ['"nonsense"', "nonsense", 'W/"x"', '""', ",", "a" * 5000, "'; --"])
def test_what_matches_nothing_is_not_done(world: World, said: str) -> None:
    number = world.bookings(SARA, "pending")[0]
    answer = world.call("PUT", f"/api/sessions/{number}/approve", json={}, headers={"If-Match": said})
    assert (412, "pending") == (answer.status_code, world.status(number))


def test_a_star_matches_whatever_there_is(world: World) -> None:
    number = world.bookings(SARA, "pending")[0]
    assert 200 == world.call("PUT", f"/api/sessions/{number}/approve", json={}, headers={"If-Match": "*"}).status_code
    nobodys = world.call("PUT", "/api/sessions/987654321/approve", json={}, headers={"If-Match": "*"})
    assert 404 == nobodys.status_code


def test_a_tag_tells_nothing_of_what_is_others(world: World) -> None:
    number = world.bookings(SARA, "pending")[0]
    for said in (tag(world, number), '"wrong"', "*"):
        path = f"/api/sessions/{number}/approve"
        assert 404 == world.call("PUT", path, "other_staff", json={}, headers={"If-Match": said}).status_code


def test_what_one_has_already_is_not_sent_again(world: World) -> None:
    for path in ("/api/sessions", f"/api/sessions/{world.bookings(SARA)[0]}", "/api/me"):
        known = world.call("GET", path).headers["ETag"]
        answer = world.call("GET", path, headers={"If-None-Match": known})
        assert (304, b"", known) == (answer.status_code, answer.data, answer.headers["ETag"])
        assert 200 == world.call("GET", path, headers={"If-None-Match": '"x"'}).status_code


@pytest.mark.every_database
def test_of_two_changes_at_once_one_wins(world: World) -> None:
    for number in world.bookings(SARA, "confirmed")[:2]:
        known = {"If-Match": tag(world, number)}
        path, (before,) = f"/api/sessions/{number}/time", world.rows(bookings, id=number)
        starts = [time.replace("12:", f"{8 + number:02}:") for time in TIMES]
        calls = [("PUT", path, role, {"json": {"start_at": start}, "headers": known})
                 for role, start in zip(("operator", "admin"), starts, strict=True)]  # fmt: skip
        answers = sorted(at_once(world, calls), key=lambda answer: answer.status_code)
        assert [200, 412] == [answer.status_code for answer in answers], [one.data for one in answers]
        (after,) = world.rows(bookings, id=number)
        assert (before.version + 1, answers[0].json["version"]) == (after.version, after.version)
    world.check()


@pytest.mark.every_database
def test_without_if_match_both_are_done_guard_off_(world: World) -> None:
    """A control: it is the tag that keeps the second one from it."""
    number = world.bookings(SARA, "confirmed")[0]
    path = f"/api/sessions/{number}/time"
    calls = [
        ("PUT", path, role, {"json": {"start_at": at}}) for role, at in zip(("operator", "admin"), TIMES, strict=True)
    ]
    assert [200, 200] == [answer.status_code for answer in at_once(world, calls)]


@pytest.mark.every_database
def test_of_two_decisions_at_once_one_holds(world: World) -> None:
    """Also without a tag: what was decided is not pending any more."""
    number = world.bookings(SARA, "pending")[0]
    calls = [("PUT", f"/api/sessions/{number}/{word}", role, {"json": {}}) for word, role in
             (("approve", "operator"), ("decline", "staff"), ("approve", "admin"))]  # fmt: skip
    answers = at_once(world, calls)
    assert 1 == sum(answer.status_code == 200 for answer in answers), [one.data for one in answers]
    assert all(answer.status_code in (200, 409) for answer in answers)
    world.check()


@pytest.mark.every_database
@pytest.mark.parametrize("thing", ["engagement", "webhook", "place"])
def test_of_two_changes_of_anything_by_one_tag_one_is_done(world: World, thing: str) -> None:
    path, role, method, bodies = _changed_twice(world, thing)
    known = {"If-Match": world.call("GET", path, role).headers["ETag"]}
    gate, answers = Barrier(len(bodies)), list[bytes]()

    def one(body: dict[str, Any]) -> int:
        gate.wait()
        answer = world.call(method, path, role, json=body, headers=known)
        answers.append(answer.data)
        return answer.status_code

    with ThreadPoolExecutor(len(bodies)) as threads:
        assert [200, 412] == sorted(threads.map(one, bodies)), answers
    world.check()


def _changed_twice(world: World, thing: str) -> tuple[str, str, str, list[dict[str, Any]]]:
    """Where, by whom, how, and twice what."""
    if thing == "engagement":
        (line, *_) = world.call("GET", "/api/engagements", "admin").json["items"]
        return f"/api/engagements/{line['id']}", "admin", "PUT", [{"venue": "Barn"}, {"venue": "Beach"}]
    if thing == "webhook":
        made = world.call("POST", "/api/webhooks", "admin", json={"url": "https://example.com/told"}).json["id"]
        return f"/api/webhooks/{made}", "admin", "PUT", [{"events": ["booking."]}, {"events": ["payment."]}]
    (place,) = world.call("GET", "/api/waitlist", "client").json["items"]
    return f"/api/waitlist/{place['id']}", "client", "DELETE", [{}, {}]


@pytest.mark.parametrize("one", [each for each in ENDPOINTS if each.represents], ids=lambda one: one.name)
def test_what_is_held_against_a_tag_is_locked_first(one: Endpoint) -> None:
    """Else both of two that read the same change it."""
    assert one.lock is not None


def test_whatever_has_a_view_of_its_own_can_be_changed_by_its_tag() -> None:
    """Who changes one thing that can be read says how it is read; lists and deeds that make something new do not."""
    readable = {one.path for one in ENDPOINTS if one.method == "GET"}
    for one in ENDPOINTS:
        if one.method in ("PUT", "PATCH") and one.path in readable:
            assert one.represents is not None, (one.method, one.path)
