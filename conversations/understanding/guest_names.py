"""The words of a text in which guests are named, and the names among them."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate

from conversations.understanding.kinds import Kind
from conversations.understanding.names import is_name_like, means_nothing_else
from conversations.understanding.normalise import fold
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import begins

ENDS = ",.!?;:()،؛؟।"
"""Signs that may stand right behind a word."""
_LONGEST_NAME = 2
_LONGEST_PHRASE = 4
_BEHIND = ("after", "needs", "and_me")
"""Lists of what stands behind a guest and their name."""


@dataclass(frozen=True, slots=True)
class Said:
    """The words as typed, and folded; what they can mean, and which of them are names of services and staff."""

    raw: Sequence[str]
    folded: Sequence[str]
    pieces: Sequence[tuple[str, ...]]
    """The words within each: "d'une" is two."""
    known: Vocabulary
    taken: Collection[str]
    is_service: Callable[[str], bool]

    def size(self, place: int, listed: str, table: str = "guests") -> int:
        """How many words the longest phrase of that list has that stands at `place`; 0 where none does."""
        if not 0 <= place < len(self.pieces):
            return 0
        window = self.pieces[place : place + _LONGEST_PHRASE]
        wanted = begins([word for words in window for word in words], self.known.phrase_set(table, listed))
        ends = list(accumulate(map(len, window)))
        return ends.index(wanted) + 1 if wanted and wanted in ends else 0

    def relation(self, place: int, table: str = "", listed: str = "") -> str:
        """The relation that a word names, without a word of that list that is written onto it; "" for any other."""
        word, relations = self.folded[place], self.known.phrase_set("guests", "relations")
        if self.bare(place).lower().endswith("'s") or self.is_mine(place):
            return ""  # "my sister's wedding"; French "son anniversaire"
        leads = self.known.single(table, listed) if listed else ("",)
        cut = (word[len(lead) :] for lead in leads if word.startswith(lead))
        return next((each for each in cut if each and words_of(each, marks=True) in relations), "")

    def is_mine(self, place: int) -> bool:
        return self.folded[place] in self.known.single("guests", "my")

    def is_between(self, place: int) -> bool:
        """Whether a word may stand between "for" and the relation: whose it is, how many, an article, "little"."""
        meaning = self.known.phrases.get(self.folded[place])
        is_number = meaning is not None and meaning.kind is Kind.NUMBER
        listed = self.known.single("guests", "between")
        return self.is_mine(place) or self.folded[place] in listed or is_number or self.folded[place].isdecimal()

    def bare(self, place: int) -> str:
        return self.raw[place].strip(ENDS)

    def joined(self, places: range) -> str:
        return " ".join(map(self.bare, places))


def said_in(text: str, known: Vocabulary, taken: Collection[str], is_service: Callable[[str], bool]) -> Said:
    """The words of a tidy text."""
    raw = text.split(" ")
    folded = [fold(word).strip(ENDS) for word in raw]
    return Said(raw, folded, [words_of(word, marks=True) for word in folded], known, taken, is_service)


def name_at(said: Said, start: int, *, is_related: bool) -> range:
    """At most two capitalised words that mean nothing else. Behind a relation also one in a script without capitals,
    one in any script that "for" stands behind, and one like a month; a comma before it calls for one behind it."""
    if start >= len(said.raw):
        return range(0)
    end = start
    while end < min(start + _LONGEST_NAME, len(said.raw)) and _is_name(said, end, is_related and end == start):
        end += 1
        if said.raw[end - 1][-1] in ENDS:
            break
    is_apart = start > 0 and said.raw[start - 1][-1] in ENDS
    if is_apart and not (end > start and (end == len(said.raw) or said.raw[end - 1][-1] in ENDS)):
        return range(0)
    return range(start, end)


def name_before(said: Said, place: int) -> bool:
    """Whether a capitalised name stands here that "for" stands behind."""
    return bool(said.size(place + 1, "after")) and _is_name(said, place, is_related=False)


def _is_name(said: Said, place: int, is_related: bool) -> bool:
    word = said.bare(place)
    if not is_name_like(word):
        return False
    if word[:1].upper() != word[:1].lower():
        fits = word[:1].isupper() or (is_related and said.size(place + 1, "after") > 0)
    else:
        is_stop = said.folded[place] in said.known.single("names", "stops")
        fits = is_related and not is_stop and not any(said.size(place, listed) for listed in _BEHIND)
    return fits and (_means_a_name(said, place, word) or (is_related and _is_like_a_month(said, place)))


def _means_a_name(said: Said, place: int, word: str) -> bool:
    if said.folded[place] in said.known.single("guests", "names"):
        return True
    occasions = said.known.single("guests", "occasions")
    if said.folded[place] in occasions or not means_nothing_else([word], said.known, said.taken):
        return False
    means_a_time = all(part in said.known.phrases for part in words_of(said.folded[place]))  # "alas-dose", midnight
    return not means_a_time and not said.is_service(said.folded[place])


def _is_like_a_month(said: Said, place: int) -> bool:
    """ "My daughter April", unless a number beside it makes a date of it."""
    meaning = said.known.phrases.get(said.folded[place])
    beside = " ".join(said.folded[place - 1 : place + 2 : 2])
    is_month = meaning is not None and meaning.kind is Kind.MONTH and len(said.folded[place]) > 2
    return is_month and said.raw[place][:1].isupper() and not any(map(str.isdecimal, beside))
