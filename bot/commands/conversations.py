"""`conversations`: who texted last; `conversations show +974…`: one person's whole transcript, state by state."""

import argparse
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from bot.commands.opening import ready_desk, stop
from models.conversations import conversations_of, newest_conversations, turns_of
from models.messages import Direction, transcript
from models.outbox import deliveries, undelivered


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=("list", "show"), default="list")
    parser.add_argument("address", nargs="?", default="", help="the number, with show")
    parser.add_argument("--limit", type=int, default=30, help="how many to list")


def run(arguments: argparse.Namespace) -> int:
    desk = ready_desk()
    zone = desk.database.read(desk.profiles.current).business.zone
    if arguments.what == "show":
        lines = desk.database.read(lambda session: _show(session, arguments.address, zone))
        if not lines:
            stop(f"No conversation with {arguments.address or 'nobody'}: give the number as the list shows it.")
    else:
        lines = desk.database.read(lambda session: _list(session, arguments.limit, zone))
    desk.database.dispose()
    print("\n".join(lines) or "No conversations yet.")
    return 0


def _list(session: Session, limit: int, zone: ZoneInfo) -> list[str]:
    rows = newest_conversations(session, limit)
    lost = undelivered(session, [row.id for row in rows])
    return [
        f"{row.last_message_at.astimezone(zone):%Y-%m-%d %H:%M}  {row.channel:<10} {row.address:<18} {row.state:<17}"
        + ", ".join(_marks(row, lost.get(row.id, 0)))
        for row in rows
    ]


def _marks(row: Row[Any], lost: int) -> list[str]:
    """What an operator should see at once."""
    return [*(["needs a person"] if row.needs_person else []), *([f"{lost} undelivered"] if lost else [])]


def _show(session: Session, address: str, zone: ZoneInfo) -> list[str]:
    lines: list[str] = []
    for conversation in conversations_of(session, address):
        lines.append(f"{conversation.channel} {conversation.address}: {conversation.state}")
        if conversation.opted_out_at is not None:
            lines.append(f"  opted out {conversation.opted_out_at.astimezone(zone):%Y-%m-%d %H:%M}")
        turns, sent = turns_of(session, conversation.id), deliveries(session, conversation.id)
        for message in transcript(session, conversation.id):
            lines += _message(message, turns.get(message.turn_id), sent.get(message.id), zone)
    return lines


def _message(message: Row[Any], turn: Row[Any] | None, sent: Row[Any] | None, zone: ZoneInfo) -> list[str]:
    arrow = "→" if message.direction is Direction.IN else "←"
    facts = [f"{message.at.astimezone(zone):%Y-%m-%d %H:%M:%S}", arrow, f"#{message.id}"]
    if turn is not None and message.direction is Direction.IN:
        facts.append(
            turn.state_before if turn.state_before == turn.state_after else f"{turn.state_before}→{turn.state_after}"
        )
        facts += [f"fault: {turn.fault}"] if turn.fault else []
    if message.direction is Direction.IN:
        facts.append(message.provider_id or "")
        facts += [f"{len(message.media)} attached"] if message.media else []
    elif sent is not None:
        facts += [
            sent.status,
            sent.provider_id or "",
            *([f"{sent.failure} {sent.failure_code}"] if sent.failure else []),
            *([f"{sent.segments} SMS segment{'s' * (sent.segments != 1)}"] if sent.segments else []),
        ]
    body = [f"    {line}" for line in message.body.splitlines()] or ["    (no words)"]
    return ["  " + " ".join(str(fact) for fact in facts if fact), *body]
