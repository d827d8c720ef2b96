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
    ("pattern", "begun"),
    [
        ("abc", "ab"),
        ("a", "a"),
        ("a?b", "ab b"),
        ("a*b+c", "aa ab bb bc"),
        ("a+b", "aa ab"),
        ("[ab]c", "ac bc"),
        ("[ab]?c", "ac bc c"),
        ("a{0,2}b", "aa ab b"),
        ("a{1,}b", "aa ab"),
        ("a{1,2}b", "aa ab"),
        ("a{2}b", "aa"),
        ("a|bc", "a bc"),
        ("(?:a|b?)c", "ac bc c"),
        ("(?:a|b)?c|d", "ac bc c d"),
        ("(a(?:b|c))*d", "ab ac d"),
        ("(?:a?b){2}", "ab ba bb"),
        ("(?=a)b", "b"),
        ("(?<!ab)(?<=c)d?e", "de e"),
        ("(?:(?!a)b)?c", "bc c"),
        ("^a?b$", "ab b"),
    ],
)
def test_the_letters_that_a_match_can_begin_with(pattern: str, begun: str) -> None:
    assert frozenset(begun.split()) == openings(pattern)


@pytest.mark.parametrize("pattern", ["a.b", "(?P<n>a)", "a??b", "[^a]b"])
def test_what_is_not_known_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=re.escape(pattern)):
        openings(pattern)


def test_no_rule_fits_where_it_is_not_tried() -> None:
    texts = {letters_of(lex(fold(text), vocabulary(code))) for code, text in written()}
    rules = [*time_rules.QUIET.values(), *date_rules.RULES.values(), *time_rules.RULES.values()]
    for pattern in {letters(pattern) for pattern, _ in rules}:
        begun = openings(pattern)
        found = {match[0][:2] for text in texts for match in re.finditer(pattern, text)}
        assert found <= begun, pattern


def written() -> Iterator[tuple[str, str]]:
    """The phrases of every language's table."""
    for path in PHRASES.glob("*.toml"):
        for section in tomllib.loads(path.read_text(encoding="utf-8")).values():
            yield from ((path.stem, text) for text in section)
