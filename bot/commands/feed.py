"""`feed`: the private address at which a staff member's calendar program reads their bookings."""

import argparse
import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from bot.commands.opening import ready_desk, stop
from models.audit import COMMAND_LINE, audit
from models.feeds import set_feed_token, staff_by_key


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("staff", metavar="STAFFKEY", help="their key in business.toml")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--renew", action="store_true", help="a new address; the old one opens nothing any more")
    how.add_argument("--close", action="store_true", help="no feed any more")


def run(arguments: argparse.Namespace) -> int:
    desk = ready_desk()
    now = desk.clock.now()
    token = desk.database.transact(lambda session: _token(session, arguments, now))
    base = desk.settings.public_url
    desk.database.dispose()
    if token is None:
        stop(f"There is no staff {arguments.staff}: their key stands in business.toml.")
    if not token:
        print(f"{arguments.staff} has no feed any more.")
        return 0
    print(f"{base or f'http://localhost:{desk.settings.port}'}/calendar/{token}.ics")
    print("Whoever has this address can read the feed: give it to nobody else. --renew makes another.")
    if not base:
        print("PUBLIC_URL is not set, so this address is good on this machine only.")
    return 0


def _token(session: Session, arguments: argparse.Namespace, now: datetime) -> str | None:
    """The token in force afterwards; "" for none, None where there is no such person."""
    person = staff_by_key(session, arguments.staff)
    if person is None:
        return None
    if person.feed_token and not arguments.renew and not arguments.close:
        return str(person.feed_token)
    token = "" if arguments.close else secrets.token_urlsafe(32)
    set_feed_token(session, person.id, token)
    deed = "closed a feed" if arguments.close else "made a feed"
    audit(session, at=now, operator_id=None, who=COMMAND_LINE, action=deed, subject=f"staff {person.id}")
    return token
