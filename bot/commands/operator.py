"""`operator`: who signs in to the console. `first` prints the link that makes the first admin, `reset NAME` one for a
new password, `list` who there is."""

import argparse

from bot.commands.opening import ready_desk, stop
from bot.commands.written_down import written_down
from bot.console.secrets import new_token, token_hash
from bot.desk import Desk
from config import Settings
from handlers.console.operators_kept import first_link, new_password_link
from models.operators import all_operators, operator_by_login


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=("list", "first", "reset"), default="list")
    parser.add_argument("name", nargs="?", default="", help="the sign-in name, with reset")


def run(arguments: argparse.Namespace) -> int:
    desk = ready_desk()
    if arguments.what == "list":
        rows = desk.database.read(all_operators)
        desk.database.dispose()
        lines = [f"{row.login:<30} {row.role:<9} {row.name}" + ("" if row.is_active else " (off)") for row in rows]
        print("\n".join(lines) or "Nobody yet: python -m bot operator first")
        return 0
    link = first_admin_link(desk) if arguments.what == "first" else _new_password(desk, arguments.name)
    desk.database.dispose()
    if link is None and arguments.what == "first":
        stop("There is somebody already: python -m bot operator list")
    if link is None:
        stop(f"Nobody signs in as {arguments.name or 'nothing'}: python -m bot operator list")
    print(link)
    return 0


def first_admin_link(desk: Desk) -> str | None:
    """An address that makes the first admin, once; None where there is somebody already."""
    token, now = new_token(), desk.clock.now()
    is_made = desk.database.transact(lambda session: first_link(session, token_hash(token), now))
    if is_made:
        written_down(desk.database, "made the first admin's link")
    return console_address(desk.settings, f"/console/link/{token}") if is_made else None


def console_address(settings: Settings, path: str) -> str:
    """Where the console is reached: PUBLIC_URL, else this machine."""
    return f"{settings.public_url or f'http://localhost:{settings.port}'}{path}"


def _new_password(desk: Desk, login: str) -> str | None:
    token, now = new_token(), desk.clock.now()
    name = login.strip().casefold()
    is_made = desk.database.transact(lambda session: new_password_link(session, name, token_hash(token), now))
    if is_made and (row := desk.database.read(lambda session: operator_by_login(session, name))) is not None:
        written_down(desk.database, "made a new-password link", f"operator {row.id}")
    return console_address(desk.settings, f"/console/link/{token}") if is_made else None
