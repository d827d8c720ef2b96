"""How well each language is understood, measured on texts that its words and the grammar were not made from."""

import tomllib
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from conversations.languages import LANGUAGES, spoken
from conversations.understanding import Certainty, Context, Understood, understand
from tests.conversations.understanding.readings import QATAR, written

TABLES = Path(__file__).parents[1] / "phrases" / "held"
REGIONS = {"anywhere": "QA", "region_US": "US", "region_GB": "GB", "region_PH": "PH", "region_unknown": ""}
PARTS = {"morning": ((4, 9), (10, 13)), "afternoon": ((11, 15), (16, 21)), "evening": ((15, 19), (19, 24)),
         "night": ((17, 21), (21, 24))}  # fmt: skip
"""When a part of the day may begin and when it may end, in hours: languages differ."""

BOUNDS = {
    "en": (97, 0),
    "es": (92, 2),
    "fr": (92, 2),
    "pt": (92, 2),
    "ar": (90, 2),
    "sw": (95, 0),
    "fil": (92, 0),
    "hi": (98, 0),
}
"""Per language: at least so many in a hundred right, at most so many wrong."""


@dataclass(frozen=True, slots=True)
class Score:
    """`right`: exactly as expected. `asked`: silent, an open question, or no more than the part that is right. `wrong`:
    sure of something else. `misses`: the text, what was expected and what was read, for all that are not right."""

    right: int
    asked: int
    wrong: int
    misses: tuple[tuple[str, str, str, str], ...]


def score(language: str) -> Score:
    """What the held-out texts of `language` come to."""
    table = tomllib.loads((TABLES / f"{language}.toml").read_text(encoding="utf-8"))
    counts = {"right": 0, "asked": 0, "wrong": 0}
    misses = []
    for section, phrases in table.items():
        context = replace(QATAR, language=language, region=REGIONS[section])
        for text, expected in phrases.items():
            verdict, read = judge(text, expected, context)
            counts[verdict] += 1
            if verdict != "right":
                misses.append((verdict, text, expected, read))
    return Score(counts["right"], counts["asked"], counts["wrong"], tuple(misses))


def judge(text: str, expected: str, context: Context) -> tuple[str, str]:
    """The verdict on one text ("right", "asked" or "wrong"), and what was read of it."""
    read = understand(text, context)
    shown = written(read)
    days, hours = _parted(expected)
    if "!" in expected:
        right = ("!" in shown and _reason(shown) == _reason(expected)) or (expected == "!past" and _is_over(read))
        safe = Certainty.AMBIGUOUS in _certainties(read) or not shown or "!" in shown
    else:
        right = "!" not in shown and _days_fit(days, read) and _hours_fit(hours, read)
        safe = "!" not in shown and (Certainty.AMBIGUOUS in _certainties(read) or _is_part_of(days, hours, read))
    return ("right" if right else "asked" if safe else "wrong"), shown


def _is_over(read: Understood) -> bool:
    """Today, at an hour that has passed: what is asked for is certain, and refused."""
    passed = bool(read.time.times) and all(each <= QATAR.now.time() for each in read.time.times)
    return read.date.dates == (QATAR.now.date(),) and passed


def _certainties(read: Understood) -> tuple[Certainty, Certainty]:
    return read.date.certainty, read.time.certainty


def _reason(shown: str) -> str:
    return shown.partition("!")[2].partition(" ")[0]


def _parted(expected: str) -> tuple[str, str]:
    """The days and the hours of one expectation; either may be empty."""
    first, _, second = expected.partition(" ")
    return (first, second) if "-" in first else ("", expected)


def _dates(days: str) -> tuple[date, ...]:
    first, through, last = days.partition("..")
    if through:
        return _stretch(date.fromisoformat(first), date.fromisoformat(last))
    return tuple(date.fromisoformat(day) for day in days.split("/") if day)


def _stretch(first: date, last: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=more) for more in range((last - first).days + 1))


def _days_fit(days: str, read: Understood) -> bool:
    said = read.date
    found = said.dates or (_stretch(said.earliest, said.latest) if said.earliest and said.latest else ())
    return found == _dates(days)


def _hours_fit(hours: str, read: Understood) -> bool:
    if hours not in PARTS:
        return hours == _parted(written(replace(read, date=type(read.date)())))[1]
    said, (begins, ends) = read.time, PARTS[hours]
    return (
        said.earliest is not None
        and said.latest is not None
        and begins[0] <= said.earliest.hour <= begins[1]
        and ends[0] <= said.latest.hour + said.latest.minute / 60 <= ends[1]
    )


def _is_part_of(days: str, hours: str, read: Understood) -> bool:
    """Whether what was read is sure of nothing that was not meant: silent, one half, or an hour's part of the day."""
    no_day = read.date.certainty is Certainty.NOTHING
    no_hour = read.time.certainty is Certainty.NOTHING
    return (no_day or _days_fit(days, read)) and (no_hour or _hours_fit(hours, read) or _holds(hours, read))


def _holds(hours: str, read: Understood) -> bool:
    if not hours or hours in PARTS or ".." in hours or not (read.time.earliest and read.time.latest):
        return False
    return all(read.time.earliest <= time.fromisoformat(hour) <= read.time.latest for hour in hours.split("/"))


def test_every_language_has_a_held_out_table() -> None:
    assert set(LANGUAGES) == {path.stem for path in TABLES.glob("*.toml")} == set(BOUNDS)


@pytest.mark.parametrize(
    ("text", "expected", "verdict"),
    [
        ("tomorrow at 3", "2026-03-11 15:00", "right"),
        ("tomorrow", "2026-03-11 15:00", "asked"),
        ("tomorrow afternoon", "2026-03-11 15:00", "asked"),
        ("tomorrow morning", "2026-03-11 15:00", "wrong"),
        ("tomorrow at 7", "2026-03-11 19:00", "asked"),
        ("tomorrow at 4", "2026-03-11 15:00", "wrong"),
        ("thursday at 3", "2026-03-11 15:00", "wrong"),
        ("thursday", "2026-03-11 15:00", "wrong"),
        ("31 april", "2026-04-30", "wrong"),
        ("hello", "2026-03-11", "asked"),
        ("tomorrow", "", "wrong"),
        ("tomorrow morning", "2026-03-11 morning", "right"),
        ("tomorrow afternoon", "2026-03-11 morning", "wrong"),
        ("31 april", "!no_such_date", "right"),
        ("30 april", "!no_such_date", "wrong"),
        ("today at 9am", "!past", "right"),
        ("today at 11am", "!past", "wrong"),
    ],
)
def test_the_judge_is_strict(text: str, expected: str, verdict: str) -> None:
    assert verdict == judge(text, expected, QATAR)[0]


@pytest.mark.parametrize("language", sorted(spoken()))
def test_a_language_is_understood_and_seldom_misunderstood(language: str) -> None:
    least_right, most_wrong = BOUNDS[language]
    found = score(language)
    total = found.right + found.asked + found.wrong
    assert found.right * 100 >= least_right * total, found.misses
    assert found.wrong * 100 <= most_wrong * total, found.misses
