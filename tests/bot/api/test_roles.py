"""Every endpoint by every role, on what is theirs and what is not: each answer is the one of the table (who_may.py)."""

from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from bot.api import sign_in
from bot.api.every_endpoint import ENDPOINTS
from tests.bot.api.called import SENT, Side, sides
from tests.bot.api.rehearsal import Rehearsal
from tests.bot.api.who_may import COLUMNS, WHO_MAY
from tests.bot.api.world import FOR_STAFF_ALONE, MARKS, NOT_THEIRS, World

OF = {f"{one.method} {one.path}": one for one in ENDPOINTS}
NOBODYS = 987_654_321
"""The number of nothing."""
ROWS = [line.split() for line in WHO_MAY.splitlines() if line.strip() and not line.startswith("#")]
OF_EACH_CALL = ("Date", "X-Request-Id", "RateLimit-Remaining", "RateLimit-Reset")


@pytest.fixture
def rehearsal(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rehearsal]:
    monkeypatch.setattr(sign_in, "LEAST_SECONDS", 0.0)
    found = Rehearsal(world)
    yield found
    found.close()


def calls(
    rehearsal: Rehearsal, row: list[str], role: str | None, side: Side, number: int | None = None
) -> TestResponse:
    """What `role` is answered of what is this side's, or of this number."""
    method, template, names = row[:3]
    path = template
    for part, name in zip([part for part in path.split("/") if part.startswith("{")], names.split(","), strict=False):
        path = path.replace(part, str(side.of(name) if number is None else number), 1)
    endpoint = OF[f"{method} {template}"]
    said = sent(row, role, side)
    if endpoint.body is not None:
        return rehearsal.call(method, path, role, json=said)
    if endpoint.query is not None and "limit" in endpoint.query.model_fields:
        said = {"limit": 100, **said}
    return rehearsal.call(method, path, role, query_string=said)


def sent(row: list[str], role: str | None, side: Side) -> dict[str, Any]:
    name = f"{row[0]} {row[1]}"
    found = SENT.get(f"{name} by client" if role in ("client", "other_client") else name) or SENT.get(name)
    return found(side) if found else {}


def expected(row: list[str], column: str) -> tuple[int, int]:
    """Of what is theirs, and of what is not."""
    own, _, foreign = row[3 + COLUMNS.index(column)].partition("/")
    return int(own), int(foreign or own)


def test_every_endpoint_has_a_row_and_every_row_an_endpoint() -> None:
    rows = [f"{row[0]} {row[1]}" for row in ROWS]
    assert sorted(f"{one.method} {one.path}" for one in ENDPOINTS) == sorted(rows)
    assert all(len(row) == 3 + len(COLUMNS) for row in ROWS)


def test_no_row_lets_in_whom_the_endpoint_does_not_name() -> None:
    """The table, and what the API says of itself."""
    parties = {f"{one.method} {one.path}": one.parties for one in ENDPOINTS}
    for row in ROWS:
        allowed = parties[f"{row[0]} {row[1]}"]
        for column in ("client", "staff", "viewer", "operator", "admin"):
            is_let_in = expected(row, column)[0] != 403
            assert allowed is None or is_let_in == (column in allowed), (row, column)


def test_everybody_is_answered_as_the_table_says(rehearsal: Rehearsal) -> None:
    wrong = []
    for number, row in enumerate(ROWS):
        side = sides(rehearsal.world)[number % 2]
        for role in (None, "viewer", "operator", "admin", "reading"):
            answer = calls(rehearsal, row, role, side)
            if answer.status_code != expected(row, role or "none")[0]:
                wrong.append((row[0], row[1], role, answer.status_code, answer.get_data(as_text=True)[:300]))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("role", ["client", "staff", "other_client", "other_staff"])
def test_whoever_sees_only_their_own_is_answered_as_the_table_says(rehearsal: Rehearsal, role: str) -> None:
    """And reads nothing of others: not in a list, not by naming what is theirs, not in a refusal."""
    hers, his = sides(rehearsal.world)
    own, foreign = (his, hers) if role.startswith("other") else (hers, his)
    column, wrong = role.removeprefix("other_"), []
    for row in ROWS[:: 1 if role == column else 4]:
        for side, status in zip((own, foreign), expected(row, column), strict=True):
            answer = calls(rehearsal, row, role, side)
            text, said = answer.get_data(as_text=True), str(sent(row, role, side))
            read = [mark for mark in unreadable(role) if mark in text and mark not in said]
            if read or answer.status_code != status:
                wrong.append((row[0], row[1], role, status, answer.status_code, read, text[:300]))
    assert not wrong, "\n".join(map(str, wrong))


def test_what_is_somebody_elses_is_answered_as_what_is_nowhere(rehearsal: Rehearsal) -> None:
    _hers, his = sides(rehearsal.world)
    for row in (row for row in ROWS if "{" in row[1]):
        for role in ("client", "staff"):
            if expected(row, role)[1] != 404 or expected(row, role)[0] == 404:
                continue
            theirs, nobodys = (calls(rehearsal, row, role, his, number) for number in (None, NOBODYS))
            assert told(theirs) == told(nobodys), (row, role)


def unreadable(role: str) -> tuple[str, ...]:
    """Marks of what this role must never read."""
    return MARKS[NOT_THEIRS[role]] + (FOR_STAFF_ALONE if role.endswith("client") else ())


def told(answer: TestResponse) -> tuple[int, str, list[tuple[str, str]]]:
    headers = sorted((name, value) for name, value in answer.headers if name not in OF_EACH_CALL)
    return answer.status_code, answer.get_data(as_text=True), headers
