"""What a booking opens beside itself: a wedding, a programme of therapy, a course. One TOML file a kind."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from conversations.engagements.kinds import Kind, Question, Variant
from conversations.engagements.reading import kind_from

_NOT_A_KIND = "none"


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind that is shipped, by its key. Raises ValueError where two have the same letter."""
    found = sorted(file.name for file in files(__package__).iterdir() if file.name.endswith(".toml"))
    made = [kind_from(name.removesuffix(".toml"), _read(name)) for name in found]
    whose: dict[str, str] = {}
    for kind in made:
        if (first := whose.setdefault(kind.letter, kind.key)) != kind.key:
            raise ValueError(f"{kind.key}.letter: {kind.letter} is the letter of {first}")
    return {kind.key: kind for kind in made}


def kind_named(engagement: str) -> Kind | None:
    """ "wedding" or "wedding:beach": the kind, in that variant. None for none, or one that is shipped no more."""
    key, _, variant = engagement.partition(":")
    kind = kinds().get(key)
    return kind.as_variant(variant) if kind is not None else None


def engagement_of_service(said: str, category: str, name: str) -> str:
    """What a service opens: what its owner `said` ("wedding", "wedding:beach", "none"), else what is made for its
    category, in the variant that its name speaks of; "" for nothing. Raises ValueError for a kind or a variant that
    there is not."""
    if said == _NOT_A_KIND:
        return ""
    if said:
        return _checked(said)
    for kind in kinds().values():
        if category.casefold() in {each.casefold() for each in kind.categories}:
            words = set(re.findall(r"\w+", name.casefold()))
            variant = next((one.key for one in kind.variants if one.key in words), "")
            return f"{kind.key}:{variant}" if variant else kind.key
    return ""


def _checked(said: str) -> str:
    key, _, variant = said.partition(":")
    kind = kinds().get(key)
    if kind is None:
        raise ValueError(f"{key!r} is no engagement: {_listed(list(kinds()))}, or {_NOT_A_KIND}")
    if variant and variant not in [one.key for one in kind.variants]:
        raise ValueError(f"{variant!r} is no variant of {key}: {_listed([one.key for one in kind.variants]) or 'none'}")
    return said


def _listed(keys: Sequence[str]) -> str:
    return ", ".join(keys)


def _read(name: str) -> Mapping[str, object]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


__all__ = ["Kind", "Question", "Variant", "engagement_of_service", "kind_named", "kinds"]
