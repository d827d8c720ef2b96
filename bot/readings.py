"""What a text is understood to say as JSON, a line for a line: how the understanding of phrases is measured."""

import json
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import Clock
from conversations.understanding import Certainty, Context, DateReading, TimeReading, Understood, understand

_WEEKDAY_CONFLICT = "weekday_conflict"


def answer_line(line: str) -> str:
    """One line of {text, ref, lang, region, tz} to one of {kind, date, …}; kind `none` for a line that is none."""
    try:
        asked = json.loads(line)
        context = _context(asked)
        answered = answer(understand(str(asked.get("text") or ""), context), context.now)
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError, OSError, RecursionError):
        answered = {"kind": "none"}
    return json.dumps(answered)


def _context(asked: dict[str, Any]) -> Context:
    language, region = _tongue(str(asked.get("lang") or "en"))
    said = str(asked.get("ref") or "")
    now = datetime.fromisoformat(said) if said else Clock().now()
    zone = _zone(str(asked.get("tz") or "")) or now.tzinfo or ZoneInfo("UTC")
    now = now.replace(tzinfo=zone) if now.tzinfo is None else now.astimezone(zone)
    return Context(now=now, language=language, region=str(asked.get("region") or "").strip().upper() or region)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError, LookupError):
        return None


def _tongue(tag: str) -> tuple[str, str]:
    """Language and region of a tag: "en-GB", "pt_BR", "es-419"; a second language ("hi-en") is no region."""
    first, *more = tag.strip().replace("_", "-").split("-")
    regions = [part for part in more if len(part) == 2 and part.isalpha() and part.isupper() and part != "EN"]
    return first.lower(), regions[-1] if regions else ""


def answer(understood: Understood, now: datetime) -> dict[str, Any]:
    """The kind of reading, and only what was said of day and time."""
    day, at = understood.date, understood.time
    kind = _kind(day, at, now)
    found: dict[str, Any] = {"kind": kind}
    if kind in ("none", "invalid"):
        return found
    if kind == "exclude":
        found["date"] = day.excluded[0].isoformat()
        return found
    if len(day.dates) == 1:
        found["date"] = day.dates[0].isoformat()
    if len(at.times) == 1:
        found["time"] = _clock(at.times[0])
    bounds: dict[str, date | time | None] = {
        "date_from": day.earliest, "date_to": day.latest, "time_from": at.earliest, "time_to": at.latest,
    }  # fmt: skip
    for name, bound in bounds.items():
        if bound is not None:
            found[name] = bound.isoformat() if isinstance(bound, date) else _clock(bound)
    if kind == "ambiguous":
        found["alternatives"] = _alternatives(understood)
    return found


def _kind(day: DateReading, at: TimeReading, now: datetime) -> str:
    if day.reason == _WEEKDAY_CONFLICT and at.certainty is not Certainty.IMPOSSIBLE:
        return "ambiguous"
    if Certainty.IMPOSSIBLE in (day.certainty, at.certainty) or _is_over(day, at, now):
        return "invalid"
    stretched = day.earliest is not None or day.latest is not None
    if at.certainty is Certainty.AMBIGUOUS or (day.certainty is Certainty.AMBIGUOUS and not stretched):
        return "ambiguous"
    if stretched or at.earliest is not None or at.latest is not None:
        return "range"
    if day.dates or at.times:
        return "point"
    return "exclude" if day.excluded else "none"


def _is_over(day: DateReading, at: TimeReading, now: datetime) -> bool:
    """Today, at an hour or in a part of the day that has passed."""
    if day.dates != (now.date(),):
        return False
    last = max(at.times, default=at.latest)
    return last is not None and time() < last <= now.time()


def _alternatives(understood: Understood) -> list[dict[str, str]]:
    day, at = understood.date, understood.time
    pairs = understood.moments or [(one, hour) for one in day.dates or (None,) for hour in at.times or (None,)]
    found = []
    for one, hour in pairs:
        each = {}
        if one is not None:
            each["date"] = one.isoformat()
        if hour is not None:
            each["time"] = _clock(hour)
        found.append(each)
    return found


def _clock(at: time) -> str:
    return at.isoformat("minutes")
