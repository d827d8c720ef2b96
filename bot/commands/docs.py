"""`docs`: write the docs that are drawn from the code; with --check, name those that are stale."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.docs import api, commands, effects, metrics, settings, states, stories

TOP = Path(__file__).parent.parent.parent
RENDERERS: Mapping[str, Callable[[], str]] = {
    ".env.example": settings.render_example,
    "docs/api-endpoints.md": api.render,
    "docs/commands.md": commands.render,
    "docs/effects.md": effects.render,
    "docs/metrics.md": metrics.render,
    "docs/settings.md": settings.render,
    "docs/states.md": states.render,
    "docs/stories.md": stories.render,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="write nothing; name what is stale")


def run(arguments: argparse.Namespace) -> int:
    stale = [name for name, render in RENDERERS.items() if _stored(TOP / name) != render()]
    if arguments.check:
        print("\n".join(f"{name} is stale: run `python -m bot docs`." for name in stale) or "The docs are current.")
        return 1 if stale else 0
    for name in stale:
        path = TOP / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(RENDERERS[name](), encoding="utf-8")
        print(f"Wrote {name}.")
    if not stale:
        print("The docs were current already.")
    return 0


def _stored(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
