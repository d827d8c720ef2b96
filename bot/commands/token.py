"""`token`: makes a token of the API for a program, and prints it once; lists them; revokes one."""

import argparse
from datetime import timedelta

from bot.commands.opening import ready_desk, stop
from bot.console.secrets import new_token, token_hash
from bot.desk import Desk
from handlers.api.tokens_kept import NoSuchStaff, make_token, token_revoked
from models.api import tokens_of_operators
from models.operators import Role

MOST = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--role", choices=list(Role), help="what the program may do")
    parser.add_argument("--staff", type=int, help="with --role staff: the number of the staff member")
    parser.add_argument("--name", default="program", help="what it is called in the list and the audit log")
    parser.add_argument("--scope", action="append", default=[], help="narrow it, as sessions:read; may be repeated")
    parser.add_argument("--days", type=int, help="how long it works")
    parser.add_argument("--list", action="store_true", help="what tokens there are")
    parser.add_argument("--revoke", type=int, metavar="ID", help="let one open nothing any more")


def run(arguments: argparse.Namespace) -> int:
    desk = ready_desk()
    try:
        if arguments.list:
            print(_listed(desk))
        elif arguments.revoke is not None:
            _revoke(desk, arguments.revoke)
        elif arguments.role is None:
            stop("Say --role staff, viewer, operator or admin; or --list, or --revoke ID.")
        else:
            print(_made(desk, arguments))
    finally:
        desk.database.dispose()
    return 0


def _made(desk: Desk, arguments: argparse.Namespace) -> str:
    from bot.api.every_endpoint import ENDPOINTS

    known = {one.scope for one in ENDPOINTS}
    if unknown := [scope for scope in arguments.scope if scope not in known]:
        stop(f"There is no scope {unknown[0]}. There are: {', '.join(sorted(known))}")
    if arguments.days is not None and not 1 <= arguments.days <= 3650:
        stop("--days is a number from 1 to 3650.")
    token, now = new_token(), desk.clock.now()
    lasts = timedelta(days=arguments.days) if arguments.days is not None else None
    try:
        desk.database.transact(
            lambda session: make_token(
                session, name=arguments.name[:80], role=Role(arguments.role), staff_id=arguments.staff,
                scopes=sorted(set(arguments.scope)), lasts=lasts, token_hash=token_hash(token), by=None, now=now,
            )
        )  # fmt: skip
    except NoSuchStaff:
        stop("--staff is the number of somebody who works here, with --role staff and with no other.")
    return token


def _listed(desk: Desk) -> str:
    rows = desk.database.read(lambda session: tokens_of_operators(session, None, MOST))
    lines = [
        f"{row.id:<5} {row.role:<9} {row.name:<24} "
        + ("revoked" if row.revoked_at else f"used {row.last_used_at:%Y-%m-%d}" if row.last_used_at else "never used")
        for row in rows
    ]
    return "\n".join(lines) or "No token yet: python -m bot token --role operator"


def _revoke(desk: Desk, token_id: int) -> None:
    now = desk.clock.now()
    if not desk.database.transact(lambda session: token_revoked(session, token_id, None, now)):
        stop(f"There is no token {token_id} that still works: python -m bot token --list")
