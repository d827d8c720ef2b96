"""Who a booking is for, where that is not who texts: "for my daughter Amina"."""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from conversations.understanding.guest_names import ENDS, Said, name_at, name_before, said_in
from conversations.understanding.noise import TAKEN_OUT
from conversations.understanding.normalise import fold
from conversations.understanding.phrases import Words
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import consists_of, may_hold, without

_NEAR = 4
"""Words from "for" to the relation ("for my two little daughters")."""
_MOST = 4
"""Guests that one text names."""


class Guest(NamedTuple):
    """ "Amina (daughter)", "daughter" or "Amina", in the client's own words, or ""; and the text without the names.
    Where several are named, or whoever texts comes as well: how many they are, and the words for them."""

    called: str
    rest: str
    heads: int | None = None
    party: str = ""


class _One(NamedTuple):
    """One guest: what they are called, which words the text is read without, where the words about them end; and
    whether these say that the booking is for them."""

    called: str
    out: range
    end: int
    is_guest: bool = True


def read_guest(text: str, known: Vocabulary, taken: Collection[str], is_service: Callable[[str], bool]) -> Guest:
    """From a tidy text. `taken` are folded words that are no guest's name: those of services and staff; `is_service`
    tells of any other whether it is one of a service, misspelt."""
    if not _may_name_one(text, known):
        return Guest("", text)
    said = said_in(text, known, taken, is_service)
    for place in range(len(said.raw)):
        first = _related(said, place) or _named(said, place)
        if first is None:
            continue
        guests = _with_others(said, first)
        end = guests[-1].end
        is_led = first.is_guest or said.size(end, "after") or (first is guests[-1] and said.size(end, "needs"))
        rest = _without(said.raw, guests)
        if (me := _me_before(said, place, end)) is not None:  # "para mí y mi marido"
            return Guest("", rest, len(guests) + 1, said.joined(range(me, end)))
        if with_me := said.size(end, "and_me"):  # "for my wife and me"
            return Guest("", rest, len(guests) + 1, _party(said, place, end + with_me))
        if is_led:
            party = (len(guests), _party(said, place, end)) if len(guests) > 1 else (None, "")
            return Guest(", ".join(guest.called for guest in guests), rest, *party)
        if said.size(place + 1, "called") and first.out:
            text = _without(said.raw, guests)  # somebody's name, but neither a guest's nor the client's
    return Guest("", text)


def is_for_self(words: Sequence[str], known: Vocabulary) -> bool:
    """Whether a text says nothing but that it is for who texts ("no, it's for me"); "that works for me" says more."""
    for_me = known.phrase_set("guests", "for_me")
    return may_hold(words, for_me) and consists_of(without(words, _small_talk(known)), for_me)


@lru_cache(maxsize=32)
def _small_talk(known: Vocabulary) -> frozenset[Words]:
    no = frozenset((word,) for word in known.single("answers", "no"))
    return no | known.phrase_set("answers", "openers") | known.phrase_set("answers", "polite")


def _may_name_one(text: str, known: Vocabulary) -> bool:
    """Whether a relation is named, or "for" and something capitalised: most texts have neither."""
    words = words_of(fold(text))
    if not known.single("guests", "relations").isdisjoint(words):
        return True
    attached = tuple(known.single("guests", "attached"))
    if attached and any(word.startswith(attached) for word in words):
        return True
    is_led = may_hold(words, known.phrase_set("guests", "for")) or may_hold(words, known.phrase_set("guests", "after"))
    return is_led and any(word[:1].isupper() for word in text.split(" "))


def _with_others(said: Said, first: _One) -> list[_One]:
    """ "… Amina and my son Ali": all who are named behind each other."""
    guests = [first]
    while len(guests) < _MOST:
        place = guests[-1].end
        if place < len(said.raw) and (attached := said.relation(place, "services", "and_attached")):
            another: _One | None = _guest(said, place, attached)
        else:
            place += said.size(place, "and", "services")
            while place != guests[-1].end and place < len(said.raw) and said.is_between(place):
                place += 1
            if place in (guests[-1].end, len(said.raw)):
                return guests
            relation = said.relation(place)
            another = _guest(said, place, relation) if relation else _called(said, place)
        if another is None:
            return guests
        guests.append(another)
    return guests


def _named(said: Said, place: int) -> _One | None:
    """ "… for Amina", "Amina ke liye": a name right beside "for"."""
    size = said.size(place, "for")
    if size and (place == 0 or said.raw[place].islower()):
        return _called(said, place + size)
    return _One(said.bare(place), range(place, place + 1), place + 1) if name_before(said, place) else None


def _called(said: Said, place: int) -> _One | None:
    name = name_at(said, place, is_related=False)
    return _One(said.joined(name), name, name.stop) if name else None


def _related(said: Said, place: int) -> _One | None:
    """Who the relation at `place` is, and whether "for" stands before it or is written onto it."""
    relation = said.relation(place)
    is_attached = not relation
    relation = relation or said.relation(place, "guests", "attached")
    if not relation:
        return None
    start, is_mine = _lead(said, place)
    if relation in said.taken and not (is_mine or said.size(place + 1, "called")):
        return None  # "Kids haircut", "haircut for kids"
    one = _guest(said, place, relation)
    out = range(place, one.end) if relation in said.taken else one.out
    return one._replace(out=out, is_guest=is_attached or start < place)


def _me_before(said: Said, place: int, end: int) -> int | None:
    """Where whoever texts is named before the relation at `place`, with a "for" before them or behind all of it."""
    for start in range(place, max(place - _NEAR, 0), -1):
        me = _phrase_before(said, start, "me_and")
        if me is not None:
            is_led = _phrase_before(said, me, "for") is not None or said.size(me, "for_me") or said.size(end, "after")
            return me if is_led else None
        if not (said.is_between(start - 1) or said.size(start - 1, "for")):
            return None
    return None


def _phrase_before(said: Said, end: int, listed: str) -> int | None:
    """Where a phrase of that list begins that ends right before `end`."""
    starts = range(max(end - _NEAR, 0), end)
    return next((start for start in starts if said.size(start, listed) == end - start), None)


def _party(said: Said, place: int, end: int) -> str:
    """The words from the "for" that leads whoever stands at `place`."""
    return said.joined(range(_lead(said, place)[0], end))


def _guest(said: Said, place: int, relation: str) -> _One:
    """A guest by the relation at `place` and the name behind it."""
    start = place + 1
    while size := said.size(start, "called"):
        start += size
    name = name_at(said, start, is_related=True)
    word = said.bare(place)
    called = word if fold(word) == relation else word[-len(relation) :]
    return _One(f"{said.joined(name)} ({called})" if name else called, name, name.stop if name else start)


def _lead(said: Said, place: int) -> tuple[int, bool]:
    """Where the "for" stands that leads the relation at `place`, which is `place` itself where none does; and whether
    it is said whose relation it is."""
    for start in range(place - 1, max(place - _NEAR, 0) - 1, -1):
        if size := said.size(start, "for"):
            between = range(start + size, place)
            if all(said.is_between(word) for word in between):
                return start, any(said.is_mine(word) for word in between)
    return place, place > 0 and said.is_mine(place - 1)


def _without(raw: Sequence[str], guests: Sequence[_One]) -> str:
    """The text with a sign where each name stood, and the comma behind it."""
    rest = list(raw)
    for guest in reversed(guests):
        if guest.out:
            last = raw[guest.out.stop - 1]
            mark = last[-1] if last[-1] in ENDS else ""
            rest[guest.out.start : guest.out.stop] = [TAKEN_OUT, mark] if mark else [TAKEN_OUT]
    return " ".join(rest)
