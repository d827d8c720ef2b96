"""`python -m bot COMMAND`: everything an operator does from a terminal. One file a command in bot/commands/."""

import argparse
import sys
from importlib import import_module
from keyword import iskeyword
from types import ModuleType

from bot.starting import importing

COMMANDS = {
    "run": "web and worker in one process; the everyday start",
    "web": "the web process alone",
    "worker": "the worker process alone",
    "migrate": "bring the database to the newest schema",
    "chat": "play client and coordinator in this terminal",
    "conversations": "list conversations, or show one",
    "dead-letters": "list what did not arrive, and send it again",
    "understand": "show what a text is understood to say",
    "load": "load business.toml",
    "dump": "print the business as business.toml",
    "classes": "list the next classes; call one off, move it, give it more or fewer seats",
    "import": "take over what another system has kept: clients, bookings, appointments, a calendar",
    "intake": "print what the client of a booking has answered about themselves",
    "ledger": "print every movement of money as CSV",
    "feed": "show a staff member's private calendar feed, make it or renew it",
    "calendars": "show the calendars kept in step, and what is wrong with them",
    "webhooks": "other systems that are told of what happens here",
    "token": "make a token of the API for a program, list them, revoke one",
    "operator": "list who signs in to the console; print the first admin's link, or one for a new password",
    "forget": "erase who somebody is: their bookings and payments stay, without the person",
    "export-person": "write down all that is held on somebody, for them",
    "retention": "how many old texts are still to be emptied",
    "doctor": "check the set-up and say what to do",
    "check": "look for broken invariants in the whole database",
    "backup": "the whole installation on SQLite in one file, while it runs",
    "restore": "put such a file back, where nothing runs",
    "docs": "write the generated docs, or check that they are current",
}
"""In the order `--help` lists them. A module is imported only when its command is wanted."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot", description="Textbook: bookings by text message.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = next((word for word in arguments if not word.startswith("-")), "")
    for name, what in COMMANDS.items():
        own = commands.add_parser(name, help=what, description=what.capitalize() + ".")
        if name == wanted:
            _file(name).add_arguments(own)
    chosen = parser.parse_args(arguments)
    return int(_file(chosen.command).run(chosen))


def _file(command: str) -> ModuleType:
    with importing():
        return import_module(f"bot.commands.{file_of(command)}")


def file_of(command: str) -> str:
    """The name of the file that holds a command: Python's own words want a sign behind them."""
    return f"{command}_" if iskeyword(command) else command.replace("-", "_")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
