"""`chat`: play a client and the coordinator in this terminal, on the real path, with no account anywhere."""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bot.channels.simulator import SIMULATOR, SimulatorChannel
from bot.clock import Clock
from bot.commands.opening import fresh_desk, settings_or_stop
from bot.desk import Desk
from bot.dispatcher import Dispatcher
from bot.intake import receive
from bot.logs import new_trace, set_up_logs
from bot.schedule import run_due
from config import Settings
from conversations.layout import numbered
from conversations.messages import Inbound
from models.messages import nothing_unanswered
from models.outbox import newest_outbox_id, outbox_after

CLIENT = "+15550001234"
COORDINATOR = "+15550009999"
"""The coordinator's phone in a chat, where none is set."""
HOW = """You are the client. Begin a line with @ to text as the coordinator, for example: @ APPROVE 1
An empty line waits a moment for news; Ctrl-D ends.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--phone", default=CLIENT, help="the client's number; another one is another client")
    parser.add_argument("--name", default="", help="the client's name, as a channel would show it")
    parser.add_argument("--save", type=Path, help="write what was said as a story")


def run(arguments: argparse.Namespace) -> int:
    settings = settings_or_stop()
    set_up_logs("ERROR")
    desk = fresh_desk(_for_chat(settings))
    chat = Chat(desk, arguments.phone, arguments.name)
    print(f"{desk.database.read(desk.profiles.current).business.name}, by text.\n{HOW}")
    for line in _typed():
        print("\n".join(chat.say(line)), flush=True)
    if arguments.save:
        arguments.save.write_text(chat.story(), encoding="utf-8")
        print(f"\nSaved as {arguments.save}.")
    return 0


def _for_chat(settings: Settings) -> Settings:
    """The simulator's phones only: a rehearsal reaches nobody, whatever else is set up."""
    found = settings.model_copy(update={"simulator": True})
    coordinator = _coordinators_phone(found)
    return found if coordinator else found.model_copy(update={"coordinator_phone_number": COORDINATOR})


def _coordinators_phone(settings: Settings) -> str:
    """The number that answers requests, or "" where none is set."""
    desk = fresh_desk(settings)
    found = desk.database.read(desk.profiles.current).coordinator_for(0, 0)
    desk.database.dispose()
    return found.phone if found is not None else ""


class Chat:
    """Two phones on one desk."""

    def __init__(self, desk: Desk, phone: str, name: str) -> None:
        self.desk = replace(desk, channels={**desk.channels, SIMULATOR: SimulatorChannel()})
        """A terminal has no buttons."""
        coordinator = desk.database.read(desk.profiles.current).coordinator_for(0, 0)
        assert coordinator is not None
        self.client, self.coordinator, self.name = phone, coordinator.phone, name
        self._seen = desk.database.read(newest_outbox_id)
        self._said: list[str] = []
        self._began: datetime = Clock().now()

    def say(self, line: str) -> list[str]:
        """Text as the client, or behind an @ as the coordinator; what both phones receive by it."""
        speaker, text = ("Coordinator", line[1:].strip()) if line.startswith("@") else ("Client", line)
        if text:
            self._said.append(f"{speaker}> {text}")
            address = self.coordinator if speaker == "Coordinator" else self.client
            profile = "" if speaker == "Coordinator" else self.name
            receive(self.desk, Inbound(SIMULATOR, f"chat-{new_trace()}", address, address, text, profile))
        return self._settle()

    def story(self) -> str:
        """What was said, as a story that the tests can play."""
        zone = self.desk.database.read(self.desk.profiles.current).business.zone
        head = [
            "# Saved from a chat",
            f"clock {self._began.astimezone(zone):%Y-%m-%d %H:%M}",
            f"person Client {SIMULATOR} {self.client}" + (f" {self.name}" if self.name else ""),
            f"person Coordinator {SIMULATOR} {self.coordinator}",
            "",
        ]
        return "\n".join([*head, *self._said]) + "\n"

    def _settle(self) -> list[str]:
        """Wait until every text has had its turn and every answer has been sent, here or by another process."""
        dispatcher = Dispatcher(self.desk)
        patience = time.monotonic() + 5
        while True:
            run_due(self.desk)
            is_settled = self.desk.database.read(nothing_unanswered)
            dispatcher.send_due()
            if is_settled or time.monotonic() > patience:
                break
            time.sleep(0.05)
        dispatcher.stop()
        return self._news()

    def _news(self) -> list[str]:
        lines: list[str] = []
        names = {self.client: "Client", self.coordinator: "Coordinator"}
        for row in self.desk.database.read(lambda session: outbox_after(session, self._seen)):
            self._seen = row.id
            if row.channel == SIMULATOR and row.address in names:
                choices = tuple((key, label) for key, label in row.choices)
                said = numbered(row.body, choices)  # the program beside this chat shows buttons
                first, *more = said.splitlines() or [""]
                lines += [f"  {names[row.address]}< {first}", *(f"    | {line}" for line in more)]
        self._said += lines
        return lines


def _typed() -> Iterator[str]:
    """The lines as they are typed; a prompt only for a person."""
    prompt = "> " if sys.stdin.isatty() else ""
    while True:
        try:
            yield input(prompt).strip()
        except (EOFError, KeyboardInterrupt):
            return
