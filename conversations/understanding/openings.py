"""What a pattern over kinds can begin with, so that a rule is tried only where it may fit."""

import re
from collections.abc import Iterator

_PIECE = re.compile(r"(\((?:\?(?:[:=!]|<[=!]))?|[)|^$]|\[\w+\]|\w)([?*+]|\{\d+(?:,\d*)?\})?")
"""A bracket, a bar, an edge, a class of letters or a letter; and how often it stands."""
_TAKING = frozenset({"(", "(?:"})
"""The brackets of a group that takes letters; all others only look at them."""
_LOOKED_AT = 2
"""Letters."""
_TIMES = {"": (1, 1), "?": (0, 1), "*": (0, _LOOKED_AT), "+": (1, _LOOKED_AT)}


def openings(pattern: str) -> frozenset[str]:
    """The two letters that a match of the pattern can begin with, or the one that it is. ValueError: it holds what is
    not known here."""
    pieces: list[tuple[str, str]] = _PIECE.findall(pattern)
    if "".join(map("".join, pieces)) != pattern:
        raise ValueError(pattern)
    return frozenset(_alternatives(iter(pieces)))


def _alternatives(pieces: Iterator[tuple[str, str]]) -> set[str]:
    """What a group up to its end can begin with."""
    ended: set[str] = set()
    begun = {""}
    for piece, times in pieces:
        if piece == ")":
            return _repeated(ended | begun, times)
        if piece == "|":
            ended, begun = ended | begun, {""}
        elif piece.startswith("("):
            inner = _alternatives(pieces)
            begun = _joined(begun, inner) if piece in _TAKING else begun
        elif piece not in ("^", "$"):
            begun = _joined(begun, _repeated(set(piece.strip("[]")), times))
    return ended | begun


def _joined(first: set[str], second: set[str]) -> set[str]:
    return {(one + other)[:_LOOKED_AT] for one in first for other in second}


def _repeated(once: set[str], times: str) -> set[str]:
    """What stands so many times can begin with."""
    least, most = _counts(times)
    runs: list[set[str]] = [{""}]
    for _ in range(min(most, _LOOKED_AT)):
        runs.append(_joined(runs[-1], once))
    return set().union(*runs[min(least, _LOOKED_AT) :])


def _counts(times: str) -> tuple[int, int]:
    if times in _TIMES:
        return _TIMES[times]
    least, comma, most = times.strip("{}").partition(",")
    return int(least), int(most or _LOOKED_AT) if comma else int(least)
