"""A coordinator's text → the commands it holds, in order."""

import re

from conversations.commands.base import Call, Command
from conversations.commands.registry import ALIASES, COMMANDS

_WORD = re.compile(r"\s*([A-Za-z]+)\b[.!:]?\s*")
_ID = r"#?(\d{1,9})(?![\w:.]\S)"
_FIRST = re.compile(rf"{_ID}\s*")
_JOINED = re.compile(rf"(?:,|&|\band\b)\s*{_ID}\s*|-\s*{_ID}\s*", re.IGNORECASE)
_SPACED = re.compile(rf"{_ID}\s*")
MOST_IDS = 50


def parse(text: str) -> list[Call]:
    """The commands of a text, one or several behind `;` or on lines of their own; none where it is no command."""
    calls: list[Call] = []
    for piece in re.split(r"[;\n]", text[:2000]):
        call = _one(piece)
        if call is not None:
            calls.append(call)
        elif calls and piece.strip():
            last = calls[-1]
            calls[-1] = Call(last.command, last.ids, f"{last.rest}; {piece.strip()}".lstrip("; "))
        elif piece.strip():
            return []
    return calls


def _one(piece: str) -> Call | None:
    found = _WORD.match(piece)
    if found is None:
        return None
    word = found.group(1).upper()
    command = COMMANDS.get(ALIASES.get(word, word))
    if command is None:
        return None
    behind = piece[found.end() :].strip()
    if command.run is None:
        return Call(command, (), behind) if not behind or command.takes_words else None
    ids, rest = _ids(behind, command)
    if rest and not command.takes_words:
        return None
    return Call(command, ids, rest)


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
