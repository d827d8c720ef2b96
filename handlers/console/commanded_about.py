"""What a command is about, as the audit log says it, so that it is found again by that."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.commands.base import Call
from conversations.commands.book import number_in
from conversations.commands.parse import parse
from conversations.languages import known
from handlers.profile import Profile
from models.command_log import last_command
from models.reached_at import conversation_reached_at

_REFERENCE = re.compile(r"[A-Za-z]\d{1,9}(?!\S)")
"""An engagement's, as "W4"."""
MOST = 50
"""Entries that one command makes at most."""


def abouts(
    session: Session, words: str, conversation_id: int, before: Row[Any] | None, profile: Profile
) -> tuple[str, ...]:
    """The bookings and series that a command names, and the bookings that it has made, changed or put back, whatever
    it named; else the conversation of the client whose number it names; else "". `before` is what had been commanded
    last in this conversation."""
    calls = parse(words, known(profile.business.language))
    found = [*_named(calls), *_done(before, last_command(session, conversation_id))]
    found = found or list(_reached(session, calls, profile.business.region))
    return tuple(dict.fromkeys(found))[:MOST] or ("",)


def in_short(words: str, profile: Profile) -> str:
    """The commands in these words with the numbers that they name, and nothing of what somebody typed beside them."""
    return "; ".join(_short(call) for call in parse(words, known(profile.business.language)))


def _short(call: Call) -> str:
    engagement = _REFERENCE.match(call.rest)
    named = ",".join(map(str, call.ids)), *(one.text for one in call.series)
    behind = engagement.group().upper() if engagement is not None else ""
    return " ".join(part for part in (call.command.word, *named, behind) if part)


def _named(calls: list[Call]) -> Iterator[str]:
    for call in calls:
        yield from (f"booking {number}" for number in call.ids)
        yield from (f"series {one.id}" for one in call.series)


def _done(before: Row[Any] | None, after: Row[Any] | None) -> Iterator[str]:
    """Nothing where the last command is still the one it was, and as it was."""
    was = (before.id, before.undone_at) if before is not None else None
    if after is not None and (after.id, after.undone_at) != was:
        yield from (f"booking {deed['booking']}" for deed in after.undo if "booking" in deed)


def _reached(session: Session, calls: list[Call], region: str) -> Iterator[str]:
    for call in calls:
        phone, _ = number_in(call.rest, region) if call.command.act is not None else ("", "")
        if phone and (number := conversation_reached_at(session, phone)) is not None:
            yield f"conversation {number}"
