"""What the words of a text say on any day: its wish, answer, names and services, and the words that days and hours are
then read from. That is most of the work, and many text the same words ("tomorrow", "5pm"), each at their own moment."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, time
from operator import attrgetter
from typing import NamedTuple

from conversations.dialogue import Awaiting
from conversations.understanding import why
from conversations.understanding.answers import read_answer
from conversations.understanding.asides import Asides, read_asides
from conversations.understanding.called import full_names
from conversations.understanding.capitals import without_houses, without_people
from conversations.understanding.changes import read_changes
from conversations.understanding.choices import pick
from conversations.understanding.codes import without_codes, without_named_codes
from conversations.understanding.delays import read_delay
from conversations.understanding.first_names import without_first_names
from conversations.understanding.guests import is_for_self
from conversations.understanding.intents import read_intent
from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme, letters_of
from conversations.understanding.lexemes import lex
from conversations.understanding.meaning import Context, Intent, Understood
from conversations.understanding.noise import TAKEN_OUT, without_noise
from conversations.understanding.normalise import fold, tidy
from conversations.understanding.readings_kept import ReadingsKept
from conversations.understanding.regions import as_said_in
from conversations.understanding.seats import read_seats
from conversations.understanding.series import Wished, read_wish
from conversations.understanding.services import Fitting, read_services, read_staff
from conversations.understanding.tokens import Token, tokens, words_of
from conversations.understanding.tongues import read_language
from conversations.understanding.vocabulary import Vocabulary, vocabulary
from conversations.understanding.wording import holds, plain
from conversations.values import replace

_KEPT = 64
_LONGEST = 100
"""Characters of a text that somebody else may text as well."""
_NO_TIME = datetime.min.replace(tzinfo=UTC)
_around = attrgetter("region", "services", "staff", "options")


class Worded(NamedTuple):
    """`understood` lacks what only a calendar tells; with a choice it is all. `told` are the words that services are
    looked for in, `times` what a key that was picked may mean instead."""

    understood: Understood
    folded: str = ""
    pieces: Sequence[Token] = ()
    lexemes: tuple[Lexeme, ...] = ()
    series: Wished = Wished(None, None, "", "")
    told: Sequence[str] = ()
    times: tuple[time, ...] = ()


_lately: ReadingsKept[Worded] = ReadingsKept(_KEPT)


def worded(text: str, context: Context) -> Worded:
    """What was read lately against the same is not read again, whatever the day, and whatever is being booked."""
    key = text, context.language, context.awaiting, context.may_owe
    found = _lately.find(key)
    if found is not None and _around(found[0]) == _around(context):
        return found[1]
    anytime = replace(context, now=_NO_TIME, day=None, shifts=(), wanted=())
    read = _read(text, anytime)
    if len(text) <= _LONGEST:
        _lately.keep(key, anytime, read)
    return read


def with_services(
    understood: Understood, told: Sequence[str], context: Context, known: Vocabulary, minutes: AbstractSet[int]
) -> Understood:
    """The same, with the services of these lengths where several fit alike."""
    fitting = _services(told, context, known, minutes)
    words = {name: said for name, said in understood.words.items() if name != "services"}
    if fitting.words:
        words["services"] = fitting.words
    return replace(understood, service_ids=fitting.ids, words=words)


def lexemes_of(text: str, known: Vocabulary, context: Context) -> tuple[Lexeme, ...]:
    """The words of a folded text, without what holds digits and is no date or time."""
    lexemes = lex(without_noise(_without_names(text, context), known.single("words", "currencies")), known)
    return tuple(as_said_in(context.region, lexemes))


def _read(text: str, context: Context) -> Worded:
    known = vocabulary(context.language, context.region)
    asides = read_asides(tidy(text), known, context)
    rest = without_first_names(without_houses(asides.rest, known), known, context)
    folded = without_named_codes(fold(without_codes(without_people(rest, known, context))), known)
    pieces = tokens(folded)
    words = [plain(word) for word in words_of(folded)]
    signs = [piece.text for piece in pieces if not piece.is_word]
    picked = pick(words, signs, context.options, known)
    intent, wished = read_intent(words, signs, known, may_owe=context.may_owe)
    answer = read_answer(words, signs, known)
    intent, answer = why.settle(intent, answer, words, signs, context.awaiting, known)
    spoken = read_language(folded, words)
    if picked.option is not None:
        return Worded(
            Understood(
                intent=intent, answer=answer, choice=picked.option, language=spoken,
                name=asides.name, email=asides.email, note=asides.note, attendee=asides.attendee,
            )
        )  # fmt: skip
    series = read_wish(folded, pieces, known, context.region, context.awaiting)
    asks_why = intent is Intent.WHY_NOT
    lexemes = lexemes_of(series.rest.replace(wished, ",", 1) if asks_why else series.rest, known, context)
    lexemes = _without_not(lexemes) if asks_why else lexemes
    if greeted := _greets(lexemes, known, context):
        lexemes = (lexemes[0]._replace(kind=Kind.GREETING), *lexemes[1:])
    changed = read_changes(pieces, words, context.services, known)
    fitting = _services(changed.words, context, known)
    seats, seated = _seats(lexemes, asides)
    told = (("intent", wished if intent else ""), ("services", fitting.words), ("seats", seated))
    understood = Understood(
        intent=intent or (Intent.GREETING if greeted else None),
        answer=answer,
        service_ids=fitting.ids,
        staff_id=read_staff(words, context.staff, known.single("services", "with")),
        name=asides.name,
        seats=seats,
        adds=changed.adds,
        without=changed.without,
        attendee=asides.attendee,
        for_self=not asides.attendee and is_for_self(words, known),
        email=asides.email,
        note=asides.note,
        same_time=holds(words, known.phrase_set("repeats", "same_time")),
        to_series=holds(words, known.phrase_set("repeats", "my_series")),
        delay=read_delay(lexemes) if intent is Intent.LATE else None,
        words={name: said for name, said in told if said},
        language=spoken,
    )
    return Worded(understood, folded, pieces, lexemes, series, changed.words, picked.times)


def _services(
    words: Sequence[str], context: Context, known: Vocabulary, minutes: AbstractSet[int] = frozenset()
) -> Fitting:
    return read_services(words, context.services, known.is_idle, known.single("services", "joining"), minutes)


def _seats(lexemes: Sequence[Lexeme], asides: Asides) -> tuple[int | None, str]:
    """For how many, and the words that say so."""
    seats, seated = read_seats(lexemes, letters_of(lexemes))
    return (asides.heads, asides.party) if seats is None else (seats, seated)


def _without_not(lexemes: Sequence[Lexeme]) -> tuple[Lexeme, ...]:
    """ "Why not friday?" rules friday out in form, and asks about it in truth."""
    return tuple(each._replace(kind=Kind.SOFT) if each.kind in (Kind.NOT, Kind.NOT_GOOD) else each for each in lexemes)


def _without_names(folded: str, context: Context) -> str:
    """The text without what is called by its full name, so that "Morning yoga" is no morning and Tom no tomorrow."""
    names, openings = full_names(context.services, context.staff)
    if openings.isdisjoint(folded.split(" ")):
        return folded.strip()
    padded = f" {folded} "
    for name in names:
        padded = padded.replace(f" {name} ", f" {TAKEN_OUT} ")
    return padded.strip()


def _greets(lexemes: Sequence[Lexeme], known: Vocabulary, context: Context) -> bool:
    """ "Morning! Can I …": a part of the day that opens a text nobody asked a time of."""
    if not lexemes or lexemes[0].kind is not Kind.PART or lexemes[0].text not in known.may_greet:
        return False
    following = lexemes[1].kind if len(lexemes) > 1 else Kind.MARK
    return context.awaiting in (Awaiting.NOTHING, Awaiting.MENU) and following in (
        Kind.MARK, Kind.COMMA, Kind.SOFT, Kind.OTHER, Kind.GREETING,
    )  # fmt: skip
