"""docs/asvs.md answers every point, and names no test that is not there."""

import re
from functools import cache
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
ROW = re.compile(r"\| (\d+\.\d+\.\d+) \| ([12]) \| [^|]+ \| \*\*(holds|partly|does not apply)\*\*([^|]*) \| ([^|]*)\|")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
MOST = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4,
    "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4,
    "17.3": 2,
}  # fmt: skip
"""How many requirements of levels 1 and 2 each section of 5.0.0 has; they come before those of level 3."""
NOTHING_TO_TEST = 40
"""Points that hold and need no test: what is written down, or is not there at all."""


@cache
def rows() -> list[tuple[str, str, str, str, str]]:
    found = ROW.findall((TOP / "docs/asvs.md").read_text(encoding="utf-8"))
    return [(number, level, answer, words, tests) for number, level, answer, words, tests in found]


def test_every_point_of_both_levels_is_answered_once() -> None:
    wanted = [f"{section}.{number}" for section, most in MOST.items() for number in range(1, most + 1)]
    assert wanted == [number for number, *_ in rows()]
    assert (70, 183) == tuple(sum(level == each for _, level, *_ in rows()) for each in "12")


def test_what_does_not_hold_says_why() -> None:
    assert [] == [number for number, _, answer, words, _ in rows() if answer != "holds" and len(words.strip()) < 10]


def test_what_holds_is_held_by_a_test() -> None:
    bare = [number for number, _, answer, _, tests in rows() if answer == "holds" and not TEST.search(tests)]
    assert len(bare) <= NOTHING_TO_TEST, bare
    assert [] == [number for number, *_, tests in rows() if tests.strip() and not TEST.search(tests)]


@pytest.mark.parametrize("path", sorted({path for *_, tests in rows() for path, _ in TEST.findall(tests)}))
def test_every_test_that_is_named_is_there(path: str) -> None:
    text = (TOP / path).read_text(encoding="utf-8")
    names = {name for *_, tests in rows() for file, name in TEST.findall(tests) if file == path}
    assert [] == sorted(name for name in names if not re.search(rf"def {name}\(", text))
