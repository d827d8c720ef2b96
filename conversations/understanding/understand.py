"""One text to its meaning: everything that is understood of it goes through here."""

from collections.abc import Sequence
from dataclasses import replace

from conversations.dialogue import Awaiting
from conversations.understanding.answers import read_answer
from conversations.understanding.choices import pick
from conversations.understanding.fallback import fall_back
from conversations.understanding.intents import read_intent
from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme, letters_of
from conversations.understanding.lexemes import lex
from conversations.understanding.meaning import Certainty, Context, DateReading, Intent, TimeReading, Understood
from conversations.understanding.names import read_name
from conversations.understanding.noise import TAKEN_OUT, without_noise
from conversations.understanding.normalise import fold, tidy
from conversations.understanding.regions import as_said_in
from conversations.understanding.scan import Found
from conversations.understanding.seats import read_seats
from conversations.understanding.services import read_services, read_staff
from conversations.understanding.tokens import tokens, words_of
from conversations.understanding.tongues import read_language
from conversations.understanding.vocabulary import Vocabulary, vocabulary
from conversations.understanding.when import read_when
from conversations.understanding.wording import plain


def understand(text: str, context: Context) -> Understood:
    """What `text` says, read against `context`. Never raises, whatever the text; reads its first 300 characters."""
    known = vocabulary(context.language)
    service_words = {word for service in context.services for word in words_of(fold(service.name))}
    named = read_name(tidy(text), known, service_words)
    folded = fold(named.rest)
    pieces = tokens(folded)
    words = [plain(piece.text) for piece in pieces if piece.is_word]
    signs = [piece.text for piece in pieces if not piece.is_word]
    picked = pick(words, signs, context.options, known)
    intent, answer = read_intent(words, signs, known), read_answer(words, signs, known)
    spoken = read_language(folded, words)
    if picked.option is not None:
        return Understood(intent=intent, answer=answer, choice=picked.option, name=named.name, language=spoken)
    lexemes = lex(without_noise(_without_names(folded, context), known.single("words", "currencies")), known)
    lexemes = as_said_in(context.region, lexemes)
    greeted = _greets(lexemes, known, context)
    if greeted:
        lexemes = (replace(lexemes[0], kind=Kind.GREETING), *lexemes[1:])
    when = read_when(lexemes, context, moves=intent is Intent.RESCHEDULE)
    day, time_said, found = when.day, when.time, when.found
    if picked.times:
        time_said = TimeReading(Certainty.AMBIGUOUS, picked.times, words=folded)
    elif _left_open(lexemes, found, day, time_said):
        day, time_said = fall_back(folded, context.language, context.now, context.region)
    return Understood(
        intent=intent or (Intent.GREETING if greeted else None),
        answer=answer,
        service_ids=read_services(
            words, context.services, known.is_idle, known.single("services", "joining"), _lengths(lexemes, found)
        ),
        staff_id=read_staff(words, context.staff, known.single("services", "with")),
        date=day,
        time=time_said,
        name=named.name,
        moments=when.moments,
        seats=read_seats(lexemes, letters_of(lexemes)),
        language=spoken,
    )


def _without_names(folded: str, context: Context) -> str:
    """The text without what is called by its full name, so that "Morning yoga" is no morning and Tom no tomorrow."""
    called = [name for service in context.services for name in (service.name, *service.aliases) if " " in name]
    padded = f" {folded} "
    for name in (*called, *(member.name for member in context.staff)):
        said = fold(name)
        if said:
            padded = padded.replace(f" {said} ", f" {TAKEN_OUT} ")
    return padded.strip()


def _greets(lexemes: Sequence[Lexeme], known: Vocabulary, context: Context) -> bool:
    """ "Morning! Can I …": a part of the day that opens a text nobody asked a time of."""
    if not lexemes or lexemes[0].kind is not Kind.PART or lexemes[0].text not in known.may_greet:
        return False
    following = lexemes[1].kind if len(lexemes) > 1 else Kind.MARK
    return context.awaiting in (Awaiting.NOTHING, Awaiting.MENU) and following in (
        Kind.MARK, Kind.COMMA, Kind.SOFT, Kind.OTHER, Kind.GREETING,
    )  # fmt: skip


def _left_open(lexemes: Sequence[Lexeme], found: Sequence[Found], day: DateReading, said: TimeReading) -> bool:
    """Whether nothing was read, and yet the text holds a digit or a word of dates that no rule has used."""
    if day.certainty is not Certainty.NOTHING or said.certainty is not Certainty.NOTHING or found or day.excluded:
        return False
    telling = {
        Kind.MONTH,
        Kind.WEEKDAY,
        Kind.RELATIVE_DAY,
        Kind.DAY,
        Kind.WEEK,
        Kind.MONTHS_UNIT,
        Kind.NUMBER,
        Kind.ORDINAL,
    }
    return sum(lexeme.kind in telling for lexeme in lexemes) > 1


def _lengths(lexemes: Sequence[Lexeme], found: Sequence[Found]) -> frozenset[int]:
    """The lengths in minutes that were said: "90 minute", "2 hours"."""
    lengths = set()
    for item in found:
        if item.rule == "duration":
            words = lexemes[item.start : item.end]
            numbers = [word.value for word in words if word.kind in (Kind.NUMBER, Kind.LONG)]
            if len(numbers) < 2:
                lengths.add((numbers[0] if numbers else 1) * (1 if words[-1].kind is Kind.MINUTES else 60))
    return frozenset(lengths)
