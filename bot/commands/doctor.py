"""`doctor`: check everything that is set up and say what to do; exit status 1 if anything keeps it from working."""

import argparse
from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from bot.desk import open_desk
from bot.doctor.card_payments import card_payments
from bot.doctor.channels import channels
from bot.doctor.email import email
from bot.doctor.finding import Finding, Mark, wrong
from bot.doctor.llm import llm
from bot.doctor.mpesa import mpesa
from bot.doctor.setup import setup
from bot.doctor.stored import stored
from config import Settings, WrongSettings, read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(_arguments: argparse.Namespace) -> int:
    worst = 0
    for finding in _findings():
        print(finding, flush=True)
        worst = max(worst, int(finding.mark is Mark.WRONG))
    return worst


def _findings() -> Iterator[Finding]:
    try:
        settings = read_settings()
    except WrongSettings as error:
        for line in str(error).splitlines():
            yield wrong(f"Settings: {line}")
        return
    yield from setup(settings)
    yield from _stored(settings)
    yield from channels(settings)
    yield from card_payments(settings)
    yield from mpesa(settings)
    yield from email(settings)
    yield from llm(settings)


def _stored(settings: Settings) -> Iterator[Finding]:
    try:
        desk = open_desk(settings)
        yield from stored(desk)
        desk.database.dispose()
    except (SQLAlchemyError, OSError) as error:
        yield wrong(f"Database: broke off while it was read ({type(error).__name__}). Look at DATABASE_URL; try again.")
