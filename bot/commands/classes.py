"""`classes`: the next class sessions with their seats; one is called off, moved, or given more or fewer seats."""

import argparse
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from bot.commands.opening import ready_desk, stop
from bot.commands.written_down import written_down
from bot.desk import Desk
from handlers.class_time import ClassRefused
from handlers.classes_kept import ClassNews, cancel_class, change_capacity, move_class
from handlers.classes_listed import ListedClass, next_classes
from models.class_sessions import class_by_id

MOST_LISTED = 30
OPERATOR = "operator"
"""Who does what is typed here, as it is written on bookings."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=int, default=MOST_LISTED, help=f"how many are listed ({MOST_LISTED})")
    deeds = parser.add_subparsers(dest="deed", metavar="DEED")
    cancel = deeds.add_parser("cancel", help="call one off; everybody in it is told, and offered the next ones")
    move = deeds.add_parser("move", help="give one another time; everybody in it is told")
    capacity = deeds.add_parser("capacity", help="give one more or fewer seats; who waits is offered what is new")
    for deed in (cancel, move, capacity):
        deed.add_argument("number", type=int, help="as `classes` lists it")
    cancel.add_argument("reason", nargs="*", help="which those in it read")
    move.add_argument("start", type=_start, help='its wall time, such as "2026-12-02 18:00"')
    move.add_argument("--minutes", type=_minutes, help="its new length")
    capacity.add_argument("seats", type=_seats, help="1 to 500")


def run(arguments: argparse.Namespace) -> int:
    desk = ready_desk()
    try:
        print("\n".join(_done(desk, arguments)))
        if arguments.deed is not None:
            written_down(desk.database, "changed a class", f"class {arguments.number}", arguments.deed)
    except ClassRefused as refused:
        stop(f"Class {arguments.number}: {refused}.")
    finally:
        desk.database.dispose()
    return 0


def _done(desk: Desk, arguments: argparse.Namespace) -> list[str]:
    circumstances = desk.circumstances(uuid4().hex)
    number = getattr(arguments, "number", 0)
    match arguments.deed:
        case "cancel":
            reason = " ".join(arguments.reason)
            news = desk.database.transact(lambda s: cancel_class(s, number, OPERATOR, reason, circumstances))
            return [f"{_named(desk, number)}: called off.", *_told(news)]
        case "move":
            start, minutes = arguments.start, arguments.minutes
            news = desk.database.transact(lambda s: move_class(s, number, start, circumstances, minutes))
            return [f"{_named(desk, number)}: that is its time now.", *_told(news)]
        case "capacity":
            desk.database.transact(lambda s: change_capacity(s, number, arguments.seats, circumstances.now))
            return [f"{_named(desk, number)}: {arguments.seats} seats."]
    found = desk.database.read(lambda s: next_classes(s, circumstances.now, arguments.limit))
    return [_line(one) for one in found] or ["No class lies ahead."]


def _line(one: ListedClass) -> str:
    more = [f"{many} {word}" for many, word in ((one.held, "offered or held"), (one.waiting, "waiting")) if many]
    seats = ", ".join([f"{one.booked} of {one.capacity} booked", *more])
    return f"{one.id:>4}  {one.start:%a %d %b %Y %H:%M}  {one.name} with {one.staff}: {seats}"


def _named(desk: Desk, number: int) -> str:
    def name(session: Session) -> str:
        row = class_by_id(session, number)
        assert row is not None
        return f"Class {number}, {row.title or row.service_name}, {row.scheduled_start:%a %d %b %Y %H:%M}"

    return desk.database.read(name)


def _told(news: ClassNews) -> list[str]:
    lines = [f"Bookings in it: {news.bookings}; waiting for it: {news.waiting}. Each is told by text."]
    return [*lines, *(f"No text reaches {name}: please call." for name in news.unreached)]


def _start(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - wall time: its zone is the teacher's
    except ValueError:
        raise argparse.ArgumentTypeError('wanted a wall time such as "2026-12-02 18:00"') from None


def _seats(text: str) -> int:
    return _between(text, 1, 500)


def _minutes(text: str) -> int:
    return _between(text, 5, 24 * 60)


def _between(text: str, least: int, most: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"wanted a number from {least} to {most}")
    return int(text)
