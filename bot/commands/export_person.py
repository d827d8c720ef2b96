"""`export-person +974…`: all that is held on somebody, as a JSON file for programs and a page to read beside it."""

import argparse
from pathlib import Path

from bot.commands.forget import person_meant
from bot.commands.opening import ready_desk, stop
from bot.commands.written_down import written_down


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("person", help="their phone with its +, or their number as a client")
    parser.add_argument("--out", type=Path, default=None, metavar="FILE", help="default: person-12.json, and .html")


def run(arguments: argparse.Namespace) -> int:
    from bot.exporting import as_json, as_page, held_on, write_private

    desk = ready_desk()
    try:
        number = person_meant(desk, arguments.person)
        held = held_on(desk, number)
        if held is None:
            stop(f"There is no client {arguments.person}.")
        path: Path = arguments.out or Path(f"person-{number}.json")
        written_down(desk.database, "exported a person", f"client {number}")
        for file, text in ((path, as_json(held)), (path.with_suffix(".html"), as_page(held))):
            try:
                write_private(file, text)
            except OSError as error:
                stop(f"{file} cannot be written: {error.strerror}")
            print(file)
    finally:
        desk.database.dispose()
    return 0
