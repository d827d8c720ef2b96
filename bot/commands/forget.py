"""`forget +974…` or `forget 12`: says what would be erased of a person; with `--yes` erases it, for good."""

import argparse

from sqlalchemy.orm import Session

from bot.commands.opening import ready_desk, stop
from bot.desk import Desk
from bot.forgetting import WHY_NOT, cancel_ahead, forget_person, in_the_way, would_forget
from conversations.languages.render import money_text
from conversations.money import Money
from handlers.console.people_merged import client_meant
from handlers.person_forgotten import Forgetting, Verdict
from models.audit import COMMAND_LINE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("person", help="their phone with its +, or their number as a client")
    parser.add_argument("--yes", action="store_true", help="do it: nothing brings it back")
    parser.add_argument("--cancel", action="store_true", help="with --yes: first cancel the bookings that lie ahead")


def run(arguments: argparse.Namespace) -> int:
    desk = ready_desk()
    try:
        return _run(desk, arguments)
    finally:
        desk.database.dispose()


def person_meant(desk: Desk, said: str) -> int:
    """The client of this phone or number; stops where there is none."""

    def look(session: Session) -> int | None:
        return client_meant(session, said)

    found = desk.database.read(look)
    if found is None:
        stop(f"There is no client {said}.")
    return found


def _run(desk: Desk, arguments: argparse.Namespace) -> int:
    number = person_meant(desk, arguments.person)
    if arguments.yes and arguments.cancel:
        cancel_ahead(desk, number, "system")
    if not arguments.yes:
        would = would_forget(desk, number)
        _say(would, "would be erased")
        if would.verdict is Verdict.DONE:
            print("Nothing was done: to do it, add --yes.")
        return 0 if would.verdict is Verdict.DONE else 1
    try:
        done = forget_person(desk, number, who=COMMAND_LINE, operator_id=None)
    except OSError as error:
        stop(f"A file that names them cannot be removed, so nothing was done: {error}")
    _say(done, "was erased")
    return 0 if done.verdict is Verdict.DONE else 1


def _say(told: Forgetting, what: str) -> None:
    if told.verdict in WHY_NOT:
        stop(WHY_NOT[told.verdict])
    if told.verdict is Verdict.IN_THE_WAY:
        print("Nothing was erased. They cannot be forgotten yet:")
        for line in in_the_way(told.way):
            print(f"  {line}")
        what = "would be erased"
    many = ", ".join(f"{many} {of}" for of, many in told.many.items() if many) or "no bookings and no conversations"
    print(f"Client {told.client_id}: who they are {what} from {many}, and from {told.named} texts and notes of others.")
    print("Bookings, payments and figures stay, without the person.")
    for currency, amount in told.way.credit:
        print(f"They have {money_text(Money(amount, currency), 'en')} with you, which nobody can use then.")
