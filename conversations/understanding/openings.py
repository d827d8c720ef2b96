"""What a pattern over kinds can begin with, so that a rule is tried only where one of its kinds stands."""

import re
from collections.abc import Iterator

_PIECE = re.compile(r"(\((?:\?(?:[:=!]|<[=!]))?|[)|^$]|\[\w+\]|\w)([?*+]|\{\d+(?:,\d*)?\})?")
"""A bracket, a bar, an edge, a class of letters or a letter; and how often it stands."""
_TAKING = frozenset({"(", "(?:"})
"""The brackets of a group that takes letters; all others only look at them."""


def openings(pattern: str) -> frozenset[str]:
    """The letters that a match of the pattern can begin with. ValueError: it holds what is not known here."""
    pieces: list[tuple[str, str]] = _PIECE.findall(pattern)
    if "".join(map("".join, pieces)) != pattern:
        raise ValueError(pattern)
    return frozenset(_alternatives(iter(pieces))[0])


def _alternatives(pieces: Iterator[tuple[str, str]]) -> tuple[set[str], bool]:
    """The first letters of a group up to its end, and whether it can stand for no letter at all."""
    letters: set[str] = set()
    is_optional, is_first = False, True
    for piece, times in pieces:
        if piece == ")":
            return letters, is_optional or is_first or _may_be_missing(times)
        if piece == "|":
            is_optional, is_first = is_optional or is_first, True
        elif piece.startswith("("):
            inner, may_be_empty = _alternatives(pieces)
            if is_first and piece in _TAKING:
                letters |= inner
                is_first = may_be_empty
        elif piece not in ("^", "$") and is_first:
            letters |= set(piece.strip("[]"))
            is_first = _may_be_missing(times)
    return letters, is_optional or is_first


def _may_be_missing(times: str) -> bool:
    return times in ("?", "*") or times.startswith("{0")
