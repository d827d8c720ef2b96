"""What a client's text says, read against where the conversation stands."""

from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import chain
from weakref import ref

from conversations.dialogue import Dialogue
from conversations.events import Said
from conversations.facts import Facts
from conversations.flows import visits
from conversations.languages import spoken
from conversations.understanding import PAYING, Answer, Context, Understood, understand
from conversations.understanding.normalise import fold
from conversations.understanding.vocabulary import vocabulary
from conversations.values import replace

_NOTHING_KNOWN = Context(now=datetime.min.replace(tzinfo=UTC))
"""What is copied with what is known in its place: several times as fast as a context that is made part by part."""


def read(dialogue: Dialogue, event: Said, facts: Facts) -> tuple[Understood, Facts]:
    """What a text says, with the facts in the language that it shows this person speaks."""
    understood = understood_here(dialogue, event, facts)
    if understood.language in ("", facts.language) or facts.language_is_known:
        return understood, facts
    facts = facts.in_language(understood.language)
    return understood_here(dialogue, event, facts), facts


def understood_here(dialogue: Dialogue, event: Said, facts: Facts) -> Understood:
    """What a text says where the conversation stands; of paying only where something waits to be paid."""
    context = context_of(dialogue, facts)
    understood = understand(event.text, context)
    if understood.intent not in PAYING or any(found.payment is not None for found in facts.my_bookings()):
        return understood
    return understand(event.text, replace(context, may_owe=False))


_last: tuple[ref[Facts], Dialogue, Context] | None = None
"""Whether a text says anything yet is asked just before its turn is taken, by the same facts and where the conversation
stands the same."""


def context_of(dialogue: Dialogue, facts: Facts) -> Context:
    """What this person's next text is read against."""
    global _last
    last = _last
    if last is not None and last[0]() is facts and last[1] is dialogue:
        return last[2]
    context = _context(dialogue, facts)
    _last = ref(facts), dialogue, context
    return context


def _context(dialogue: Dialogue, facts: Facts) -> Context:
    staff = tuple(facts.staff())
    service = visits.offered(dialogue.service_ids, facts) if dialogue.service_id is not None else None
    working = staff if service is None else [member for member in staff if member.id in service.staff_ids]
    return replace(
        _NOTHING_KNOWN,
        now=facts.now,
        language=facts.language,
        region=facts.business.region,
        services=tuple(facts.services()),
        staff=staff,
        shifts=tuple(chain.from_iterable([member.shifts for member in working])),
        options=dialogue.options,
        awaiting=dialogue.awaiting,
        day=dialogue.day,
        wanted=dialogue.service_ids,
    )


def name_behind_yes(event: Said, facts: Facts) -> str:
    """ "Yes, Tom Bell": the summary invites a name, so words with capitals behind a YES are one, be they like a day."""
    words = event.text.replace(",", " ").replace("!", " ").replace(".", " ").split()
    for size in (3, 2, 1):
        said, rest = " ".join(words[:size]), words[size:]
        if not 1 <= len(rest) <= 4 or not all(word[0].isupper() and not word.isupper() for word in rest):
            continue
        if any(word[0].isupper() and fold(word) not in _assents(facts.language) for word in words[1:size]):
            continue
        context = Context(now=facts.now, language=facts.language)
        yes, named = understand(said, context), understand(" ".join(rest), context)
        is_yes = yes.answer is Answer.YES and not yes.name and yes.is_slotless
        if not is_yes or named.intent is not None or named.answer is not None:
            continue
        words_read = f"{named.date.words} {named.time.words}".split()
        if named.is_slotless or len(words_read) < len(rest) or rest == ["Tom"]:
            return " ".join(rest)
    return ""


@lru_cache(maxsize=32)
def _assents(code: str) -> frozenset[str]:
    """The words of a yes and of the small talk about it: another one that has a capital is part of a name."""
    known = vocabulary(code)
    listed = ("yes", "yes_alone", "polite", "openers")
    return frozenset(word for name in listed for phrase in known.phrase_set("answers", name) for word in phrase)


def named_language(text: str) -> str:
    """The code of a language whose own name is the whole text ("Español", "english please")."""
    named = text.strip().strip(".!").casefold().removesuffix(" please")
    return _codes().get(named, "")


@cache
def _codes() -> dict[str, str]:
    """By the languages' own names."""
    return {name.casefold(): code for code, name in spoken().items()}
