"""What stands behind a command's word: the staff member, the day and the time it names, and the words that are left."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import NamedTuple

from conversations.business import Staff
from conversations.dialogue import Awaiting
from conversations.facts import Facts
from conversations.languages import language
from conversations.rules.availability import WallTime, wall_time
from conversations.understanding import Certainty, Context, TimeReading, Understood, understand
from conversations.understanding.normalise import fold

_JOINING = re.compile(r"^(?:(?:to|at|on|for|or|and|because|as|with|from)\b|[\s,.;:–-])+|[\s,.;:–-]+$", re.IGNORECASE)
_WORDS = re.compile(r"[^\W_]+")
_UNCLEAR = (Certainty.AMBIGUOUS, Certainty.IMPOSSIBLE)
BETWEEN = 2
"""So many words may stand between two that were read as one part."""
WITH, FOR = ("services", "with"), ("words", "for")
"""The lists of words that stand before a name: of who gives it, and of who has it."""
FEWEST_LETTERS = 3
"""Of a part of a name that means somebody: not the "Dr" of "Dr Lina"."""


class Mention(NamedTuple):
    """A staff member, and where a text names them."""

    staff: Staff
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Named:
    """One staff member, and the text without their name."""

    staff: Staff | None
    rest: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A day and a time, each None where it was not said. `unclear`: something was said that has no one meaning."""

    day: date | None
    at: time | None
    words: str
    """What is left of the text."""
    unclear: bool = False
    says_day: bool = False
    """A day was said, whatever is to be made of it."""
    past: str = ""
    """The words for a day that is over."""

    def start(self, known: datetime, facts: Facts) -> datetime | None:
        """The moment, what was not said taken from `known`; None where the clock has no such moment, or two."""
        day, at, zone = self.day or known.date(), self.at or known.time(), facts.business.zone
        return datetime.combine(day, at, zone) if wall_time(day, at, zone) is WallTime.PLAIN else None


def named_staff(text: str, staff: tuple[Staff, ...], code: str = "en") -> Named:
    """The one who is named first of all."""
    found = next(mentions(text, staff), None)
    return Named(None, text) if found is None else Named(found.staff, without_mention(text, found, code))


def mentions(text: str, staff: tuple[Staff, ...]) -> Iterator[Mention]:
    """Who is named whole, then who by a part of their name that nobody else has."""
    for member in staff:
        whole = re.compile(rf"(?<!\w){re.escape(member.name)}(?!\w)", re.IGNORECASE)
        if found := whole.search(text):
            yield Mention(member, *found.span())
    for found in re.finditer(r"[^\W\d_]+", text):
        said = fold(found.group())
        meant = [member for member in staff if said in fold(member.name).split() and len(said) >= FEWEST_LETTERS]
        if len(meant) == 1:
            yield Mention(meant[0], *found.span())


def is_led_by(words: tuple[str, str], text: str, found: Mention, code: str) -> bool:
    """Whether one of these words (WITH, FOR) stands before the name."""
    return _lead(words, code).search(text, 0, found.start) is not None


def without_mention(text: str, found: Mention, code: str) -> str:
    """The text without a name, and without the "with" or "for" before it."""
    before = text[: found.start]
    for words in (WITH, FOR):
        before = _lead(words, code).sub("", before)
    return " ".join(f"{before} {text[found.end :]}".split())


@cache
def _lead(words: tuple[str, str], code: str) -> re.Pattern[str]:
    """English words always, and those of a coordinator's own language, at the end of what stands before."""
    table, name = words
    phrases = {phrase for spoken in ("en", code) for phrase in language(spoken)[table].get(name, ())}
    either = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{either})\s*\Z", re.IGNORECASE)


def read_moment(text: str, facts: Facts, staff: Staff | None, day: date | None = None) -> Moment:
    """The day and the hour that a text names. A bare hour is read by the hours of the staff member."""
    understood = read(text, facts, staff, day)
    said, at = understood.date, _at(understood.time)
    unclear = said.certainty in _UNCLEAR or (at is None and understood.time.certainty in _UNCLEAR)
    return Moment(
        said.dates[0] if said.dates else None,
        at,
        without(text, said.words, understood.time.words),
        unclear,
        said.certainty is not Certainty.NOTHING,
        said.words if said.certainty is Certainty.IMPOSSIBLE and said.reason == "past" else "",
    )


def _at(said: TimeReading) -> time | None:
    """The hour; "9:00" is that of the morning, though nobody works then: a coordinator writes the clock's hours."""
    if said.certainty is Certainty.CERTAIN and said.times:
        return said.times[0]
    as_written = [at for at in said.times if f"{at.hour}:{at.minute:02}" == said.words.strip().lstrip("0")]
    return as_written[0] if said.certainty is Certainty.AMBIGUOUS and as_written else None


def read(text: str, facts: Facts, staff: Staff | None = None, day: date | None = None) -> Understood:
    """What is understood of a text, by the hours of one staff member or of all."""
    people = facts.staff() if staff is None else (staff,)
    return understand(
        text,
        Context(
            now=facts.now,
            language=facts.language,
            region=facts.business.region,
            services=tuple(facts.services()),
            shifts=tuple(shift for member in people for shift in member.shifts),
            day=day,
            awaiting=Awaiting.TIME if text.strip().isdigit() else Awaiting.NOTHING,
        ),
    )


def without(text: str, *spans: str) -> str:
    """The words that are left when what was read is taken out: the coordinator's reason. What was read is folded, and
    a few words may stand between its own ("3 may TO 7 may")."""
    for span in sorted(spans, key=len, reverse=True):
        if found := place_of(text, span):
            text = f"{text[: found[0]]} {text[found[1] :]}"
    return _JOINING.sub("", " ".join(text.split()))


def place_of(text: str, span: str) -> tuple[int, int] | None:
    """Where the words of a span stand in a text, in its order and near each other."""
    wanted = [fold(word) for word in _WORDS.findall(span)]
    words = [(fold(found.group()), found) for found in _WORDS.finditer(text)]
    for first in range(len(words) if wanted else 0):
        at = first
        places: list[int] = []
        for word in wanted:
            near = [n for n in range(at, min(at + (BETWEEN if places else 0) + 1, len(words))) if words[n][0] == word]
            if not near:
                break
            places.append(near[0])
            at = near[0] + 1
        if len(places) == len(wanted):
            return words[places[0]][1].start(), words[places[-1]][1].end()
    return None
