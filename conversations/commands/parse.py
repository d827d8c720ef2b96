"""A coordinator's text → the commands it holds, in order."""

import re
from dataclasses import replace
from functools import lru_cache

from conversations.commands.base import Call, Command, SeriesRef
from conversations.commands.keywords import LONGEST_PHRASE, keywords
from conversations.commands.registry import COMMANDS
from conversations.understanding.normalise import fold

_PIECES = re.compile(r"[;\n]")
_WORD = re.compile(r"\s*([^\s\d#+.:!?,;()]+)(?:[.!?:](?=\s|$)|:)?")
_ID = r"#?(\d{1,9})(?![\w:.]\S)"
_FIRST = re.compile(rf"\s*{_ID}\s*")
_JOINED = re.compile(rf"(?:,|&|\band\b)\s*{_ID}\s*|-\s*{_ID}\s*", re.IGNORECASE)
_SPACED = re.compile(rf"{_ID}\s*")
_REF = re.compile(
    r"(?:\s*(?:,|&|\band\b))?\s*[sS](\d{1,9})(?:\.(\d{1,2}(?:\s*[,-]\s*\d{1,2})*)(\+)?)?(?![\w+]|[.:-]\w)"
)
"""A series, or some of it: "S3", "S3.4", "S3.1,3", "S3.4+"."""
_NUMBERS = re.compile(r"(\d+)(?:\s*-\s*(\d+))?")
_MORE = re.compile(rf"\s*(?:,|&|\band\b)\s*(?={_ID})")
"""Ids behind a series are only those that a comma or an "and" joins to it: the rest is a reason."""
MOST_IDS = 50


def parse(text: str, language: str = "en", *, is_quoting: bool = False) -> list[Call]:
    """The commands of a text, one or several behind `;` or on lines of their own; none where it is no command.
    `is_quoting`: it quotes a text about a booking, so that a command needs no id."""
    return list(_parsed(text, language, is_quoting))


@lru_cache(maxsize=32)
def _parsed(text: str, language: str, is_quoting: bool) -> tuple[Call, ...]:
    """Asked of one text by whoever wants to know whether it is a command, and again by whoever runs it."""
    calls: list[Call] = []
    for piece in _PIECES.split(text[:2000]):
        call = _one(piece, language, is_quoting)
        if call is not None:
            calls.append(call)
        elif calls and piece.strip():
            last = calls[-1]
            calls[-1] = replace(last, rest=f"{last.rest}; {piece.strip()}".lstrip("; "))
        elif piece.strip():
            return ()
    return tuple(calls)


def _one(piece: str, language: str, is_quoting: bool) -> Call | None:
    command, behind = _command(piece, keywords(language))
    if command is None or (command.only_before is not None and not command.only_before.match(behind)):
        return None
    if command.run is None:
        return Call(command, (), behind) if not behind or command.takes_words else None
    series, rest = _series(behind)
    if not series or _MORE.match(rest):
        ids, rest = _ids(_MORE.sub("", rest, count=1) if series else rest, command)
    else:
        ids = ()
    more, rest = _series(rest) if ids else ((), rest)
    if rest and not (command.takes_words and (ids or series or command.answers_requests or is_quoting)):
        return None
    return Call(command, ids, rest, series + more)


def _series(text: str) -> tuple[tuple[SeriesRef, ...], str]:
    """ "S3.1,3 S4 too late" → both series, and "too late"."""
    found, at = [], 0
    while (named := _REF.match(text, at)) is not None:
        numbers: list[int] = []
        for first, last in _NUMBERS.findall(named[2] or ""):
            numbers += range(int(first), min(int(last or first), int(first) + MOST_IDS) + 1)
        found.append(SeriesRef(int(named[1]), tuple(dict.fromkeys(numbers)), named[3] is not None))
        at = named.end()
    return tuple(found), text[at:].strip()


def _command(piece: str, known: dict[str, str]) -> tuple[Command | None, str]:
    """The command that a text begins with, by the longest phrase that means one, and what stands behind it."""
    said: list[str] = []
    found, at, behind = None, 0, ""
    for _ in range(LONGEST_PHRASE):
        word = _WORD.match(piece, at)
        if word is None:
            break
        said.append(word.group(1))
        at = word.end()
        meant = known.get(fold(" ".join(said)))
        if meant is not None:
            found, behind = COMMANDS[meant], piece[at:].strip()
    return found, behind


def _ids(text: str, command: Command) -> tuple[tuple[int, ...], str]:
    """ "12,14-16 sick" → 12, 14, 15, 16 and "sick". Ids parted by spaces alone count only where nothing follows:
    "DECLINE 2 3 people is too many" is one id and a reason."""
    first = _FIRST.match(text)
    if first is None:
        return (), text
    ids, at = [int(first.group(1))], first.end()
    if command.single:
        return tuple(ids), text[at:].strip()
    while (more := _JOINED.match(text, at)) is not None:
        if more.group(1):
            ids.append(int(more.group(1)))
        else:
            ids += range(ids[-1] + 1, min(int(more.group(2)), ids[-1] + MOST_IDS) + 1)
        at = more.end()
    spaced, there = list(ids), at
    while (more := _SPACED.match(text, there) or _JOINED.match(text, there)) is not None:
        if more.re is _JOINED and more.group(2):
            spaced += range(spaced[-1] + 1, min(int(more.group(2)), spaced[-1] + MOST_IDS) + 1)
        else:
            spaced.append(int(more.group(1)))
        there = more.end()
    if there == len(text):
        ids, at = spaced, there
    return tuple(dict.fromkeys(ids))[:MOST_IDS], text[at:].strip()
