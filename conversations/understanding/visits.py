"""Several services in one text: "cut and colour" is a visit, "haircut wed 1pm and massage fri 10am" are two wishes."""

from collections.abc import Callable, Sequence

from conversations.business import Service
from conversations.understanding.services import read_services
from conversations.understanding.tokens import Token
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import plain

_SIGNS = frozenset("+&,/;،")

Part = tuple[Token, ...]


def parts(pieces: Sequence[Token], known: Vocabulary) -> list[Part]:
    """The text cut at "and", "plus" and the signs for them."""
    found: list[Part] = []
    part: list[Token] = []
    joins = known.single("services", "and")
    for piece in pieces:
        if piece.text in _SIGNS or piece.text in joins:
            found.append(tuple(part))
            part = []
        else:
            part.append(piece)
    return [each for each in (*found, tuple(part)) if each]


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
