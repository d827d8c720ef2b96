"""One text to its meaning: everything that is understood of it goes through here."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from conversations.dialogue import Awaiting
from conversations.understanding import why
from conversations.understanding.answers import read_answer
from conversations.understanding.asides import read_asides
from conversations.understanding.called import full_names
from conversations.understanding.capitals import without_houses, without_people
from conversations.understanding.changes import read_changes
from conversations.understanding.choices import pick
from conversations.understanding.codes import without_codes, without_named_codes
from conversations.understanding.delays import read_delay
from conversations.understanding.fallback import fall_back
from conversations.understanding.first_names import without_first_names
from conversations.understanding.guests import is_for_self
from conversations.understanding.intents import read_intent
from conversations.understanding.kinds import Kind
from conversations.understanding.lately import remembered
from conversations.understanding.lexeme import Lexeme, letters_of
from conversations.understanding.lexemes import lex
from conversations.understanding.meaning import Certainty, Context, DateReading, Intent, TimeReading, Understood
from conversations.understanding.noise import TAKEN_OUT, without_noise
from conversations.understanding.normalise import fold, tidy
from conversations.understanding.phrases import Words
from conversations.understanding.regions import as_said_in
from conversations.understanding.scan import Found
from conversations.understanding.seats import read_seats
from conversations.understanding.series import SERIES_ASKED, read_wish, until_answered, with_ends
from conversations.understanding.services import read_services, read_staff
from conversations.understanding.session_types import concerns, read_session_types, with_session_types
from conversations.understanding.timeless import at_any_time
from conversations.understanding.tokens import Token, tokens, words_of
from conversations.understanding.tongues import read_language
from conversations.understanding.visits import parts, read_visit, read_wishes
from conversations.understanding.vocabulary import Vocabulary, vocabulary
from conversations.understanding.when import read_when
from conversations.understanding.wording import holds, plain

_TELLING = frozenset(
    {
        Kind.MONTH, Kind.WEEKDAY, Kind.RELATIVE_DAY, Kind.DAY, Kind.WEEK, Kind.MONTHS_UNIT, Kind.NUMBER, Kind.ORDINAL,
    }
)  # fmt: skip
"""Kinds of words of which two say something of a date."""
_MOST_TRIED = 16
"""Parts of a text that are read as wishes of their own. Of eight wishes so many are; of a heap of words any two would
be, which costs seconds."""


def read_anew(text: str, context: Context) -> Understood:
    """What `text` says, read against `context`. Never raises, whatever the text; reads 600 characters of it."""
    understood = _understand(text, context)
    if understood.choice is not None or not [service for service in context.services if service.has_types]:
        return understood
    known = vocabulary(context.language, context.region)
    said = read_session_types(text, known, has_seats=understood.seats is not None)
    if said is not None and not concerns(understood, said, context):
        said = None
    if said is not None:
        understood = _understand(said.rest, context)
    return with_session_types(understood, said, context)


understand = remembered(at_any_time(read_anew))
"""The same, without reading what was just read, or lately where it says the same at any time."""


def _understand(text: str, context: Context, wholes: dict[str, bool] | None = None) -> Understood:
    """The same, with a service of several session types in all of them. `wholes`: which parts of a longer text are
    known to be whole wishes, so that none is read twice."""
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
    told = partial(
        Understood, answer=answer, language=spoken,
        name=asides.name, email=asides.email, note=asides.note, attendee=asides.attendee,
    )  # fmt: skip
    if picked.option is not None:
        return told(intent=intent, choice=picked.option)
    how_long = context.awaiting in SERIES_ASKED
    series = read_wish(folded, pieces, known, context.region, context.awaiting)
    rest = series.rest.replace(wished, ",", 1) if intent is Intent.WHY_NOT else series.rest
    lexemes = _lexemes(rest, known, context)
    if intent is Intent.WHY_NOT:
        lexemes = _without_not(lexemes)
    greeted = _greets(lexemes, known, context)
    if greeted:
        lexemes = (lexemes[0]._replace(kind=Kind.GREETING), *lexemes[1:])
    when = read_when(lexemes, context, known, moves=intent is Intent.RESCHEDULE)
    day, time_said, found = when.day, when.time, when.found
    if series.recurrence is not None:
        read_days = partial(_read_days, known=known, context=context)
        series, day = with_ends(series, day, read_days, context.now.date())
    elif how_long and (length := series.length or until_answered(day, context.awaiting)) is not None:
        series, day, time_said = series._replace(length=length), DateReading(), TimeReading()
    if picked.times:
        time_said = TimeReading(Certainty.AMBIGUOUS, picked.times, words=folded)
    elif _left_open(lexemes, found, day, time_said):
        day, time_said = fall_back(folded, context.language, context.now, context.region)
    changed = read_changes(pieces, words, context.services, known)
    service_ids, service_words = read_services(
        changed.words, context.services, known.is_idle, known.single("services", "joining"), _lengths(lexemes, found)
    )
    as_before = known.phrase_set("repeats", "same_time")
    same_time = holds(words, as_before)
    if same_time and not any(lexeme.kind is Kind.WEEKDAY for lexeme in lexemes):
        day = _week_ahead(day, context.now.date(), as_before)
    seats, seated = read_seats(lexemes, letters_of(lexemes))
    if seats is None:
        seats, seated = asides.heads, asides.party
    understood = told(
        intent=intent or (Intent.GREETING if greeted else None),
        service_ids=service_ids,
        staff_id=read_staff(words, context.staff, known.single("services", "with")),
        date=day,
        time=time_said,
        moments=when.moments,
        seats=seats,
        words={
            name: said
            for name, said in (("intent", wished if intent else ""), ("services", service_words), ("seats", seated))
            if said
        },
        adds=changed.adds,
        without=changed.without,
        for_self=not asides.attendee and is_for_self(words, known),
        same_time=same_time,
        recurrence=series.recurrence,
        length=series.length,
        to_series=holds(words, known.phrase_set("repeats", "my_series")),
        delay=read_delay(lexemes) if intent is Intent.LATE else None,
    )
    if len(service_ids) < 2:
        return understood
    return _with_visit(understood, pieces, folded, known, context, {} if wholes is None else wholes)


def _lexemes(text: str, known: Vocabulary, context: Context) -> tuple[Lexeme, ...]:
    """The words of a folded text, without what holds digits and is no date or time."""
    lexemes = lex(without_noise(_without_names(text, context), known.single("words", "currencies")), known)
    return tuple(as_said_in(context.region, lexemes))


def _read_days(text: str, known: Vocabulary, context: Context) -> DateReading:
    return read_when(_lexemes(text, known, context), context, known, moves=False).day


def _with_visit(
    understood: Understood,
    pieces: Sequence[Token],
    folded: str,
    known: Vocabulary,
    context: Context,
    wholes: dict[str, bool],
) -> Understood:
    """The same with the services that were named apart; of two whole wishes the first, and the words of the other."""
    cut = parts(pieces, context.services, known)
    visit = read_visit(cut, context.services, known, understood.service_ids)
    if not visit:
        return understood

    def is_whole(said: str) -> bool:
        if said not in wholes:
            wholes[said] = len(wholes) < _MOST_TRIED and _is_whole(_understand(said, context, wholes), context)
        return wholes[said]

    wishes = read_wishes(cut, is_whole, folded)
    if wishes is None:
        return replace(understood, visit=visit)
    first, further = wishes
    read = _understand(first, context)
    return replace(
        read, further=further, answer=understood.answer, language=understood.language, attendee=understood.attendee,
        name=understood.name, email=understood.email, note=understood.note,
    )  # fmt: skip


def _is_whole(wish: Understood, context: Context) -> bool:
    """Whether it names one service, in whichever session types, and a day or a time for it."""
    is_timed = not wish.date.certainty is wish.time.certainty is Certainty.NOTHING
    return len({service.main_id for service in context.services if service.id in wish.service_ids}) == 1 and is_timed


def _week_ahead(day: DateReading, today: date, same_time: frozenset[Words]) -> DateReading:
    """ "Same time next week" names a week; which day of it depends on what the time is the same as."""
    if day.dates != (today + timedelta(days=7),) or not holds(words_of(day.words), same_time):
        return day
    monday = day.dates[0] - timedelta(days=day.dates[0].weekday())
    week = tuple(monday + timedelta(days=n) for n in range(7))
    return DateReading(Certainty.AMBIGUOUS, week, words=day.words, earliest=week[0], latest=week[-1])


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


def _left_open(lexemes: Sequence[Lexeme], found: Sequence[Found], day: DateReading, said: TimeReading) -> bool:
    """Whether nothing was read, and yet the text holds a digit or a word of dates that no rule has used."""
    if day.certainty is not Certainty.NOTHING or said.certainty is not Certainty.NOTHING or found or day.excluded:
        return False
    return sum(lexeme.kind in _TELLING for lexeme in lexemes) > 1


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
