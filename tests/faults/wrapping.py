"""Functions of the product replaced from outside, wherever they are referred to: the product has no hooks for it."""

import importlib
import sys
from collections.abc import Callable
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


def wrap(name: str, replace: Replace) -> None:
    """Put `replace(function)` in the function's place, also in every module that has imported it by name already."""
    owner, attribute, original = named(name)
    replacement = replace(original)
    setattr(owner, attribute, replacement)
    for module in [module for key, module in sys.modules.items() if key.partition(".")[0] in PACKAGES]:
        for key, value in list(vars(module).items()):
            if value is original:
                setattr(module, key, replacement)
