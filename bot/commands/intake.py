"""`intake 12`: what the client of a booking has answered about themselves, unsealed."""

import argparse
from typing import Any

from sqlalchemy.orm import Session

from bot.commands.opening import ready_desk, stop
from bot.commands.written_down import written_down
from bot.sealing import WrongKey
from handlers.profile import Profile
from handlers.views import questions_of
from models.bookings import booking_by_id


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("booking", type=int, help="its number")


def run(arguments: argparse.Namespace) -> int:
    desk = ready_desk()
    profile = desk.database.read(desk.profiles.current)
    answers = desk.database.read(lambda session: _answers(session, arguments.booking, profile))
    if answers and desk.sealer is not None:
        written_down(desk.database, "read what was answered to the intake", f"booking {arguments.booking}")
    desk.database.dispose()
    if answers is None:
        stop(f"There is no booking #{arguments.booking}.")
    if desk.sealer is None:
        stop("The answers are sealed: set ENCRYPTION_KEY.")
    try:
        for text, sealed in answers.items():
            print(f"{text}\n  {desk.sealer.open(sealed) if sealed is not None else '-'}")
    except WrongKey:
        stop("No key of ENCRYPTION_KEY opens these answers: add the one that they were sealed by behind the others.")
    return 0


def _answers(session: Session, booking_id: int, profile: Profile) -> dict[str, Any] | None:
    """The sealed answers by the words of their question; of one that is asked no more, by its name."""
    row = booking_by_id(session, booking_id)
    if row is None:
        return None
    texts = {question.name: question.text(profile.business.language) for question in questions_of(row, profile)}
    return {texts.get(name, name): answer for name, answer in row.intake_answers.items()}
