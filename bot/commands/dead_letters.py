"""`dead-letters`: what did not arrive, why, and what the recipient is missing; with --resend, send it again."""

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot.commands.opening import ready_desk, stop
from bot.commands.written_down import written_down
from bot.desk import Desk
from bot.logs import masked, new_trace
from conversations.delivery import SendFailure
from conversations.rules.obsolete import Obsolete
from handlers.message_resent import message_resent
from models.bookings import booking_by_id
from models.outbox import dead_letters

ALL: Final = "all"
REASONS: Final[Mapping[SendFailure, str]] = MappingProxyType(
    {
        SendFailure.BUSY: "the provider was too busy",
        SendFailure.TOO_FAST: "the provider found us too fast",
        SendFailure.TOO_FAST_FOR_ONE: "the provider found us too fast for this person",
        SendFailure.UNCERTAIN: "the provider never answered; it may have arrived",
        SendFailure.UNREACHABLE: "the phone could not be reached",
        SendFailure.OPTED_OUT: "the person wants no texts",
        SendFailure.WRONG_ADDRESS: "no such recipient on this channel",
        SendFailure.WINDOW_CLOSED: "WhatsApp's 24 hours were over, and no template was sent",
        SendFailure.SETUP: "our account or settings are wrong",
        SendFailure.CONTENT: "the provider refuses this text",
    }
)
REFUSALS: Final[Mapping[Obsolete, str]] = MappingProxyType(
    {
        Obsolete.NOT_LOST: "is not among the dead letters",
        Obsolete.RESENT: "has been sent again already",
        Obsolete.OPTED_OUT: "the person wants no texts",
        Obsolete.CHANGED: "its booking is no longer as it says",
        Obsolete.DEADLINE_OVER: "the time to answer it is over",
        Obsolete.PAST: "the visit it is about has begun",
        Obsolete.WENT_ON: "the conversation has gone on without it",
    }
)


@dataclass(frozen=True, slots=True)
class AboutBooking:
    """The booking that a dead letter is about, as it is now."""

    id: int
    status: str
    start: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One text that did not arrive. Moments are in the business's zone, a booking's in its own."""

    id: int
    at: datetime
    channel: str
    to: str
    kind: str
    reason: str
    code: str
    provider_words: str
    first_line: str
    booking: AboutBooking | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", default="", help="only those: a word such as unreachable, or a provider's code")
    parser.add_argument("--resend", nargs="+", default=[], metavar="ID", help="send these again; all, with --reason")
    parser.add_argument("--show-addresses", action="store_true", help="whole numbers, not their last digits alone")
    parser.add_argument("--limit", type=int, default=100, help="how many to list")
    parser.add_argument("--json", action="store_true", help="for programs")


def run(arguments: argparse.Namespace) -> int:
    """0: there is none, or all were queued again; 1: there are some, or some were not."""
    wanted = _wanted(arguments)
    desk = ready_desk()
    status = _resend(desk, arguments, wanted) if arguments.resend else _list(desk, arguments)
    desk.database.dispose()
    return status


def _wanted(arguments: argparse.Namespace) -> list[int]:
    """The numbers to send again; none where all of a reason are meant."""
    if arguments.resend == [ALL]:
        if not arguments.reason:
            stop("--resend all wants a reason, such as --reason unreachable: what is lost for another stays lost.")
        return []
    numbers = [word.removeprefix("#") for word in arguments.resend]
    if wrong := [word for word in numbers if not (word.isascii() and word.isdigit() and len(word) <= 18)]:
        stop(f"--resend wants the numbers that the list shows, or all with --reason: found {wrong[0]}.")
    return list(dict.fromkeys(map(int, numbers)))


def _list(desk: Desk, arguments: argparse.Namespace) -> int:
    zone = desk.database.read(desk.profiles.current).business.zone
    found = desk.database.read(lambda session: _letters(session, arguments, zone))
    if arguments.json:
        print(
            json.dumps([asdict(letter) for letter in found], default=datetime.isoformat, ensure_ascii=False, indent=2)
        )
    else:
        print("\n".join(line for letter in found for line in _lines(letter)) or "No dead letters.")
    return 1 if found else 0


def _letters(session: Session, arguments: argparse.Namespace, zone: ZoneInfo) -> list[DeadLetter]:
    found = []
    for row in dead_letters(session, arguments.limit, arguments.reason):
        booking = booking_by_id(session, row.booking_id) if row.booking_id is not None else None
        about = None
        if booking is not None:
            about = AboutBooking(booking.id, booking.status, booking.start_at.astimezone(ZoneInfo(booking.timezone)))
        found.append(
            DeadLetter(
                id=row.id,
                at=(row.reported_at or row.created_at).astimezone(zone),
                channel=row.channel,
                to=row.address if arguments.show_addresses else masked(row.address),
                kind=row.kind,
                reason=row.failure or "",
                code=row.failure_code,
                provider_words=row.failure_words,
                first_line=next(iter(row.body.splitlines()), ""),
                booking=about,
            )
        )
    return found


def _lines(letter: DeadLetter) -> list[str]:
    why = REASONS[SendFailure(letter.reason)] if letter.reason else "the provider does not say why"
    said = " ".join(part for part in (letter.code, letter.provider_words) if part)
    lines = [
        f"#{letter.id}  {letter.at:%Y-%m-%d %H:%M}  {letter.channel} {letter.to}  {letter.kind}",
        f"    {why} ({letter.reason}{': ' if said else ''}{said})" if letter.reason else f"    {why}",
        f"    missing: {letter.first_line}",
    ]
    if letter.booking is not None:
        own = letter.booking
        lines.append(f"    booking #{own.id}: {own.status}, {own.start:%a %d %b %Y %H:%M}")
    return lines


def _resend(desk: Desk, arguments: argparse.Namespace, wanted: list[int]) -> int:
    if not wanted:
        rows = desk.database.read(lambda session: dead_letters(session, None, arguments.reason))
        wanted = [row.id for row in reversed(rows)]
    trace, results = new_trace(), []
    for outbox_id in wanted:
        came = desk.database.transact(partial(_again, outbox_id=outbox_id, trace=trace, now=desk.clock.now()))
        results.append((outbox_id, came))
        if not isinstance(came, Obsolete):
            written_down(desk.database, "sent again", f"text {outbox_id}", f"text {outbox_id} as {came}")
    refused = sum(isinstance(came, Obsolete) for _, came in results)
    if arguments.json:
        told = [
            {"id": outbox_id, "resent_as": None, "refused": came}
            if isinstance(came, Obsolete)
            else {"id": outbox_id, "resent_as": came, "refused": None}
            for outbox_id, came in results
        ]
        print(json.dumps(told, indent=2))
        return 1 if refused else 0
    for outbox_id, came in results:
        print(
            f"#{outbox_id}: " + (f"not sent: {REFUSALS[came]}" if isinstance(came, Obsolete) else f"queued as #{came}")
        )
    print(f"{len(results) - refused} queued, {refused} not.")
    return 1 if refused else 0


def _again(session: Session, *, outbox_id: int, trace: str, now: datetime) -> int | Obsolete:
    return message_resent(session, outbox_id, trace, now)
