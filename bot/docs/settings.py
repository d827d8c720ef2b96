"""docs/settings.md and .env.example: every setting, from config.py alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.docs.markdown import GENERATED, code, page, table
from config import Settings

ABOUT = """Settings come from the environment, or from a file `.env` in the working folder; the environment wins. An
empty value counts as not set. A wrong value stops the start and is named; `python -m bot doctor` checks them all."""


@dataclass(frozen=True, slots=True)
class Setting:
    """`default` is "" where there is none; a secret's is never shown."""

    name: str
    wanted: str
    default: str
    what: str


def settings() -> Iterator[Setting]:
    """Every setting, in the order of config.py."""
    for name, schema in Settings.model_json_schema()["properties"].items():
        default = "" if schema.get("writeOnly") else _plain(schema.get("default"))
        yield Setting(name.upper(), _wanted(schema), default, schema.get("description", ""))


def render() -> str:
    rows = [(code(s.name), s.wanted, code(s.default), s.what) for s in settings()]
    return page("Settings", ABOUT, table(("setting", "wanted", "default", "what for"), rows))


def render_example() -> str:
    lines = [f"# {GENERATED}", "# Copy this file to .env, and take the # from the settings you want.", ""]
    for s in settings():
        lines += [f"# {s.what} ({s.wanted})", f"#{s.name}={s.default}", ""]
    return "\n".join(lines[:-1]) + "\n"


def _wanted(schema: dict[str, Any]) -> str:
    if schema.get("writeOnly"):
        return "a secret"
    if "enum" in schema:
        return " or ".join(schema["enum"])
    if "anyOf" in schema:
        return "true or false"
    if schema.get("type") in ("integer", "number"):
        return f"{schema['minimum']:g} to {schema['maximum']:g}"
    if "examples" in schema:
        return f"such as {schema['examples'][0]}"
    return f"text, at most {schema['maxLength']} characters" if "maxLength" in schema else "text"


def _plain(value: object) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
