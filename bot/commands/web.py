"""`web`: the web process alone, with as many workers as WEB_CONCURRENCY says."""

import argparse
import os
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
    """Become gunicorn: signals reach it as if it had been started by hand."""
    conf = str(TOP / "gunicorn.conf.py")
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "-c", conf])  # noqa: S606 - our own interpreter
