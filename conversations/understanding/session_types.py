"""Which kind of session a text is about: "couples therapy", "for me and my wife", "just me"."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import NamedTuple

from rapidfuzz import fuzz, process

from conversations.business import Service
from conversations.dialogue import Subject
from conversations.session_types import SessionType
from conversations.understanding.guest_names import ENDS
from conversations.understanding.kinds import Kind
from conversations.understanding.meaning import Context, Understood
from conversations.understanding.normalise import fold, tidy
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import begins

_TABLE = "session_types"
_OF_MANY = (SessionType.FAMILY, SessionType.GROUP)
"""Types whose words a number of people may stand behind ("a group of 5")."""
_LONGEST = 8
_LONGEST_NOT = 3
_LONG_WORD, _ALIKE = 6, 84


class SaidTypes(NamedTuple):
    """The types that a text means, and those that it rules out; whether it names a session by one, rather than who
    comes to it; the words for them, and the text without these."""

    meant: AbstractSet[SessionType]
    ruled_out: AbstractSet[SessionType]
    is_named: bool
    words: tuple[str, ...]
    rest: str

    def fitting(self, services: Iterable[Service]) -> list[Service]:
        """Those of the types that are meant, else those not ruled out; all of them where none is."""
        found = list(services)
        if self.meant:
            return [each for each in found if each.session_type in self.meant] or found
        return [each for each in found if each.session_type not in self.ruled_out] or found


class _Phrase(NamedTuple):
    start: int
    end: int
    type: SessionType
    is_named: bool


def read_session_types(text: str, known: Vocabulary, *, has_seats: bool) -> SaidTypes | None:
    """None where a text has no word of any. `has_seats`: a number of people is read from it."""
    raw = tidy(text).split(" ")
    owners = [(place, word) for place, typed in enumerate(raw) for word in words_of(fold(typed))]
    words = [word for _, word in owners]
    found = _phrases(words, known)
    if not found:
        return None
    ruled_out = {each.type for each in found if _is_denied(words, each.start, known)}
    meant = {each.type for each in found} - ruled_out
    for each in found:
        if not (has_seats and each.type in _OF_MANY):
            _take_out(raw, owners[each.start][0], owners[each.end - 1][0])
    said = tuple(word for each in found for word in words[each.start : each.end])
    return SaidTypes(meant, ruled_out, any(each.is_named for each in found), said, " ".join(filter(None, raw)))


def with_session_types(understood: Understood, said: SaidTypes | None, context: Context) -> Understood:
    """The same with each service that has several types in the type that is meant: the one the text says, else the one
    that is wanted already; all of them where neither tells."""
    by_id = {service.id: service for service in context.services}

    def settled(ids: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(
            kept for service in ids if service in by_id for kept in _settled(by_id[service], ids, said, context)
        )

    service_ids, visit = settled(understood.service_ids), tuple(map(settled, understood.visit))
    understood = replace(understood, service_ids=service_ids, visit=visit)
    if said is None:
        return understood
    if not understood.service_ids:
        understood = _meaning_one(understood, said, context)
    named = understood.words.get("services", "")
    is_used = any(by_id[service].has_types for service in understood.service_ids)
    words = " ".join((*said.words, *(word for word in named.split() if word not in said.words)))
    return replace(understood, words={**understood.words, "services": words}) if is_used else understood


def concerns(understood: Understood, said: SaidTypes, context: Context) -> bool:
    """Whether the types that a text says are those of a service that it names, or that is wanted or asked about."""
    named = set(understood.service_ids) or set(_asked(context)) or set(context.wanted)
    has_types = any(service.has_types for service in context.services if service.id in named)
    return has_types or (not understood.service_ids and _tells(said, context))


def _settled(service: Service, ids: Sequence[int], said: SaidTypes | None, context: Context) -> tuple[int, ...]:
    """A service, where it is among those of its own types that are meant."""
    types = [each for each in context.services if each.id in ids and each.main_id == service.main_id]
    if said is not None and (said.meant or said.ruled_out):
        fitting = said.fitting(types)
    else:
        fitting = [each for each in types if each.id in context.wanted] or types
    return (service.id,) if service in fitting else ()


def _meaning_one(understood: Understood, said: SaidTypes, context: Context) -> Understood:
    """Without a service named: the type of what is asked about or wanted, else of whatever has it."""
    services = [service for service in context.services if service.has_types]
    if asked := [service for service in services if service.id in _asked(context)]:
        return replace(understood, service_ids=tuple(service.id for service in said.fitting(asked)))
    before = next((service for service in services if service.id in context.wanted), None)
    if before is not None and not said.meant and before.session_type not in said.ruled_out:
        return replace(understood, service_ids=(before.id,))
    if before is not None:
        types = said.fitting(service for service in services if service.main_id == before.main_id)
        changed = replace(understood, service_ids=tuple(service.id for service in types))
        if before not in types:
            return replace(changed, adds=True, without=(*understood.without, before.id))
        return changed
    if not _tells(said, context):
        return understood
    return replace(
        understood, service_ids=tuple(service.id for service in services if service.session_type in said.meant)
    )


def _tells(said: SaidTypes, context: Context) -> bool:
    """Whether a text that names no service, where none is wanted, tells by these words which it means: who comes says
    it where there is one service only."""
    return said.is_named or len({service.main_id for service in context.services}) == 1


def _asked(context: Context) -> tuple[int, ...]:
    return tuple(int(option.value) for option in context.options if option.subject is Subject.SERVICE)


def _phrases(words: Sequence[str], known: Vocabulary) -> list[_Phrase]:
    """Left to right, the longest first; words that only look like a type are passed over."""
    lists = [
        (kind, is_named, phrases)
        for kind in SessionType
        for is_named, listed in ((True, kind.value), (False, f"{kind}_who"))
        if (phrases := known.phrase_set(_TABLE, listed))
    ]
    found: list[_Phrase] = []
    place = 0
    while place < len(words):
        window = words[place : place + _LONGEST]
        passed = begins(window, known.phrase_set(_TABLE, "none"), longest=_LONGEST)
        sizes = [(begins(window, phrases, longest=_LONGEST), is_named, kind) for kind, is_named, phrases in lists]
        size, is_named, kind = max(sizes, key=lambda each: each[0])
        if not size and not passed and (meant := _misspelt(words[place], known)) is not None:
            size, is_named, kind = 1, True, meant
        if size > passed:
            found.append(_Phrase(place, place + size, kind, is_named))
        place += max(size, passed, 1)
    return found


def _misspelt(word: str, known: Vocabulary) -> SessionType | None:
    """The type that a long word names, written a little otherwise."""
    if len(word) < _LONG_WORD or known.is_idle(word):
        return None
    names = {each: kind for kind in SessionType for each in known.single(_TABLE, kind.value) if len(each) >= _LONG_WORD}
    found = process.extractOne(word, list(names), scorer=fuzz.ratio, score_cutoff=_ALIKE, processor=None)
    return names[found[0]] if found is not None else None


def _is_denied(words: Sequence[str], start: int, known: Vocabulary) -> bool:
    """Whether a "not" stands right before it."""
    before = (" ".join(words[place:start]) for place in range(max(0, start - _LONGEST_NOT), start))
    return any((meaning := known.phrases.get(each)) is not None and meaning.kind is Kind.NOT for each in before)


def _take_out(raw: list[str], first: int, last: int) -> None:
    """Leave the mark behind these words where they stood, else a comma."""
    mark = raw[last][-1:] if raw[last][-1:] in ENDS else ","
    raw[first : last + 1] = [mark, *[""] * (last - first)]
