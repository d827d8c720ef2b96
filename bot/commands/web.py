"""`web`: the web process alone, with as many workers as WEB_CONCURRENCY says."""

import argparse
import os

from bot.commands.port import wait_for_port
from bot.commands.serving import WANTS_BUSINESS, serve
from bot.commands.stopping import settings_or_stop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(_arguments: argparse.Namespace) -> int:
    settings = settings_or_stop()
    wait_for_port(settings.host, settings.port)
    os.environ[WANTS_BUSINESS] = "1"
    serve()
