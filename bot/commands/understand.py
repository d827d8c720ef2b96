"""`understand`: what a text is understood to say, for people; or, with --jsonl, line by line for measuring."""

import argparse
import sys
from calendar import day_name
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.readings import answer_line
from conversations.business import Money, Service, Shift
from conversations.understanding import Certainty, Context, Understood, understand


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", default="", help='such as "nxt fri arvo"')
    parser.add_argument("--region", default="", help="ISO 3166 country: decides whether 5/3 is 5 March or May 3")
    parser.add_argument("--language", default="en")
    parser.add_argument("--zone", default="UTC", help="IANA time zone")
    parser.add_argument("--at", default="", help="the moment it was texted (ISO 8601); now when left out")
    parser.add_argument(
        "--business", type=Path, metavar="FILE", help="business.toml: whose services and opening hours to read by"
    )
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
    context = Context(now=now, language=arguments.language, region=arguments.region)
    if arguments.business:
        context = _at(arguments.business, context)
    for name, value in _for_people(understand(arguments.text, context), context.services):
        print(f"{name:>8}: {value}")
    return 0


def _at(path: Path, context: Context) -> Context:
    """The same, for the services and the opening hours of a business. Imported here: measuring needs none of it."""
    from bot.commands.opening import read_business
    from handlers.business_hours import shifts

    business = read_business(path)
    services = tuple(
        Service(number, table.name, table.minutes, Money(0, business.business.currency), table.aliases)
        for number, table in enumerate(business.services, start=1)
    )
    hours = (Shift(*shift) for table in business.staff for line in table.hours for shift in shifts(line))
    return replace(context, services=services, shifts=tuple(hours))


def _for_people(understood: Understood, services: Sequence[Service]) -> list[tuple[str, str]]:
    lines = []
    names = {service.id: service.name for service in services}
    if understood.intent is not None:
        lines.append(("wish", f"{understood.intent.value}{_from(understood, 'intent')}"))
    if understood.answer is not None:
        lines.append(("answer", understood.answer.value))
    if understood.visit:
        together = " + ".join(" or ".join(names[i] for i in fitting) for fitting in understood.visit)
        lines.append(("services", f"{together}, in one visit{_from(understood, 'services')}"))
    elif understood.service_ids:
        fitting = " or ".join(names[i] for i in understood.service_ids)
        lines.append(("service", f"{fitting}{_from(understood, 'services')}"))
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
        lines.append(("seats", f"{understood.seats}{_from(understood, 'seats')}"))
    if understood.recurrence is not None:
        often = understood.recurrence
        days = f" on {', '.join(day_name[weekday] for weekday in often.weekdays)}" if often.weekdays else ""
        lines.append(("every", f"{often.every} {often.unit.value}{days} (from “{often.words}”)"))
    if (length := understood.length) is not None:
        many = f"{length.count} times" if length.count else f"until {length.until:%A %d %B %Y}" if length.until else ""
        lasting = f"for {length.lasting[0]} {length.lasting[1].value}" if length.lasting else ""
        lines.append(("how long", many or lasting))
    told = {
        "for": understood.attendee, "note": understood.note, "email": understood.email, "name": understood.name,
        "and then": understood.further, "as before": "the same time" if understood.same_time else "",
    }  # fmt: skip
    lines += [(name, value) for name, value in told.items() if value]
    if understood.language:
        lines.append(("language", understood.language))
    return lines or [("nothing", "no date, time or wish was found")]


def _from(understood: Understood, part: str) -> str:
    return f" (from “{understood.words[part]}”)" if part in understood.words else ""
