"""What the API says of itself: its description for programs, and a page of it for people."""

from functools import partial
from typing import Any

from flask import Response, current_app, json, render_template, request
from markupsafe import Markup

from bot.api.description import described
from bot.api.endpoint import ENDPOINTS, Call, Work, endpoint

DEEPEST = 2
"""Values within values that the page shows."""


@endpoint("GET", "/api/openapi.json", None, work=Work.OWN, media_type="application/openapi+json", tag="description")
def as_document(_call: Call) -> Response:
    """This description (OpenAPI 3.1)."""
    return Response(json.dumps(document()), mimetype="application/openapi+json")


@endpoint("GET", "/api/docs", None, work=Work.OWN, media_type="text/html", tag="description")
def as_page(_call: Call) -> Response:
    """This description as a page."""
    found = document()
    base = f"{current_app.extensions['desk'].settings.public_url or request.host_url.rstrip('/')}/"
    shown = render_template(
        "api/docs.html", document=found, schema=partial(_shown, found), base=base, points=_points(found)
    )
    page = Response(shown, mimetype="text/html")
    page.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return page


def _points(whole: dict[str, Any]) -> list[str]:
    """The introduction's, each in one line without its marks."""
    said = whole["info"]["description"].partition("\n- ")[2]
    return [" ".join(one.replace("**", "").replace("`", "").split()) for one in said.split("\n- ")]


def _shown(whole: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> Markup:
    """A value's fields as a table, those of values within it in it."""
    schema = _resolved(whole, schema)
    if "properties" not in schema or depth > DEEPEST:
        return Markup("<span>{}</span>").format(_kind(whole, schema))
    rows = [
        Markup("<tr><th scope=row>{}{}</th><td>{}</td><td>{}</td></tr>").format(
            name, "" if name in schema.get("required", []) else "?", _within(whole, about, depth),
            about.get("description", ""),
        )
        for name, about in schema["properties"].items()
    ]  # fmt: skip
    return Markup("<table>{}</table>").format(Markup("").join(rows))


def _within(whole: dict[str, Any], about: dict[str, Any], depth: int) -> Markup:
    inner = _resolved(whole, about)
    inner = _resolved(whole, inner["items"]) if inner.get("type") == "array" else inner
    return _shown(whole, inner, depth + 1) if "properties" in inner else Markup("{}").format(_kind(whole, about))


def _resolved(whole: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    others = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    schema = others[0] if len(others) == 1 else schema
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return whole["components"]["schemas"][name] if name else schema


def _kind(whole: dict[str, Any], about: dict[str, Any]) -> str:
    schema = _resolved(whole, about)
    if words := schema.get("enum"):
        return " | ".join(map(str, words))
    if schema.get("type") == "array":
        return f"list of {_kind(whole, schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")


def document() -> dict[str, Any]:
    return described(ENDPOINTS, "Booking desk")
