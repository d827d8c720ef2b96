"""Offered choices: numbered, or lettered where a number would look like an hour."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from string import ascii_uppercase
from zoneinfo import ZoneInfo

from conversations.dialogue import Option, Subject
from conversations.languages.render import render
from conversations.replies import say
from conversations.rules.availability import Slot
from conversations.stored import time_from, time_text


def numbered(subject: Subject, choices: Iterable[tuple[str, str]]) -> tuple[Option, ...]:
    """Options 1, 2, 3 … from (value, label)."""
    return tuple([Option(str(n), subject, value, label) for n, (value, label) in enumerate(choices, start=1)])


def lettered(subject: Subject, choices: Iterable[tuple[str, str]]) -> tuple[Option, ...]:
    """Options A, B, C … from (value, label)."""
    return tuple(
        Option(letter, subject, value, label) for letter, (value, label) in zip(ascii_uppercase, choices, strict=False)
    )


def times(slots: Sequence[Slot], language: str) -> tuple[Option, ...]:
    """Options A, B, C … for times of one day."""
    at = [slot.start.time() for slot in slots]
    return tuple(
        [
            Option(letter, Subject.TIME, time_text(t), _time_label(t, language))
            for letter, t in zip(ascii_uppercase, at, strict=False)
        ]
    )


@lru_cache(maxsize=256)
def _time_label(at: time, language: str) -> str:
    """The same few times are offered all day."""
    return render(say("time_option", at=at), language)


def moments(slots: Sequence[Slot], language: str) -> tuple[Option, ...]:
    """Options A, B, C … for times on several days."""
    return tuple(
        Option(
            letter,
            Subject.MOMENT,
            f"{slot.start.date().isoformat()}T{time_text(slot.start.time())}",
            render(say("moment_option", when=slot.start), language),
        )
        for letter, slot in zip(ascii_uppercase, slots, strict=False)
    )


def moments_in(offered: Iterable[Option], zone: ZoneInfo) -> dict[str, datetime]:
    """The starts among these options, by what is typed for each."""
    found = {}
    for option in offered:
        if option.subject is Subject.MOMENT:
            day, _, at = option.value.partition("T")
            found[option.key] = datetime.combine(date.fromisoformat(day), time_from(at), zone)
    return found
