"""`web`: the web process alone, with as many workers as WEB_CONCURRENCY says."""

import argparse

from bot.commands.opening import ready_desk
from bot.commands.port import wait_for_port
from bot.commands.serving import serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(_arguments: argparse.Namespace) -> int:
    desk = ready_desk()
    desk.database.dispose()
    wait_for_port(desk.settings.host, desk.settings.port)
    serve()
