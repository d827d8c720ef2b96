"""The fixed moment of these tests, and readings written as short text."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from conversations.business import Shift
from conversations.understanding import Certainty, Context, DateReading, TimeReading, Understood

NOW = datetime(2026, 3, 10, 10, 15, tzinfo=ZoneInfo("Asia/Qatar"))
QATAR = Context(now=NOW, region="QA")


def open_daily(opens: int, closes: int) -> tuple[Shift, ...]:
    return tuple(Shift(weekday, time(opens), time(closes)) for weekday in range(7))


def written(understood: Understood) -> str:
    return " ".join(part for part in (_date(understood.date), _time(understood.time)) if part)


def _date(reading: DateReading) -> str:
    dates = "/".join(day.isoformat() for day in reading.dates)
    if reading.certainty is Certainty.IMPOSSIBLE:
        conflict = reading.reason == "weekday_conflict"
        return f"!{reading.reason} {dates}" if conflict else f"!{reading.reason}"
    return dates


def _time(reading: TimeReading) -> str:
    if reading.certainty is Certainty.IMPOSSIBLE:
        return f"!{reading.reason}"
    if reading.earliest or reading.latest:
        ends = (reading.earliest, reading.latest)
        return "..".join(end.strftime("%H:%M") if end else "" for end in ends)
    return "/".join(moment.strftime("%H:%M") for moment in reading.times)
