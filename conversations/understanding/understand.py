"""One text to its meaning: everything that is understood of it goes through here."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

from conversations.business import Shift
from conversations.dialogue import Awaiting
from conversations.understanding.answers import read_answer
from conversations.understanding.choices import pick
from conversations.understanding.dates import Today
from conversations.understanding.day_reading import read_day
from conversations.understanding.fallback import fall_back
from conversations.understanding.hours import to_time
from conversations.understanding.intents import read_intent
from conversations.understanding.kinds import Kind
from conversations.understanding.lexemes import Lexeme, lex
from conversations.understanding.meaning import Certainty, Context, DateReading, Intent, TimeReading, Understood
from conversations.understanding.names import read_name
from conversations.understanding.noise import TAKEN_OUT, without_noise
from conversations.understanding.normalise import fold, tidy
from conversations.understanding.scan import Found, ruled_out, scan
from conversations.understanding.services import read_services, read_staff
from conversations.understanding.time_reading import NO_SUCH_TIME, Asked, read_time
from conversations.understanding.tokens import tokens, words_of
from conversations.understanding.vocabulary import Vocabulary, vocabulary
from conversations.understanding.wording import plain

_TIME_ASKED = frozenset({Awaiting.TIME, Awaiting.TIME_READING, Awaiting.PROPOSAL})


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
    if picked.option is not None:
        return Understood(intent=intent, answer=answer, choice=picked.option, name=named.name)
    lexemes = lex(without_noise(_without_names(folded, context), known.single("words", "currencies")), known)
    greeted = _greets(lexemes, known, context)
    if greeted:
        lexemes = (replace(lexemes[0], kind=Kind.GREETING), *lexemes[1:])
    day, time_said, found = _when(lexemes, intent, context)
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


def _when(
    lexemes: Sequence[Lexeme], intent: Intent | None, context: Context
) -> tuple[DateReading, TimeReading, list[Found]]:
    today = Today(context.now.date(), context.region)
    found = scan(lexemes, today)
    out = ruled_out(found, lexemes)
    moves = intent is Intent.RESCHEDULE
    for place, item in enumerate(found):
        if item.said is not None and item.said.ahead is not None and place not in out:
            return *_from_now(item.said.ahead, context.now), found
    day = read_day(found, out, lexemes, last_wins=moves)
    asked = Asked(_shifts(day, context), context.awaiting in _TIME_ASKED)
    time_said = read_time(found, out, lexemes, asked, last_wins=moves)
    day = _not_over(day, time_said, context.now)
    return day, _on_the_clock(day, time_said, context.now.tzinfo), found


def _shifts(day: DateReading, context: Context) -> tuple[Shift, ...]:
    """The opening hours of the day that is spoken of; all of them where it has none or no day is."""
    dates = day.dates or ((context.day,) if context.day else ())
    weekdays = {each.weekday() for each in dates}
    return tuple(shift for shift in context.shifts if shift.weekday in weekdays) or context.shifts


def _from_now(minutes: int, now: datetime) -> tuple[DateReading, TimeReading]:
    """ "In 2 hours", by the clock that runs on through a change of the hour."""
    moment = (now.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(now.tzinfo)
    at = to_time(moment.hour * 60 + moment.minute)
    return DateReading(Certainty.CERTAIN, (moment.date(),)), TimeReading(Certainty.CERTAIN, (at,))


def _not_over(day: DateReading, said: TimeReading, now: datetime) -> DateReading:
    """Today's weekday with an hour that is over means next week's."""
    over = bool(said.times) and all(each <= now.time() for each in said.times)
    if day.certainty is Certainty.AMBIGUOUS and len(day.dates) == 2 and day.dates[0] == now.date() and over:
        return replace(day, certainty=Certainty.CERTAIN, dates=day.dates[1:])
    return day


def _on_the_clock(day: DateReading, said: TimeReading, zone: tzinfo | None) -> TimeReading:
    """A time the clocks skip that night (they go forward) does not exist."""
    certain = day.certainty is Certainty.CERTAIN and said.certainty is Certainty.CERTAIN and len(said.times) == 1
    if not certain or zone is None:
        return said
    moment = datetime.combine(day.dates[0], said.times[0], zone)
    if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == moment.replace(tzinfo=None):
        return said
    return TimeReading(Certainty.IMPOSSIBLE, reason=NO_SUCH_TIME, words=said.words)


def _left_open(lexemes: Sequence[Lexeme], found: Sequence[Found], day: DateReading, said: TimeReading) -> bool:
    """Whether nothing was read, and yet the text holds a digit or a word of dates that no rule has used."""
    if day.certainty is not Certainty.NOTHING or said.certainty is not Certainty.NOTHING or found:
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
