"""Which word of dates and times a misspelt or shortened one stands for."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

_KEPT = 4096
_RIVALS = 4
"""Words equally near a misspelt one ("jumatato": jumatatu, jumatano?) that are looked at."""
_SHORTEST, _SHORTEST_OTHER_SCRIPT = 5, 7
"""Letters from which a word may hold a slip: Arabic and Hindi words of one root lie closer together."""
_LONGEST = 14
_TWO_SLIPS = 8
_SLIPS_IN_VOWELS = 6
"""Letters from which two slips pass where the consonants are the same."""
_FIRST_SLIPS = 7
"""Letters from which the first one may be a slip as well."""
_SHORT = 4
"""Letters of a word in which only the slips of a finger pass: two letters swapped, the key beside."""
_CONSONANTS = 3
_SHORTENED = 4
"""Letters that a word without its vowels still has."""
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_VOWELS = frozenset("aeiouy")


def _beside() -> frozenset[str]:
    """The pairs of keys that lie side by side, in a row or one above the other (a row is half a key further right)."""
    pairs = {row[at : at + 2] for row in _KEYS for at in range(len(row) - 1)}
    for upper, lower in pairwise(_KEYS):
        pairs |= {upper[at + more] + key for at, key in enumerate(lower) for more in (0, 1) if at + more < len(upper)}
    return frozenset(pairs | {pair[::-1] for pair in pairs})


_BESIDE = _beside()


@dataclass(frozen=True, eq=False)
class Spelling:
    """`words` may be misspelt; `real` are words that are none of them misspelt."""

    words: tuple[str, ...]
    real: frozenset[str]
    _shortened: dict[str, list[str]] = field(default_factory=dict)
    _short: dict[str, list[str]] = field(default_factory=dict)
    _near: dict[str, bool] = field(default_factory=dict)
    _seen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Words that were looked at before, as many as are worth keeping."""

    def __post_init__(self) -> None:
        for word in self.words:
            if word.isascii():
                self._shortened.setdefault(skeleton(word), []).append(word)
                for slip in _slips_of_a_finger(word) if len(word) <= _SHORT else ():
                    self._short.setdefault(slip, []).append(word)

    def meant(self, word: str) -> tuple[str, ...]:
        """The words that `word` may stand for, all equally near; none where it is a word of its own."""
        if word in self.real or len(word) > _LONGEST:
            return ()
        if word not in self._seen:
            if len(self._seen) >= _KEPT:
                self._seen.clear()
            self._seen[word] = self._without_vowels(word) or self._nearest(word) or self._nearest(_singly(word))
        return self._seen[word]

    def is_near(self, word: str) -> bool:
        """Whether a word that stands for none may yet be one, badly misspelt."""
        if word in self.real or not _SHORT <= len(word) <= _LONGEST or not word.isascii():
            return False
        if word not in self._near:
            if len(self._near) >= _KEPT:
                self._near.clear()
            found = extract(word, self.words, scorer=OSA.distance, score_cutoff=_SHORT, limit=_RIVALS)
            self._near[word] = any(_is_near(word, other, int(slips)) for other, slips, _ in found)
        return self._near[word]

    def _without_vowels(self, word: str) -> tuple[str, ...]:
        """ "Thrsdy", "aftrnoon", "tmrow": letters left out, and vowels only."""
        if len(word) < _SHORTENED or not word.isascii() or len(kept := skeleton(word)) < _CONSONANTS:
            return ()
        return tuple(other for other in self._shortened.get(kept, ()) if _is_left_of(_singly(word), other))

    def _nearest(self, word: str) -> tuple[str, ...]:
        if word in self._short:
            return tuple(self._short[word])
        if len(word) < (_SHORTEST if word.isascii() else _SHORTEST_OTHER_SCRIPT):
            return ()
        found = extract(word, self.words, scorer=OSA.distance, score_cutoff=2, limit=_RIVALS)
        near = [(other, slips) for other, slips, _ in found if self._is_slip(word, other, int(slips))]
        return tuple(other for other, slips in near if slips == near[0][1])

    def _is_slip(self, word: str, other: str, slips: int) -> bool:
        if len(other) < _SHORTEST or not (word[0] == other[0] or (slips == 1 and _is_first_slip(word, other))):
            return False
        if slips < 2 or (len(word) >= _TWO_SLIPS and len(other) >= _TWO_SLIPS):
            return True
        alike = word.isascii() and other.isascii() and skeleton(word) == skeleton(other)
        return alike and min(len(word), len(other)) >= _SLIPS_IN_VOWELS and len(skeleton(word)) >= _CONSONANTS


def _singly(word: str) -> str:
    """The word with every doubled letter once."""
    return "".join(letter for before, letter in pairwise(f" {word}") if letter != before)


def skeleton(word: str) -> str:
    """A word by its consonants: without vowels but the first letter, doubled letters, the g of "-ng" and a last w."""
    kept = word[0]
    for before, letter in pairwise(word):
        if letter not in _VOWELS and letter != before:
            kept += letter
    if kept.endswith("ng"):
        return kept[:-1]
    return kept[:-1] if len(kept) > 1 and kept.endswith("w") else kept


def _is_left_of(word: str, other: str) -> bool:
    """Whether the letters of `word` stand in `other` in that order."""
    letters = iter(other)
    return word != other and all(letter in letters for letter in word)


def _is_first_slip(word: str, other: str) -> bool:
    """ "Romorrow", "omtorrow"."""
    return len(word) >= _FIRST_SLIPS and (word[0] + other[0] in _BESIDE or word[:2] == other[1::-1])


def _is_near(word: str, other: str, slips: int) -> bool:
    shorter = min(len(word), len(other))
    if sorted(word) == sorted(other):
        return shorter >= _SHORTEST
    letters = {1: _SHORTEST, 2: _FIRST_SLIPS, 3: _TWO_SLIPS}
    return word[0] == other[0] and shorter >= letters.get(slips, _LONGEST)


def _slips_of_a_finger(word: str) -> Iterable[str]:
    """The word with two letters swapped, with a letter typed twice, and with the key beside typed for a letter."""
    for at, letter in enumerate(word):
        if len(word) < _SHORT:
            yield from (word[: at - 1] + letter + word[at - 1] + word[at + 1 :],) if at else ()
            continue
        yield word[:at] + letter + word[at:]
        if at and letter != word[at - 1]:
            yield word[: at - 1] + letter + word[at - 1] + word[at + 1 :]
        yield from (word[:at] + key + word[at + 1 :] for key in "abcdefghijklmnopqrstuvwxyz" if letter + key in _BESIDE)
