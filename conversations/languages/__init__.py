"""One TOML file a language: the words people use, and the sentences we answer with."""

import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
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

HEARD_EVERYWHERE = ("crisis", "opt_out")
"""The tables whose words count whatever language is spoken."""


@cache
def spoken() -> Mapping[str, str]:
    """The languages that have a file, by code, in the order they are offered."""
    return {code: name for code, name in LANGUAGES.items() if files(__package__).joinpath(f"{code}.toml").is_file()}


@lru_cache(maxsize=64)
def known(code: str) -> str:
    """The code of a language that has a file: "en-GB" is en, "tl" is fil, one that has none is English."""
    short = code.lower().partition("-")[0]
    short = {"tl": "fil"}.get(short, short)
    return short if short in spoken() else "en"


@cache
def language(code: str) -> Mapping[str, Any]:
    """The whole file of one language (`en`), kept for good. Raises FileNotFoundError for a language that has none."""
    return read_file(code)


@cache
def words_everywhere(table: str) -> tuple[str, ...]:
    """The words of one table in every language, for what is heard whichever one a text is in. Each file is let go of
    again: most are never spoken here."""
    return _heard_everywhere()[table]


@cache
def _heard_everywhere() -> Mapping[str, tuple[str, ...]]:
    heard: dict[str, tuple[str, ...]] = dict.fromkeys(HEARD_EVERYWHERE, ())
    for code in spoken():
        file = read_file(code)
        heard |= {table: heard[table] + tuple(file.get(table, {}).get("words", ())) for table in heard}
    return heard


def read_file(code: str) -> Mapping[str, Any]:
    """The same, for whoever wants it once: it takes a tenth of a second."""
    return tomllib.loads(files(__package__).joinpath(f"{code}.toml").read_text(encoding="utf-8"))
