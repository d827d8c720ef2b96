"""Calls that nobody would think of, made up by schemathesis from what the API says of itself, by every role: whatever
is sent, the answer is one of those that are documented, and holds nothing of others."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from unittest import SkipTest

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from werkzeug.test import TestResponse

from tests.bot.api.test_roles import unreadable
from tests.bot.api.world import NOT_THEIRS, World

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance,
]  # fmt: skip
ROLES = (None, "client", "other_client", "staff", "other_staff", "viewer", "operator", "admin", "reading")
SLOW = ("POST /api/sign-in/code",)
"""Whose answer takes a while, whatever is asked."""
OF_THE_SENDER = ("authorization", "user-agent", "accept-encoding", "connection", "x-schemathesis-testcaseid")
LIKELY = 40
"""Numbers up to this one are those of something."""
Send = Callable[..., TestResponse]


@dataclass
class Tally:
    """How often a role was answered with a status; what is wrong, with the call that showed it."""

    seen: Counter[tuple[str | None, int]] = field(default_factory=Counter)
    wrong: dict[str, str] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    """What of it was printed already."""
    unmade: set[str] = field(default_factory=set)
    """Operations of which no wrong calls can be made: they take nothing."""

    @property
    def cases(self) -> int:
        return self.seen.total()


def operations(world: World) -> list[Any]:
    """All of the API's, as it describes them itself."""
    document = json.loads(world.call("GET", "/api/openapi.json", None).data)
    schema = schemathesis.openapi.from_dict(document)
    return [found.ok() for found in schema.get_all_operations()]


def tried(operation: Any, roles: Sequence[str | None], send: Send, examples: int, seed: int, tally: Tally) -> None:
    """Make so many calls of one operation, two thirds of them as they should be, by one or other of these roles."""
    examples = min(examples, 5) if operation.label in SLOW else examples
    for mode, share in ((GenerationMode.POSITIVE, 2), (GenerationMode.NEGATIVE, 1)):

        @hypothesis.seed(f"{seed} {operation.label} {roles} {mode}")
        @hypothesis.settings(
            max_examples=max(1, examples * share // 3), deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @hypothesis.given(
            operation.as_strategy(generation_mode=mode), st.sampled_from(roles), st.randoms(use_true_random=False)
        )
        def attempt(case: Case, role: str | None, chance: Random) -> None:
            of_something(case, chance)
            one_call(case, role, send, tally)

        try:
            attempt()
        except (SkipTest, Unsatisfiable) as error:
            assert mode is GenerationMode.NEGATIVE, f"{operation.label}: {error}"
            tally.unmade.add(operation.label)


def one_call(case: Case, role: str | None, send: Send, tally: Tally) -> None:
    """Make it, and look at what was answered."""
    where = f"{case.method} {case.operation.path} by {role}"
    asked = case.as_transport_kwargs(base_url="http://localhost")
    answer = sent(case, asked, role, send)
    tally.seen[role, answer.status_code] += 1
    try:
        case.validate_response(answer, checks=CHECKS)
    except (Failure, FailureGroup) as failure:
        parts = failure.exceptions if isinstance(failure, FailureGroup) else [failure]
        for part in parts:
            what = " ".join(str(part).split())[:160]
            tally.wrong.setdefault(f"{where}: {what}", f"{asked!r}\n{answer.get_data(as_text=True)[:1500]}")
    if role in NOT_THEIRS:
        text, own = answer.get_data(as_text=True), repr(asked)
        read = [mark for mark in unreadable(role) if mark in text and mark not in own]
        if read:
            tally.wrong.setdefault(f"{where}: reads {read}", f"{own}\n{text[:1500]}")


def sent(case: Case, asked: dict[str, Any], role: str | None, send: Send) -> TestResponse:
    """By our own test client, so that a call may be of one that is rolled back."""
    headers = {
        name: value for name, value in asked.get("headers", {}).items()
        if name.lower() not in OF_THE_SENDER
    }  # fmt: skip
    path = asked["url"].removeprefix("http://localhost")
    data = asked.get("data")
    if "json" in asked:
        data = json.dumps(asked["json"])
        headers.setdefault("Content-Type", "application/json")
    return send(case.method, path, role, headers=headers, data=data, query_string=asked.get("params") or None)


def of_something(case: Case, chance: Random) -> None:
    """Most numbers that name a thing name one that is there."""
    for found in (case.path_parameters, case.query, case.body):
        for holder, name in named(found):
            if chance.random() < 0.8:
                holder[name] = chance.randint(1, LIKELY)


def named(found: Any) -> Iterator[tuple[dict[str, Any], str]]:
    if isinstance(found, dict):
        for name, value in found.items():
            if name.endswith(("_id", "Id")) and type(value) is int:
                yield found, name
            yield from named(value)
    if isinstance(found, list):
        for value in found:
            yield from named(value)
