"""`understand`: what a text is understood to say, for people; or, with --jsonl, line by line for measuring."""

import argparse
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.readings import answer_line
from conversations.understanding import Certainty, Context, Understood, understand


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", default="", help='such as "nxt fri arvo"')
    parser.add_argument("--region", default="", help="ISO 3166 country: decides whether 5/3 is 5 March or May 3")
    parser.add_argument("--language", default="en")
    parser.add_argument("--zone", default="UTC", help="IANA time zone")
    parser.add_argument("--at", default="", help="the moment it was texted (ISO 8601); now when left out")
    parser.add_argument("--jsonl", action="store_true", help="read JSON lines, answer each with one")


def run(arguments: argparse.Namespace) -> int:
    if arguments.jsonl:
        for line in sys.stdin.buffer:
            if line.strip():
                print(answer_line(line.decode("utf-8", "replace").lstrip("\ufeff")), flush=True)
        return 0
    now = datetime.fromisoformat(arguments.at) if arguments.at else Clock().now()
    now = (
        now.replace(tzinfo=ZoneInfo(arguments.zone)) if now.tzinfo is None else now.astimezone(ZoneInfo(arguments.zone))
    )
    understood = understand(arguments.text, Context(now=now, language=arguments.language, region=arguments.region))
    for name, value in _for_people(understood):
        print(f"{name:>8}: {value}")
    return 0


def _for_people(understood: Understood) -> list[tuple[str, str]]:
    lines = []
    if understood.intent is not None:
        lines.append(("wish", understood.intent.value))
    if understood.answer is not None:
        lines.append(("answer", understood.answer.value))
    day, at = understood.date, understood.time
    if day.certainty is not Certainty.NOTHING:
        read = " or ".join(f"{one:%A %d %B %Y}" for one in day.dates) or day.reason
        if day.earliest is not None or day.latest is not None:
            ends = (f"from {day.earliest:%A %d %B %Y}" if day.earliest else "",
                    f"until {day.latest:%A %d %B %Y}" if day.latest else "")  # fmt: skip
            read = " ".join(filter(None, ends))
        lines.append(("date", f"{read} ({day.certainty}, from “{day.words}”)"))
    if day.excluded:
        lines.append(("not", ", ".join(f"{one:%A %d %B %Y}" for one in day.excluded)))
    if at.certainty is not Certainty.NOTHING:
        bounds = [f"from {at.earliest:%H:%M}" if at.earliest else "", f"until {at.latest:%H:%M}" if at.latest else ""]
        read = " or ".join(f"{one:%H:%M}" for one in at.times) or " ".join(filter(None, bounds)) or at.reason
        lines.append(("time", f"{read} ({at.certainty}, from “{at.words}”)"))
    if understood.seats is not None:
        lines.append(("seats", str(understood.seats)))
    if understood.language:
        lines.append(("language", understood.language))
    if understood.name:
        lines.append(("name", understood.name))
    return lines or [("nothing", "no date, time or wish was found")]
