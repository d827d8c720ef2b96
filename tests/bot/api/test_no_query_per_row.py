"""A longer page, or a longer span, costs no more statements than a short one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from tests.bot.api.world import World


@contextmanager
def _counted(world: World) -> Iterator[list[str]]:
    engine, statements = world.desk.database.engine, list[str]()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("path", "role"),
    [
        (path, role)
        for role in ("admin", "client")
        for path in ("services", "staff", "class-sessions", "waitlist", "series", "policies", "blocks")
        if role == "admin" or path not in ("policies", "blocks")
    ],
)
def test_a_page_costs_the_same_however_long(world: World, path: str, role: str) -> None:
    if path == "waitlist":
        day = {"service_id": world.service("Massage"), "staff_id": 1}
        for minutes in range(0, 60, 15):
            start = f"2026-03-25T09:{minutes:02}:00+03:00"
            assert world.call("POST", "/api/waitlist", "client", json={**day, "start_at": start}).status_code == 201
    world.call("GET", f"/api/{path}", role)  # what is kept in memory is read
    counts = []
    for limit in (2, 100):
        with _counted(world) as statements:
            page = world.call("GET", f"/api/{path}?limit={limit}", role)
        assert page.status_code == 200 and page.json["items"]
        counts.append(len(statements))
    assert counts[1] <= counts[0] + 1 and max(counts) <= 15


def test_a_long_span_costs_no_more_than_a_day(world: World) -> None:
    counts = []
    for days in (1, 62):
        until = (world.clock.now() + timedelta(days=days)).isoformat()
        asked = {"service_id": world.service("Haircut"), "since": world.clock.now().isoformat(), "until": until}
        with _counted(world) as statements:
            assert world.call("GET", "/api/availability", "client", query_string=asked).status_code == 200
        counts.append(len(statements))
    assert counts[1] <= counts[0] + 1 and max(counts) <= 15
