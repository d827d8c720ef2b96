"""What is at fault in a changed business file, in words for whoever changes it."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from handlers.business_file import BusinessFile

_WHY = {
    "int_parsing": "wanted a whole number", "int_from_float": "wanted a whole number",
    "decimal_parsing": "wanted a number such as 35.00", "string_too_short": "it is missing",
    "missing": "it is missing", "too_short": "it is missing", "extra_forbidden": "there is no such field",
}  # fmt: skip
_WRITTEN = {
    "phone": "wanted a phone number such as +97455500000", "review_link": "wanted an address such as https://example.com",
    "kind": "wanted a word of small letters such as room", "about": "wanted a word of small letters such as parking",
    "key": "wanted a word of small letters such as haircut", "region": "wanted a country such as QA",
}  # fmt: skip
_CALLED = {"services": "service", "policies": "policy", "answers": "answer", "coordinators": "coordinator"}


class CannotChange(Exception):
    """The file would not be one, or cannot be loaded; a line for each fault, for whoever changes it."""


def checked(data: dict[str, Any]) -> BusinessFile:
    """The file, checked. Raises CannotChange with a line for each fault, by the name of what is at fault."""
    try:
        file = BusinessFile.model_validate(data)
    except ValidationError as error:
        lines = [f"{_where(data, fault['loc'])}{_why(fault)}" for fault in error.errors()]
        raise CannotChange("\n".join(lines)) from None
    if _has_nul(data):
        raise CannotChange("there is a sign in it that no text has (U+0000)")
    return file


def _where(data: dict[str, Any], place: tuple[int | str, ...]) -> str:
    """("services", 3, "price") → "service haircut, price: "."""
    names: list[str] = []
    at: Any = data
    for part in place:
        at = _inside(at, part)
        if not isinstance(part, int):
            names.append(_CALLED.get(part, part))
        elif isinstance(at, Mapping):
            names.append(str(at.get("key") or at.get("about") or part + 1))
    return f"{' '.join(names)}: " if names else ""


def _inside(at: Any, part: int | str) -> Any:
    if isinstance(at, Mapping):
        return at.get(part)
    return at[part] if isinstance(at, list) and isinstance(part, int) and part < len(at) else None


def _why(fault: ErrorDetails) -> str:
    """In plain words, where pydantic has others."""
    match fault["type"]:
        case "string_pattern_mismatch":
            return _WRITTEN.get(str(fault["loc"][-1]), fault["msg"])
        case "value_error":
            return str(fault["ctx"]["error"])
    return _WHY.get(fault["type"], fault["msg"])


def _has_nul(value: Any) -> bool:
    match value:
        case str():
            return "\x00" in value
        case dict():
            return any(map(_has_nul, value.values()))
        case list() | tuple():
            return any(map(_has_nul, value))
    return False
