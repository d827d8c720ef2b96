"""One text to its meaning: everything that is understood of it goes through here."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from conversations.understanding.fallback import fall_back
from conversations.understanding.kinds import Kind
from conversations.understanding.lately import remembered
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.meaning import Certainty, Context, DateReading, Intent, TimeReading, Understood
from conversations.understanding.phrases import Words
from conversations.understanding.scan import Found
from conversations.understanding.series import SERIES_ASKED, until_answered, with_ends
from conversations.understanding.session_types import concerns, read_session_types, with_session_types
from conversations.understanding.tokens import Token, words_of
from conversations.understanding.visits import parts, read_visit, read_wishes
from conversations.understanding.vocabulary import Vocabulary, vocabulary
from conversations.understanding.when import read_when
from conversations.understanding.worded import lexemes_of, with_services, worded
from conversations.understanding.wording import holds
from conversations.values import replace

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


understand = remembered(read_anew)
"""The same, without reading what was just read."""


def _understand(text: str, context: Context, wholes: dict[str, bool] | None = None) -> Understood:
    """The same, with a service of several session types in all of them. `wholes`: which parts of a longer text are
    known to be whole wishes, so that none is read twice."""
    known = vocabulary(context.language, context.region)
    said = worded(text, context)
    understood, lexemes, series = said.understood, said.lexemes, said.series
    if understood.choice is not None:
        return understood
    when = read_when(lexemes, context, known, moves=understood.intent is Intent.RESCHEDULE)
    day, time_said, found = when.day, when.time, when.found
    if series.recurrence is not None:
        read_days = partial(_read_days, known=known, context=context)
        series, day = with_ends(series, day, read_days, context.now.date())
    elif context.awaiting in SERIES_ASKED:
        length = series.length or until_answered(day, context.awaiting)
        if length is not None:
            series, day, time_said = series._replace(length=length), DateReading(), TimeReading()
    if said.times:
        time_said = TimeReading(Certainty.AMBIGUOUS, said.times, words=said.folded)
    elif _left_open(lexemes, found, day, time_said):
        day, time_said = fall_back(said.folded, context.language, context.now, context.region)
    if understood.same_time and not any(lexeme.kind is Kind.WEEKDAY for lexeme in lexemes):
        day = _week_ahead(day, context.now.date(), known.phrase_set("repeats", "same_time"))
    understood = replace(
        understood, date=day, time=time_said, moments=when.moments, recurrence=series.recurrence, length=series.length
    )
    if lengths := _lengths(lexemes, found):
        understood = with_services(understood, said.told, context, known, lengths)
    if len(understood.service_ids) < 2:
        return understood
    return _with_visit(understood, said.pieces, said.folded, known, context, {} if wholes is None else wholes)


def _read_days(text: str, known: Vocabulary, context: Context) -> DateReading:
    return read_when(lexemes_of(text, known, context), context, known, moves=False).day


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
