"""`worker`: the dispatcher and the schedule alone. Any number may run."""

import argparse
import signal
import threading

from bot.arenas import keep_few_arenas
from bot.commands.opening import ready_desk
from bot.logs import log_what_breaks, set_up_logs
from bot.meters import keep
from bot.metrics import METRICS
from bot.one_core import FREE_SECONDS, OneCore
from bot.worker import Worker


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(_arguments: argparse.Namespace) -> int:
    keep_few_arenas()
    desk = ready_desk()
    set_up_logs(desk.settings.log_level)
    log_what_breaks()
    keep(METRICS, desk.settings.metrics_dir, tuple(desk.channels))
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    worker = Worker(desk, alone=False)
    worker.start()
    core = OneCore()
    while not stopping.wait(FREE_SECONDS):
        core.look()
    worker.stop()
    return 0
