"""docs/api-endpoints.md: every endpoint of the API, and who may call it."""

from itertools import groupby
from typing import TYPE_CHECKING

from bot.docs.markdown import code, page, table

if TYPE_CHECKING:
    from bot.api.endpoint import Endpoint

ABOUT = """How they are called stands in [the API](api.md); what each takes and answers, at `/api/docs` of a
running desk.

`yes`: whatever the business has; `own`: what is theirs alone, and of all else they are told that there is no such
thing (what is for everybody to know, as services are, is theirs too); `-`: refused. Where it says *anybody*, no token
is wanted. A token made with scopes reaches the endpoints of those scopes alone."""
HEADS = ("endpoint", "client", "staff", "viewer", "operator", "admin", "scope", "what it does")


def render() -> str:
    from bot.api.every_endpoint import ENDPOINTS

    ordered = sorted(ENDPOINTS, key=lambda one: (one.tag, one.path, one.method))
    parts: list[str] = []
    for tag, those in groupby(ordered, key=lambda one: one.tag):
        parts += [f"## {tag.replace('-', ' ').capitalize()}", table(HEADS, [_row(one) for one in those])]
    return page("Endpoints of the API, and who may call them", ABOUT, *parts)


def _row(one: "Endpoint") -> tuple[str, ...]:
    own = ("client", "staff")
    who = ["*anybody*"] * 5
    if one.parties is not None:
        who = [("own" if role in own else "yes") if role in one.parties else "-" for role in HEADS[1:6]]
    scope = code(one.scope) if one.parties is not None else ""
    return code(f"{one.method} {one.path}"), *who, scope, " ".join(one.summary.split())
