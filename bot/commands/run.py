"""`run`: web and worker in one process, on a database that is made ready if it is empty."""

import argparse
import os
import socket

from bot.commands.opening import fresh_desk, stop
from bot.commands.web import serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(_arguments: argparse.Namespace) -> int:
    desk = fresh_desk()
    settings = desk.settings
    name = desk.database.read(desk.profiles.current).business.name
    shown = "localhost" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    desk.database.dispose()
    _refuse_a_taken_port(settings.host, settings.port)
    print(f"{name} is open on http://{shown}:{settings.port}", flush=True)
    print("Channels: " + ", ".join(desk.channels), flush=True)
    print("Text it from another terminal: .venv/bin/python -m bot chat", flush=True)
    os.environ["TEXTBOOK_WITH_WORKER"] = "1"
    serve()


def _refuse_a_taken_port(host: str, port: int) -> None:
    """Say so before we say that we are open."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            stop(f"Port {port} cannot be used ({error.strerror}): stop what uses it, or set PORT to another.")
