"""What a call brings: path, query and body, read into the values that its endpoint wants."""

import json
import re
from typing import Any

from flask import Request
from pydantic import BaseModel, ValidationError

from bot.api.endpoint import Endpoint
from bot.api.problems import Problem, missing
from bot.api.values import LARGEST_ID

_NUMBER = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
MOST_ERRORS = 20
DEEPEST = 50
"""Brackets within brackets; nothing of ours has more than five."""


def read_call(endpoint: Endpoint, path: dict[str, str], request: Request) -> dict[str, Any]:
    """What the view is called with. Raises Problem."""
    values: dict[str, Any] = {
        name: _number(path[name]) if kind is int else path[name] for name, kind in endpoint.parameters.items()
    }
    if any("\0" in value for value in path.values()):
        raise missing("address")
    if endpoint.query is not None:
        values["query"] = _query(endpoint.query, request)
    if endpoint.body is not None:
        values["body"] = _body(endpoint.body, request)
    return values


def _number(said: str) -> int:
    if _NUMBER.fullmatch(said) is None or int(said) > LARGEST_ID:
        raise missing("address")
    return int(said)


def _query(model: type[BaseModel], request: Request) -> BaseModel:
    """Several values of one name are a list where the model wants one, and a mistake otherwise."""
    found: dict[str, Any] = {}
    for name, values in request.args.lists():
        field = model.model_fields.get(name)
        is_list = field is not None and "tuple" in str(field.annotation)
        if len(values) > 1 and not is_list:
            raise Problem(422, "invalid", errors=[{"in": "query", "at": name, "wrong": "given more than once"}])
        if any("\0" in value for value in values):
            raise Problem(422, "invalid", errors=[{"in": "query", "at": name[:100], "wrong": "NUL is not kept"}])
        found[name] = values if is_list else values[0]
    try:
        return model.model_validate(found)
    except ValidationError as error:
        raise _invalid("query", error) from None


def _body(model: type[BaseModel], request: Request) -> BaseModel:
    raw = request.get_data(cache=False)
    if request.content_length is None and len(raw) >= (request.max_content_length or 0):
        raise Problem(413, "too_large")  # of what tells no length, only so much is read
    if raw and not request.is_json:
        raise Problem(415, "not_json", "The body must be application/json.")
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and _is_deep(raw):
        raise Problem(400, "too_deep", "The body is nested too deeply.")
    try:
        json.loads(raw or b"{}", object_pairs_hook=_named_once, parse_constant=_no_number)
    except ValueError:
        raise Problem(400, "unreadable", "The body is no JSON, or has a name twice.") from None
    try:
        return model.model_validate_json(raw or b"{}", strict=True)
    except ValidationError as error:
        if any(one["type"] == "json_invalid" for one in error.errors(include_url=False)):
            raise Problem(400, "unreadable", "The body is no JSON.") from None
        raise _invalid("body", error) from None


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values of one name, some programs take the first, others the last. Raises ValueError."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _no_number(said: str) -> None:
    """NaN and the infinities. Raises ValueError."""
    raise ValueError(said)


def _is_deep(raw: bytes) -> bool:
    """By brackets alone, whatever they stand in: a text full of them is refused too."""
    depth = 0
    for sign in raw:
        depth += (sign in b"[{") - (sign in b"]}")
        if depth > DEEPEST:
            return True
    return False


def _invalid(where: str, error: ValidationError) -> Problem:
    """Where each mistake is and what is wrong with it, without what was sent."""
    errors = [
        {"in": where, "at": ".".join(map(str, one["loc"]))[:100], "wrong": one["msg"]}
        for one in error.errors(include_url=False, include_input=False, include_context=False)[:MOST_ERRORS]
    ]
    return Problem(422, "invalid", "Some values are not as they should be.", errors=errors)
