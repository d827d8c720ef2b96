"""`webhooks`: the other systems that are told of what happens here (docs/webhooks.md)."""

import argparse
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from bot.commands.opening import ready_desk, stop
from bot.commands.written_down import written_down
from bot.desk import Desk
from bot.outgoing.reach import Forbidden, checked
from bot.outgoing.signing import new_secret
from handlers.webhook_endpoints import AlreadyTold, UnknownEvents, events_in, open_endpoint, replay, rotate, switch
from models.outgoing_webhooks import deliveries_of, endpoints, replay_failed

SHOWN = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    deeds = parser.add_subparsers(dest="deed", metavar="DEED")
    add = deeds.add_parser("add", help="tell another address; prints the secret that it checks signatures with")
    add.add_argument("url")
    add.add_argument("--events", default="", help="kinds, or beginnings such as booking. (default: all)")
    deeds.add_parser("list", help="all addresses, and how they fare")
    for deed, what in (
        ("rotate", "sign with another secret, which is printed; the old one holds for a day"),
        ("off", "tell an address nothing more"),
        ("on", "tell it again"),
        ("log", "what it was told, newest first"),
        ("replay-failed", "tell it everything again that it did not take"),
    ):
        deeds.add_parser(deed, help=what).add_argument("endpoint", type=int)
    deeds.add_parser("replay", help="tell one thing again").add_argument("delivery", type=int)


def run(arguments: argparse.Namespace) -> int:
    desk = ready_desk()
    try:
        print(_done(desk, arguments))
    finally:
        desk.database.dispose()
    return 0


def _done(desk: Desk, arguments: argparse.Namespace) -> str:
    database, now = desk.database, desk.clock.now()
    match arguments.deed:
        case "add":
            return _added(desk, arguments.url, arguments.events)
        case "rotate":
            secret = new_secret()
            _there(database.transact(lambda session: rotate(session, arguments.endpoint, secret, now)))
            written_down(database, "changed a webhook's secret", f"webhook {arguments.endpoint}")
            return secret
        case "on" | "off":
            is_on = arguments.deed == "on"
            _there(database.transact(lambda session: switch(session, arguments.endpoint, is_on=is_on)))
            deed = "opened a webhook again" if is_on else "closed a webhook"
            written_down(database, deed, f"webhook {arguments.endpoint}")
            return "It is told again." if is_on else "It is told nothing more."
        case "log":
            rows = database.read(lambda session: deliveries_of(session, arguments.endpoint, None, SHOWN))
            zone = database.read(desk.profiles.current).business.zone
            return "\n".join(_line(row, zone) for row in rows) or "It was told nothing yet."
        case "replay":
            _there(database.transact(lambda session: replay(session, arguments.delivery, now)) is not None)
            written_down(database, "told a webhook again", words=f"delivery {arguments.delivery}")
            return "It is told again."
        case "replay-failed":
            count = database.transact(lambda session: replay_failed(session, arguments.endpoint, now))
            written_down(database, "told a webhook again", f"webhook {arguments.endpoint}", "what was not taken")
            return f"{count} are told again."
    return "\n".join(
        f"{row.id}  {row.url}  {', '.join(row.events) or 'everything'}"
        + ("" if row.is_active else f"  OFF: {row.closed_why}")
        for row in database.read(endpoints)
    ) or "Nobody is told of anything: python -m bot webhooks add URL"  # fmt: skip


def _added(desk: Desk, url: str, events: str) -> str:
    try:
        checked(url, may_be_private=desk.settings.webhooks_allow_private)
        wanted, secret, now = events_in(events), new_secret(), desk.clock.now()
        number = desk.database.transact(lambda session: open_endpoint(session, url, wanted, secret, now))
    except (Forbidden, UnknownEvents, AlreadyTold) as wrong:
        stop(f"This cannot be added: {wrong}.")
    written_down(desk.database, "added a webhook", f"webhook {number}")
    return f"{number}\n{secret}"


def _there(is_there: bool) -> None:
    if not is_there:
        stop("There is none of that number: python -m bot webhooks list")


def _line(row: Row[Any], zone: ZoneInfo) -> str:
    at = f"{row.tried_at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if row.tried_at is not None else " " * 19
    return f"{row.id}  {at}  {row.state:<9}  {row.status or row.words or '-'}  {row.type}  {row.subject}"
