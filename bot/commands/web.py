"""`web`: the web process alone, with as many workers as WEB_CONCURRENCY says."""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from bot.commands.opening import ready_desk

TOP = Path(__file__).parent.parent.parent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(_arguments: argparse.Namespace) -> int:
    ready_desk().database.dispose()
    serve()


def serve() -> NoReturn:
    """Serve from this process, whose imports its workers inherit; it ends with gunicorn's exit status."""
    from gunicorn.app.wsgiapp import WSGIApplication

    sys.argv = ["gunicorn", "-c", str(TOP / "gunicorn.conf.py")]
    WSGIApplication("%(prog)s").run()
    raise SystemExit(0)
