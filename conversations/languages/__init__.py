"""One TOML file a language: the words people use, and the sentences we answer with."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = {
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "pt": "Português",
    "ar": "العربية",
    "sw": "Kiswahili",
    "fil": "Filipino",
    "hi": "हिन्दी",
}
"""The languages we answer in, each by its own name. A language is offered once its file is there."""


@cache
def spoken() -> Mapping[str, str]:
    """The languages that have a file, by code, in the order they are offered."""
    return {code: name for code, name in LANGUAGES.items() if files(__package__).joinpath(f"{code}.toml").is_file()}


def known(code: str) -> str:
    """The code of a language that has a file: "en-GB" is en, "tl" is fil, one that has none is English."""
    short = code.lower().partition("-")[0]
    short = {"tl": "fil"}.get(short, short)
    return short if short in spoken() else "en"


@cache
def language(code: str) -> Mapping[str, Any]:
    """The whole file of one language (`en`), kept for good. Raises FileNotFoundError for a language that has none."""
    return read_file(code)


def read_file(code: str) -> Mapping[str, Any]:
    """The same, for whoever wants it once: it takes a tenth of a second."""
    return tomllib.loads(files(__package__).joinpath(f"{code}.toml").read_text(encoding="utf-8"))
