"""The words for amounts of money and of people in one language, and of English behind it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from conversations.languages import known
from conversations.languages import language as words_of_language
from conversations.understanding.kinds import Kind
from conversations.understanding.normalise import fold
from conversations.understanding.phrases import Table, Words
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary, vocabulary

LONGEST_PHRASE = 6


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The words for amounts of one language and of English behind it."""

    words: Vocabulary
    numbers: Mapping[Words, Decimal]
    leaning: Mapping[Words, Decimal]
    """Before a number or a scale: so much more, or less ("saadhe teen")."""
    scales: Mapping[Words, Decimal]
    currencies: Mapping[Words, str]
    shared: Mapping[Words, str]
    """Names of several currencies, with the one that is meant where the business's own is none of them."""
    lists: Mapping[str, frozenset[Words]]
    scale_first: bool
    openings: frozenset[str]

    def kind(self, texts: Words, at: int) -> tuple[Kind | None, int]:
        """What the longest phrase of dates, times and people at that place is, and how many words it has."""
        for size in range(min(LONGEST_PHRASE, len(texts) - at), 0, -1):
            if meaning := self.words.phrases.get(" ".join(texts[at : at + size])):
                return meaning.kind, size
        return None, 0


@lru_cache(maxsize=8)
def lexicon(code: str) -> Lexicon:
    """Of the language with that code; of English where it has no file."""
    words = vocabulary(known(code))
    tables = [words_of_language(each)["amounts"] for each in dict.fromkeys(("en", known(code)))]
    numbers, leaning = _numbers(words)
    for table in tables:
        numbers |= {said: Decimal(value) for said, value in _phrases(table["numbers"])}
    scales = {said: Decimal(value) for table in tables for said, value in _phrases(table["scales"])}
    currencies: dict[Words, str] = {(each.lower(),): each for table in tables for each in table["currencies"]}
    currencies |= {said: each for table in tables for said, each in _phrases(table["currencies"])}
    shared = {said: each for table in tables for said, each in _phrases(table["shared"])}
    lists = {
        name: frozenset(words_of(fold(said), marks=True) for table in tables for said in table[name])
        for name in ("vague", "to", "plus", "of", "under", "at_least", "unsure")
    }
    own = tables[-1]
    lists["vague"] -= {said for said, _ in _phrases(own["scales"])} - {said for said, _ in _phrases({"": own["vague"]})}
    return Lexicon(
        words,
        numbers,
        leaning,
        scales,
        currencies,
        shared,
        lists,
        scale_first=own.get("scale_first", False),
        openings=frozenset(said[0] for said in (*numbers, *leaning, *scales, *currencies, *shared)),
    )


def _numbers(words: Vocabulary) -> tuple[dict[Words, Decimal], dict[Words, Decimal]]:
    """The numbers that dates and times have, and what is said before one; "dhai", 2:30 on the clock, is 2.5."""
    numbers, leaning = {}, {}
    for phrase, meaning in words.phrases.items():
        said = words_of(phrase, marks=True)
        if meaning.kind is Kind.NUMBER:
            numbers[said] = Decimal(meaning.value)
        elif meaning.kind is Kind.LEANING:
            leaning[said] = Decimal(meaning.value) / 60
        elif meaning.kind is Kind.SPOKEN and len(said) == 1:
            numbers[said] = Decimal(meaning.value) / 60
    return numbers, leaning


def _phrases(table: Table) -> Iterator[tuple[Words, str]]:
    return ((words_of(fold(phrase), marks=True), key) for key, said in table.items() for phrase in said)


def size_of(phrases: Collection[Words], texts: Words, at: int) -> int:
    """How many words the longest of the phrases at that place has, 0 where there is none."""
    longest = min(LONGEST_PHRASE, len(texts) - at)
    return next((size for size in range(longest, 0, -1) if texts[at : at + size] in phrases), 0)
