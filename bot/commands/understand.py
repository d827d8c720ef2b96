"""`understand`: what a text is understood to say, for people; or, with --jsonl, line by line for measuring."""

import argparse
import json
import sys
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import Clock
from conversations.understanding import Certainty, Context, DateReading, TimeReading, Understood, understand


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", default="", help='such as "nxt fri arvo"')
    parser.add_argument("--region", default="", help="ISO 3166 country: decides whether 5/3 is 5 March or May 3")
    parser.add_argument("--language", default="en")
    parser.add_argument("--zone", default="UTC", help="IANA time zone")
    parser.add_argument("--at", default="", help="the moment it was texted (ISO 8601); now when left out")
    parser.add_argument("--jsonl", action="store_true", help="read JSON lines, answer each with one")


def run(arguments: argparse.Namespace) -> int:
    if arguments.jsonl:
        for line in sys.stdin:
            if line.strip():
                print(json.dumps(_answer(json.loads(line))), flush=True)
        return 0
    now = datetime.fromisoformat(arguments.at) if arguments.at else Clock().now()
    now = (
        now.replace(tzinfo=ZoneInfo(arguments.zone)) if now.tzinfo is None else now.astimezone(ZoneInfo(arguments.zone))
    )
    understood = understand(arguments.text, Context(now=now, language=arguments.language, region=arguments.region))
    for name, value in _for_people(understood):
        print(f"{name:>8}: {value}")
    return 0


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    """One line of the measuring interface: in {text, ref, lang, region, tz}, out what was read."""
    zone = ZoneInfo(asked.get("tz") or "UTC")
    now = datetime.fromisoformat(asked["ref"]).astimezone(zone)
    context = Context(now=now, language=asked.get("lang") or "en", region=asked.get("region") or "")
    understood = understand(str(asked.get("text", "")), context)
    day, at = understood.date, understood.time
    answer: dict[str, Any] = {"kind": _kind(day, at)}
    if answer["kind"] == "ambiguous":
        answer["alternatives"] = _alternatives(day, at)
    elif answer["kind"] in ("point", "range"):
        if len(day.dates) == 1:
            answer["date"] = day.dates[0].isoformat()
        if len(at.times) == 1:
            answer["time"] = at.times[0].isoformat("minutes")
        if at.earliest is not None:
            answer["time_from"] = at.earliest.isoformat("minutes")
        if at.latest is not None:
            answer["time_to"] = at.latest.isoformat("minutes")
    return answer


def _kind(day: DateReading, at: TimeReading) -> str:
    if Certainty.IMPOSSIBLE in (day.certainty, at.certainty):
        return "invalid"
    if Certainty.AMBIGUOUS in (day.certainty, at.certainty):
        return "ambiguous"
    if at.earliest is not None or at.latest is not None:
        return "range"
    return "point" if day.dates or at.times else "none"


def _alternatives(day: DateReading, at: TimeReading) -> list[dict[str, str]]:
    found = []
    for one in day.dates or (None,):
        for hour in at.times or (None,):
            each = {}
            if one is not None:
                each["date"] = one.isoformat()
            if hour is not None:
                each["time"] = hour.isoformat("minutes")
            found.append(each)
    return found


def _for_people(understood: Understood) -> list[tuple[str, str]]:
    lines = []
    if understood.intent is not None:
        lines.append(("wish", understood.intent.value))
    if understood.answer is not None:
        lines.append(("answer", understood.answer.value))
    day, at = understood.date, understood.time
    if day.certainty is not Certainty.NOTHING:
        read = " or ".join(f"{one:%A %d %B %Y}" for one in day.dates) or day.reason
        lines.append(("date", f"{read} ({day.certainty}, from “{day.words}”)"))
    if at.certainty is not Certainty.NOTHING:
        bounds = [f"from {at.earliest:%H:%M}" if at.earliest else "", f"until {at.latest:%H:%M}" if at.latest else ""]
        read = " or ".join(f"{one:%H:%M}" for one in at.times) or " ".join(filter(None, bounds)) or at.reason
        lines.append(("time", f"{read} ({at.certainty}, from “{at.words}”)"))
    if understood.name:
        lines.append(("name", understood.name))
    return lines or [("nothing", "no date, time or wish was found")]
