"""Several services in one text: "cut and colour" is a visit, "haircut wed 1pm and massage fri 10am" are two wishes."""

from collections.abc import Callable, Sequence

from conversations.business import Service
from conversations.understanding.services import read_services
from conversations.understanding.tokens import Token
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import begins, plain

_SIGNS = frozenset("+&,/;،")
_LONGEST_JOIN = 3

Part = tuple[Token, ...]


def parts(pieces: Sequence[Token], services: Sequence[Service], known: Vocabulary) -> list[Part]:
    """The text cut at "and", "plus" and the signs for them, also where "and" is written onto a service."""
    found: list[list[Token]] = [[]]
    joins = known.phrase_set("services", "and")
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        size = begins([each.text for each in pieces[place : place + _LONGEST_JOIN]], joins)
        if size or piece.text in _SIGNS:
            found.append([])
        elif lead := written_onto(piece, services, known):
            found.append([Token(piece.text[lead:], piece.start + lead, piece.end)])
        else:
            found[-1].append(piece)
        place += size or 1
    return [tuple(part) for part in found if part]


def written_onto(piece: Token, services: Sequence[Service], known: Vocabulary) -> int:
    """How many letters of a word are an "and" before a service."""
    for join in known.single("services", "and_attached"):
        rest = Token(piece.text[len(join) :], piece.start + len(join), piece.end)
        if rest.text and piece.text.startswith(join) and services_in((rest,), services, known):
            return len(join)
    return 0


def read_visit(
    cut: Sequence[Part], services: Sequence[Service], known: Vocabulary, whole: Sequence[int]
) -> tuple[tuple[int, ...], ...]:
    """The services that the parts name, each with all that fit its part; () where fewer than two are named apart, or
    where the text names one service `whole` ("cut and colour", on the list as such)."""
    if len(cut) < 2 or len(whole) < 2:
        return ()
    named: list[tuple[int, ...]] = []
    for part in cut:
        fitting = services_in(part, services, known)
        if fitting and not any(set(fitting) & set(before) for before in named):
            named.append(fitting)
    return tuple(named) if len(named) > 1 else ()


def services_in(part: Part, services: Sequence[Service], known: Vocabulary) -> tuple[int, ...]:
    """The services that one part of a text fits."""
    words = [plain(piece.text) for piece in part if piece.is_word]
    return read_services(words, services, known.is_idle, known.single("services", "joining")).ids


def read_wishes(cut: Sequence[Part], is_whole: Callable[[str], bool], text: str) -> tuple[str, str] | None:
    """The first wish and all that comes behind it, where both name a service and a day or time of their own."""
    for place in range(1, len(cut)):
        start = cut[place][0].start
        first, further = text[: cut[place - 1][-1].end], text[start:]
        if is_whole(first) and is_whole(further):
            return first, further
    return None
