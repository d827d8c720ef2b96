"""A time that was said with its zone ("4pm CET"), as the time it is here."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone

from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.meaning import Certainty, DateReading, TimeReading
from conversations.understanding.scan import Found

_BESIDE = frozenset({Kind.MARK, Kind.DASH})
_HALF_DAY = timedelta(hours=12)


def in_our_zone(
    day: DateReading, said: TimeReading, lexemes: Sequence[Lexeme], found: Sequence[Found], now: datetime
) -> tuple[DateReading, TimeReading]:
    """Day and time by our clock. A zone stands right behind its time, or nothing is changed."""
    zone = _zone(lexemes, found)
    if zone is None or len(day.dates) > 1 or said.certainty is Certainty.NOTHING:
        return day, said
    on = day.dates[0] if day.dates else now.date()
    times = said.times[:1] if _is_either_half(said.times) else said.times
    moments = [_here(on, at, zone, now) for at in times]
    first, last = (None if at is None else _here(on, at, zone, now) for at in (said.earliest, said.latest))
    if first and last and first.time() >= last.time():
        last = None  # beyond our midnight
    certainty = said.certainty if len(times) == len(said.times) else Certainty.CERTAIN
    here = replace(
        said,
        certainty=certainty,
        times=tuple(moment.time() for moment in moments),
        earliest=None if first is None else first.time(),
        latest=None if last is None else last.time(),
    )
    moved = {moment.date() for moment in (*moments, first, last) if moment is not None}
    if not day.dates or len(moved) != 1:
        return day, here
    return replace(day, dates=tuple(moved)), here


def _zone(lexemes: Sequence[Lexeme], found: Sequence[Found]) -> timezone | None:
    if Kind.ZONE not in [lexeme.kind for lexeme in lexemes]:
        return None
    for item in found:
        if item.said is None or item.said.is_empty:
            continue
        beside = [lexeme for lexeme in lexemes[item.end - 1 : item.end + 2] if lexeme.kind not in _BESIDE]
        zone = next((lexeme for lexeme in beside[:2] if lexeme.kind is Kind.ZONE), None)
        if zone is not None:
            return timezone(timedelta(minutes=zone.value))
    return None


def _is_either_half(times: Sequence[time]) -> bool:
    """The clock that stands beside a zone has 24 hours: "8:00 GMT" is in the morning."""
    return len(times) == 2 and datetime.combine(date.min, times[1]) - datetime.combine(date.min, times[0]) == _HALF_DAY


def _here(day: date, at: time, zone: timezone, now: datetime) -> datetime:
    return datetime.combine(day, at, zone).astimezone(now.tzinfo)
