"""What a pattern over kinds can begin with."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from conversations.understanding import date_rules, time_rules
from conversations.understanding.kinds import letters
from conversations.understanding.lexeme import letters_of
from conversations.understanding.lexemes import lex
from conversations.understanding.normalise import fold
from conversations.understanding.openings import openings
from conversations.understanding.vocabulary import vocabulary

PHRASES = Path(__file__).parents[1] / "phrases"


@pytest.mark.parametrize(
    ("pattern", "first"),
    [
        ("ab", "a"),
        ("a?b", "ab"),
        ("a*b+c", "ab"),
        ("a+b", "a"),
        ("[ab]c", "ab"),
        ("[ab]?c", "abc"),
        ("a{0,2}b", "ab"),
        ("a{1,2}b", "a"),
        ("a|bc", "ab"),
        ("(?:a|b?)c", "abc"),
        ("(?:a|b)?c|d", "abcd"),
        ("(a(?:b|c))*d", "ad"),
        ("(?=a)b", "b"),
        ("(?<!ab)(?<=c)d?e", "de"),
        ("(?:(?!a)b)?c", "bc"),
        ("^a?b$", "ab"),
    ],
)
def test_the_letters_that_a_match_can_begin_with(pattern: str, first: str) -> None:
    assert frozenset(first) == openings(pattern)


@pytest.mark.parametrize("pattern", ["a.b", "(?P<n>a)", "a??b", "[^a]b"])
def test_what_is_not_known_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=re.escape(pattern)):
        openings(pattern)


def test_no_rule_fits_where_it_is_not_tried() -> None:
    texts = {letters_of(lex(fold(text), vocabulary(code))) for code, text in written()}
    rules = [*time_rules.QUIET.values(), *date_rules.RULES.values(), *time_rules.RULES.values()]
    for pattern in {letters(pattern) for pattern, _ in rules}:
        first = openings(pattern)
        assert {found[0][0] for text in texts for found in re.finditer(pattern, text)} <= first, pattern


def written() -> Iterator[tuple[str, str]]:
    """The phrases of every language's table."""
    for path in PHRASES.glob("*.toml"):
        for section in tomllib.loads(path.read_text(encoding="utf-8")).values():
            yield from ((path.stem, text) for text in section)
