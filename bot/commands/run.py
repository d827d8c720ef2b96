"""`run`: web and worker in one process, on a database that is made ready if it is empty.

This process only starts the other, and starts it again: it imports nothing of the desk, and takes little memory."""

import argparse
import os

from bot.commands.port import wait_for_port
from bot.commands.serving import WITH_WORKER, serve
from bot.commands.stopping import settings_or_stop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(_arguments: argparse.Namespace) -> int:
    settings = settings_or_stop()
    wait_for_port(settings.host, settings.port)
    os.environ[WITH_WORKER] = "1"
    serve()
