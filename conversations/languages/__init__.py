"""One TOML file a language: the words people use, and the sentences we answer with."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def language(code: str) -> Mapping[str, Any]:
    """The whole file of one language (`en`). Raises FileNotFoundError for a language that has none."""
    return tomllib.loads(files(__package__).joinpath(f"{code}.toml").read_text(encoding="utf-8"))
