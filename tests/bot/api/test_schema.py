"""What the API says of itself is true: the document is well-formed, and calls made up from it, by every role, are
answered as it says, with nothing of others in it (a longer run: bin/api-fuzz)."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from bot.api.every_endpoint import ENDPOINTS
from bot.logs import log
from tests.bot.api.rehearsal import Rehearsal
from tests.bot.api.world import ROLES, World

SEED = 20_260_310
EXAMPLES = 9
"""Of each operation, by whichever role."""


@pytest.fixture
def document(world: World) -> dict[str, Any]:
    return dict(json.loads(world.call("GET", "/api/openapi.json", None).data))


@pytest.fixture
def rehearsal(world: World) -> Iterator[Rehearsal]:
    found = Rehearsal(world)
    yield found
    found.close()


@pytest.fixture
def quiet() -> Iterator[None]:
    """Thousands of calls are not written down one by one."""
    kept, log.least = log.least, logging.CRITICAL
    yield
    log.least = kept


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, about in methods.items():
            yield f"{method.upper()} {path}", about


def test_it_is_a_document_of_openapi_3_1(document: dict[str, Any]) -> None:
    """By the standard's own schema, and by that of JSON Schema for what values look like."""
    import jsonschema_rs
    from schemathesis.openapi import from_dict

    assert "3.1.0" == document["openapi"]
    from_dict(document).validate()
    for name, schema in document["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}), name


def test_every_endpoint_is_in_it(document: dict[str, Any]) -> None:
    assert {f"{one.method} {one.path}" for one in ENDPOINTS} == {name for name, _ in operations(document)}


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    for part in text.split('"$ref": "')[1:]:
        place: Any = document
        for name in part.partition('"')[0].removeprefix("#/").split("/"):
            place = place[name]


def test_each_says_what_it_does_what_it_takes_and_what_it_answers(document: dict[str, Any]) -> None:
    names = [about["operationId"] for _, about in operations(document)]
    assert len(set(names)) == len(names)
    for name, about in operations(document):
        assert about["summary"] and "\n" not in about["summary"], name
        said = {int(status) for status in about["responses"]}
        assert any(status < 300 for status in said), name
        assert {429, 503} <= said, name
        assert not about["security"] or {401, 403} <= said, name
        assert "{" not in name or 404 in said, name
        assert "requestBody" not in about or {400, 413, 415, 422} <= said, name
        assert all(one["schema"] for one in about["parameters"]), name


def test_calls_made_up_from_it_are_answered_as_it_says(rehearsal: Rehearsal, quiet: None) -> None:
    from tests.bot.api import fuzzing

    tally = fuzzing.Tally()
    for operation in fuzzing.operations(rehearsal.world):
        fuzzing.tried(operation, (*ROLES, None, "reading"), rehearsal.call, EXAMPLES, SEED, tally)
    assert not tally.wrong, "\n\n".join(f"{where}\n{call}" for where, call in list(tally.wrong.items())[:20])
    assert tally.cases > 5 * len(ENDPOINTS)


def test_the_fuzzer_finds_what_is_wrong(rehearsal: Rehearsal, quiet: None) -> None:
    """A control: an answer that is not documented, and one that holds another's name, are noticed."""
    from werkzeug.test import TestResponse

    from tests.bot.api import fuzzing

    def spoilt(method: str, path: str, role: str | None, **how: Any) -> TestResponse:
        answer = rehearsal.call(method, path, role, **how)
        if role == "client":
            answer.set_data(answer.get_data() + b"Tomasso")
        elif role == "admin":
            answer.status_code = 418
        return answer

    me = next(one for one in fuzzing.operations(rehearsal.world) if one.label == "GET /api/me")
    tally = fuzzing.Tally()
    fuzzing.tried(me, ("client", "admin"), spoilt, 12, SEED, tally)
    found = " ".join(tally.wrong)
    assert "by client: reads ['Tomasso']" in found and "by admin: Undocumented status code" in found
