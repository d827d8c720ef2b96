"""`understand`: what a text is understood to say, for people; or, with --jsonl, line by line for measuring."""

import argparse
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.readings import answer_line
from bot.understood import for_people
from conversations.business import Money, Service, Shift
from conversations.understanding import Context, understand


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
    for name, value in for_people(understand(arguments.text, context), context.services):
        print(f"{name:>8}: {value}")
    return 0


def _at(path: Path, context: Context) -> Context:
    """The same, for the services and the opening hours of a business. Imported here: measuring needs none of it."""
    from bot.commands.opening import read_business
    from handlers.business_hours import shifts

    business = read_business(path)
    services: list[Service] = []
    for table in business.services:
        main = len(services) + 1
        for number, one in enumerate((table, *map(table.of_type, table.session_types)), start=main):
            service = Service(number, one.name, one.minutes, Money(0, business.business.currency), one.aliases)
            services.append(
                replace(
                    service, session_type=one.session_type, has_types=bool(table.session_types),
                    variant_of=main if number > main else None,
                )
            )  # fmt: skip
    hours = (Shift(*shift) for table in business.staff for line in table.hours for shift in shifts(line))
    return replace(context, services=tuple(services), shifts=tuple(hours))
