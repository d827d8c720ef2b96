"""Tom, who is no tomorrow: first names that are a short word for a day as well."""

from collections.abc import Sequence

from conversations.dialogue import Awaiting
from conversations.understanding.called import words_naming, words_naming_people
from conversations.understanding.lexemes import lex
from conversations.understanding.meaning import Context
from conversations.understanding.names import UNTIMED, is_first_name, is_name_like, means_nothing_else
from conversations.understanding.noise import TAKEN_OUT
from conversations.understanding.normalise import fold
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import begins

_ENDS = ",.!?;:"
_MOST = 3
"""Words of a name that stands alone."""
_DAY_ASKED = frozenset({
    Awaiting.DATE, Awaiting.DATE_READING, Awaiting.TIME, Awaiting.TIME_READING, Awaiting.CHANGE, Awaiting.PROPOSAL,
    Awaiting.WORDS, Awaiting.REMINDER, Awaiting.CLASS, Awaiting.FULL, Awaiting.HOW_OFTEN, Awaiting.HOW_MANY,
})  # fmt: skip
"""Questions that a day by itself answers."""


def without_first_names(text: str, known: Vocabulary, context: Context) -> str:
    """Without a "Tom" that has a capital and stands alone, with a surname, among names, or before "here"; beside any
    other word of dates or times, or beside a service, it is the day."""
    words = text.split(" ")
    places = [at for at, word in enumerate(words) if is_first_name(word.strip(_ENDS), known)]
    if not places:
        return text
    others = fold(" ".join(word for at, word in enumerate(words) if at not in places))
    idle = known.single("services", "joining")
    called = words_naming(context.services) | words_naming_people(context.staff)
    if any(each.kind not in UNTIMED for each in lex(others, known)) or (called - idle) & {*words_of(others)}:
        return text
    for at in places:
        if _is_somebody(words, at, known, context):
            words[at] = TAKEN_OUT + words[at][len(words[at].rstrip(_ENDS)) :]
    return " ".join(words)


def _is_somebody(words: Sequence[str], at: int, known: Vocabulary, context: Context) -> bool:
    if len(words) == 1:
        return context.awaiting not in _DAY_ASKED and not words[0].endswith("?")
    behind = words[at + 1 :]
    if begins(words_of(fold(" ".join(behind))), known.phrase_set("words", "name_follows")):
        return True
    if all(_is_in_a_list(word, known) for word in words):
        return True
    has_surname = bool(behind) and words[at][-1] not in _ENDS and _is_name(behind[0].strip(_ENDS), known)
    return has_surname and not any(word[:1].isupper() for word in behind[1:_MOST])


def _is_in_a_list(word: str, known: Vocabulary) -> bool:
    bare = word.strip(_ENDS)
    is_joint = bare in ("", "&") or fold(bare) in known.single("services", "and")
    return is_joint or is_first_name(bare, known) or _is_name(bare, known)


def _is_name(word: str, known: Vocabulary) -> bool:
    return word[:1].isupper() and not word.isupper() and is_name_like(word) and means_nothing_else([word], known, ())
