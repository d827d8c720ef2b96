"""Functions of the product replaced from outside, wherever they are referred to: the product has no hooks for it."""

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Replace = Callable[[Callable[..., Any]], Callable[..., Any]]
PACKAGES = ("bot", "handlers", "models", "conversations", "webhooks")


def named(name: str) -> tuple[Any, str, Callable[..., Any]]:
    """What "handlers.outbox:claim_due" or "bot.wake:Wake.ring" names: its owner, its attribute and the function.

    Raises ImportError or AttributeError where there is no such function."""
    module, _, path = name.partition(":")
    owner = importlib.import_module(module)
    *outer, last = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    return owner, last, getattr(owner, last)


@contextmanager
def replaced(name: str, replacement: Callable[..., Any]) -> Iterator[None]:
    """Another function in its place, wherever it is referred to, for the length of a with block."""
    owner, attribute, original = named(name)
    places = [(owner, attribute), *_references(original)]
    for place, key in places:
        setattr(place, key, replacement)
    try:
        yield
    finally:
        for place, key in places:
            setattr(place, key, original)


def wrap(name: str, replace: Replace) -> None:
    """Put `replace(function)` in the function's place, also in every module that has imported it by name already."""
    owner, attribute, original = named(name)
    replacement = replace(original)
    references = _references(original)
    setattr(owner, attribute, replacement)
    for module, key in references:
        setattr(module, key, replacement)


def _references(function: Callable[..., Any]) -> list[tuple[Any, str]]:
    """The modules of the product that know it, and by which names."""
    ours = [module for key, module in sys.modules.items() if key.partition(".")[0] in PACKAGES]
    return [(module, key) for module in ours for key, value in vars(module).items() if value is function]
