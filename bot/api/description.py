"""The API described by OpenAPI 3.1 (spec.openapis.org/oas/v3.1.0), from the list of its endpoints: pydantic says what
each value looks like."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from bot.api.endpoint import Endpoint, Work
from bot.api.problems import MEDIA_TYPE, TITLES

_ANSWERS = {
    200: "Done", 201: "Made", 202: "Taken in", 204: "Done; there is nothing to say", 304: "As you have it",
}  # fmt: skip
_PROBLEM = {
    "type": "object", "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"}, "title": {"type": "string"},
        "status": {"type": "integer"}, "code": {"type": "string", "description": "a word for programs"},
        "detail": {"type": "string", "description": "For people"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"in": {"type": "string"}, "at": {"type": "string"}, "wrong": {"type": "string"}},
            },
        },
    },
}  # fmt: skip
_KEY = {
    "name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string", "maxLength": 255},
    "description": "Whatever you choose, new for each thing you want done. Sent again with it within 24 hours, the "
    "call is done once, and answered as the first time.",
}  # fmt: skip
_IF_MATCH = {
    "name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"},
    "description": "The ETag under which you read it: nothing is done where it has changed since (412).",
}  # fmt: skip
_IF_NONE_MATCH = {
    "name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"},
    "description": "The ETag that you have: where it still holds, there is no body (304).",
}  # fmt: skip


def described(endpoints: Iterable[Endpoint], title: str) -> dict[str, Any]:
    """The whole document."""
    listed = sorted(endpoints, key=lambda one: (one.path, one.method))
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        *{(model, "validation"): None for one in listed for model in (one.query, one.body) if model is not None},
        *{(one.answer, "serialization"): None for one in listed if one.answer is not None},
    ]
    refs, definitions = models_json_schema(
        wanted,
        by_alias=False,
        ref_template="#/components/schemas/{model}",
    )
    schemas = definitions.get("$defs", {})
    paths: dict[str, dict[str, Any]] = {}
    for one in listed:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, refs, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{title}: Textbook API", "version": "1", "description": _INTRODUCTION},
        "paths": paths,
        "components": {
            "schemas": schemas | {"Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "tags": [{"name": tag} for tag in sorted({one.tag for one in listed})],
    }


def _operation(one: Endpoint, refs: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": one.name.replace(".", "_"), "tags": [one.tag], "summary": one.summary,
        "parameters": [*_in_path(one), *_in_query(one, refs, schemas), *_in_headers(one)],
        "responses": _responses(one, refs), "security": [] if one.parties is None else [{"token": []}],
    }  # fmt: skip
    if one.parties is not None:
        found["description"] = f"For {_list(sorted(one.parties))} tokens; scope `{one.scope}`."
        if one.more:
            found["description"] += f"\n\n{one.more}"
    if one.body is not None:
        is_needed = any(field.is_required() for field in one.body.model_fields.values())
        schema = refs[one.body, "validation"]
        found["requestBody"] = {"required": is_needed, "content": {"application/json": {"schema": schema}}}
    if one.takes:
        found["requestBody"] = {"required": True, "content": {one.takes: {"schema": {"type": "string"}}}}
    if one.deprecated:
        found["deprecated"] = True
    return found


def _in_path(one: Endpoint) -> list[dict[str, Any]]:
    number = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
    return [
        {"name": name, "in": "path", "required": True, "schema": number if kind is int else {"type": "string"}}
        for name, kind in one.parameters.items()
    ]


def _in_query(one: Endpoint, refs: Any, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    """A model of the query is its parameters, and no schema of its own."""
    if one.query is None:
        return []
    schema = schemas[refs[one.query, "validation"]["$ref"].rpartition("/")[2]]
    return [
        {
            "name": name, "in": "query", "required": name in schema.get("required", []), "schema": _bare(about),
            **({"description": about["description"]} if "description" in about else {}),
        }
        for name, about in schema.get("properties", {}).items()
    ]  # fmt: skip


def _bare(about: dict[str, Any]) -> dict[str, Any]:
    """Without null: a query leaves out what it does not say."""
    found = {name: value for name, value in about.items() if name not in ("title", "description", "default")}
    if "anyOf" in found:
        others = [each for each in found.pop("anyOf") if each != {"type": "null"}]
        found |= others[0] if len(others) == 1 else {"anyOf": others}
    return found


def _in_headers(one: Endpoint) -> list[dict[str, Any]]:
    if one.method == "GET":
        return [_IF_NONE_MATCH] if one.answer is not None else []
    found = [_KEY] if one.parties is not None and one.work is Work.WRITE else []
    return [*found, _IF_MATCH] if one.represents is not None else found


def _responses(one: Endpoint, refs: Any) -> dict[str, Any]:
    good: dict[str, Any] = {"description": _ANSWERS[one.status], "headers": {}}
    if one.answer is not None:
        good["content"] = {"application/json": {"schema": refs[one.answer, "serialization"]}}
    elif one.media_type != "application/json":
        kind = "object" if one.media_type.endswith("json") else "string"
        good["content"] = {one.media_type: {"schema": {"type": kind}}}
    if one.has_tag:
        good["headers"]["ETag"] = {"schema": {"type": "string"}}
    if one.location:
        good["headers"]["Location"] = {"schema": {"type": "string"}}
    found = {str(one.status): good, **{str(status): good | {"description": _ANSWERS[status]} for status in one.also}}
    if one.method == "GET" and one.answer is not None:
        found["304"] = {"description": _ANSWERS[304]}
    schema = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return found | {
        str(status): {"description": TITLES[status], "content": schema} for status in sorted(_problems(one))
    }


def _problems(one: Endpoint) -> set[int]:
    found = {429, 503, *one.problems}
    if one.parties is not None:
        found |= {401, 403}
    if one.parameters:
        found.add(404)
    if one.query is not None:
        found.add(422)
    if one.body is not None or one.takes:
        found |= {400, 413, 415, 422}
    if one.method != "GET":
        found |= {400, 409, 422} if one.parties is not None else {409}
    if one.represents is not None:
        found.add(412)
    return found


def _list(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


_INTRODUCTION = """\
What people do by text and in the console, programs do here: the same deeds, with the same checks.

- **Tokens**: `Authorization: Bearer …`. An admin makes one (`python -m bot token --role operator`, `POST /api/tokens`);
  a client gets one by a code that is texted to their phone (`POST /api/sign-in/code`).
- **Repeating**: a call that changes something takes an `Idempotency-Key`.
- **Changing**: what was read has an `ETag`; sent back as `If-Match`, nothing is done to what has changed since.
- **Lists** are paged: `limit`, and `cursor`, which is `next` of the page before.
- **Limits**: `RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset`; beyond them 429 with `Retry-After`.
- **Problems** are documents by RFC 9457; `code` is for programs, `detail` for people.
- Names are snake_case; camelCase is read as well.
"""
