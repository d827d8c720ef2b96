"""docs/effects.md: what a step may want done, and what may happen to a conversation: the two closed unions."""

from dataclasses import fields
from typing import Any, get_args

from bot.docs.markdown import code, page, table
from conversations.effects import Effect
from conversations.events import Event

EVENTS = "What can happen to a conversation. Each comes in through `step()` of `conversations/engine.py`."
EFFECTS = "What a step may want done, as data. `handlers/apply_effects.py` does each, in one `match`."


def render() -> str:
    heads = ("name", "carries", "meaning")
    return page(
        "Events and effects",
        "## Events",
        EVENTS,
        table(heads, [_row(kind) for kind in get_args(Event)]),
        "## Effects",
        EFFECTS,
        table(heads, [_row(kind) for kind in get_args(Effect)]),
    )


def _row(kind: type[Any]) -> tuple[str, str, str]:
    carries = ", ".join(code(f"{field.name}: {_type(field.type)}") for field in fields(kind))
    return code(kind.__name__), carries, _meaning(kind)


def _type(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind)


def _meaning(kind: type[Any]) -> str:
    """Its docstring on one line; dataclasses make one of the fields where there is none."""
    words = " ".join((kind.__doc__ or "").split())
    return "" if words.startswith(f"{kind.__name__}(") else words
