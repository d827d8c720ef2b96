"""`run`: web and worker in one process, on a database that is made ready if it is empty."""

import argparse
import os

from bot.commands.opening import fresh_desk
from bot.commands.operator import first_admin_link
from bot.commands.port import wait_for_port
from bot.commands.web import serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(_arguments: argparse.Namespace) -> int:
    desk = fresh_desk()
    settings = desk.settings
    name = desk.database.read(desk.profiles.current).business.name
    shown = "localhost" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    link = first_admin_link(desk)
    desk.database.dispose()
    wait_for_port(settings.host, settings.port)
    print(f"{name} is open on http://{shown}:{settings.port}", flush=True)
    print("Channels: " + ", ".join(desk.channels), flush=True)
    if settings.has_simulator_page:
        print(f"Text it, as a client and as the coordinator: http://{shown}:{settings.port}/simulator", flush=True)
    if link is not None:
        print(f"Console, for the first admin, once: {link}", flush=True)
    os.environ["TEXTBOOK_WITH_WORKER"] = "1"
    serve()
