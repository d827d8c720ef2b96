"""`web`: the web process alone, with as many workers as WEB_CONCURRENCY says."""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from bot.commands.opening import ready_desk
from bot.commands.port import wait_for_port

TOP = Path(__file__).parent.parent.parent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(_arguments: argparse.Namespace) -> int:
    desk = ready_desk()
    desk.database.dispose()
    wait_for_port(desk.settings.host, desk.settings.port)
    serve()


def serve() -> NoReturn:
    """Serve from this process, whose imports its workers inherit; it ends with gunicorn's exit status."""
    from gunicorn.app.wsgiapp import WSGIApplication

    sys.argv = ["gunicorn", "-c", str(TOP / "gunicorn.conf.py")]
    WSGIApplication("%(prog)s").run()
    raise SystemExit(0)
