"""`calendars`: each calendar kept in step, when that last worked, and what is wrong; exit status 1 if anything is."""

import argparse
import json
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.calendars.sync import CalendarSync
from bot.commands.opening import ready_desk, stop
from handlers.calendar_states import CalendarState, calendar_states
from models.calendars import all_calendars, make_due


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sync", nargs="*", metavar="KEY", help="look at these now, whole; at all where none is named")
    parser.add_argument("--json", action="store_true", help="for programs")


def run(arguments: argparse.Namespace) -> int:
    desk = ready_desk()
    if arguments.sync is not None:
        known = {row.name_key: row.id for row in desk.database.read(all_calendars)}
        if strangers := set(arguments.sync) - set(known):
            desk.database.dispose()
            stop(f"There is no calendar {', '.join(sorted(strangers))}: their keys stand in business.toml.")
        wanted = [known[key] for key in arguments.sync or known]
        desk.database.transact(lambda session: make_due(session, wanted))
        for calendar_id in wanted:
            CalendarSync(desk).sync(calendar_id)
    zone = desk.database.read(desk.profiles.current).business.zone
    states = desk.database.read(lambda session: calendar_states(session, desk.clock.now()))
    desk.database.dispose()
    if arguments.json:
        print(json.dumps([asdict(state) for state in states], default=datetime.isoformat, ensure_ascii=False, indent=2))
    else:
        print("\n".join(line for state in states for line in _lines(state, zone)) or "No calendars are kept in step.")
    return 0 if all(state.is_well for state in states) else 1


def _lines(state: CalendarState, zone: ZoneInfo) -> list[str]:
    does = " and ".join(word for word, is_so in (("read", state.reads), ("written", state.writes)) if is_so)
    last = f"{state.synced_at.astimezone(zone):%Y-%m-%d %H:%M}" if state.synced_at else "never yet"
    lines = [
        f"{'✓' if state.is_well else '✗'} {state.key}: {state.staff}, {state.kind}, {does}; last worked {last}",
        f"    {state.busy} busy times, {state.waiting} bookings to be written",
    ]
    if state.failures:
        again = f"; tried again at {state.due_at.astimezone(zone):%H:%M}" if state.due_at else ""
        lines.append(f"    failed {state.failures} times: {state.error}{again}")
    return lines + [f"    not taken: {line}" for line in state.broken_events]
