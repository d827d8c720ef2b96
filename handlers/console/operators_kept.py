"""Who may sign in: the first admin, invitations, roles, new passwords. Every process hears of it with the business."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from handlers.console.easily_guessed import is_easily_guessed
from handlers.console.signed_in import Who
from models.audit import audit
from models.business import touch_business
from models.operators import (
    LinkKind,
    Role,
    active_admins,
    add_link,
    add_operator,
    change_operator,
    end_operator_sessions,
    is_any_operator,
    lock_operator,
    open_link,
    operator_by_id,
    use_link,
    void_links,
)

LINK_WORKS = {
    LinkKind.FIRST: timedelta(days=7), LinkKind.INVITE: timedelta(days=7), LinkKind.RESET: timedelta(hours=2),
}  # fmt: skip
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
_LOGIN = re.compile(r"[^\s]{2,120}")


class CannotKeep(Exception):
    """Why something cannot be kept as it was typed, in words for whoever typed it."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a one-time link opens: a place for somebody, by a name of their choice where they have none."""

    kind: LinkKind
    link_id: int
    operator: Row[Any] | None


def login_of(text: str) -> str:
    """A sign-in name as it is kept. Raises CannotKeep."""
    login = text.strip().casefold()
    if not _LOGIN.fullmatch(login):
        raise CannotKeep("A sign-in name has 2 to 120 characters and no spaces; an email address is a good one.")
    return login


def fit_password(password: str, login: str, business: str = "") -> str:
    """Raises CannotKeep for one that is easily guessed."""
    if len(password) < SHORTEST_PASSWORD or not password.strip():
        raise CannotKeep(f"A password has at least {SHORTEST_PASSWORD} characters; a few words make a good one.")
    if len(password) > LONGEST_PASSWORD:
        raise CannotKeep(f"A password has at most {LONGEST_PASSWORD} characters.")
    if password.casefold() == login or is_easily_guessed(password, (login, login.partition("@")[0], business)):
        raise CannotKeep("That password is too easily guessed.")
    return password


def first_link(session: Session, token_hash: str, now: datetime) -> bool:
    """A link by which the first admin is made, instead of any earlier one; False where there is somebody already."""
    if is_any_operator(session):
        return False
    void_links(session, None)
    _link(session, token_hash, LinkKind.FIRST, None, now)
    return True


def invite(
    session: Session, login: str, name: str, role: Role, staff_id: int | None, token_hash: str, now: datetime
) -> int:
    """Make a place ready, which its owner takes by the link. Raises CannotKeep."""
    login, name = login_of(login), _name(name)
    if role is Role.STAFF and staff_id is None:
        raise CannotKeep("Say which staff member signs in.")
    if lock_operator(session, login) is not None:
        raise CannotKeep(f"{login} is there already.")
    number = add_operator(
        session, login=login, name=name, role=role, staff_id=staff_id if role is Role.STAFF else None, created_at=now
    )
    _link(session, token_hash, LinkKind.INVITE, number, now)
    touch_business(session)
    return number


def new_password_link(session: Session, login: str, token_hash: str, now: datetime) -> bool:
    """A link by which they set a new password; False where nobody signs in by this."""
    row = lock_operator(session, login)
    if row is None:
        return False
    void_links(session, row.id)
    _link(session, token_hash, LinkKind.RESET, row.id, now)
    return True


def place_of(session: Session, token_hash: str, now: datetime) -> Place | None:
    """What a link opens, while it works."""
    link = open_link(session, token_hash, now)
    if link is None or (link.kind == LinkKind.FIRST and is_any_operator(session)):
        return None
    row = operator_by_id(session, link.operator_id) if link.operator_id is not None else None
    return Place(LinkKind(link.kind), link.id, row)


def take_place(
    session: Session, token_hash: str, login: str, name: str, password_hash: str, now: datetime
) -> int | None:
    """Whoever has the link has the place, with this password from now on; None where it does not work any more. A new
    password signs them out everywhere, and takes the second factor off only where an admin has. Raises CannotKeep."""
    place = place_of(session, token_hash, now)
    if place is None or not use_link(session, place.link_id, now):
        return None
    if place.operator is not None:
        number = int(place.operator.id)
        change_operator(session, number, password_hash=password_hash, failures=0, locked_until=None)
        end_operator_sessions(session, number)
        void_links(session, number)
        deed = "took their place" if place.kind is LinkKind.INVITE else "set a new password by a link"
        audit(session, at=now, operator_id=number, action=deed, subject=f"operator {number}")
        return number
    number = add_operator(
        session, login=login_of(login), name=_name(name), role=Role.ADMIN, password_hash=password_hash,
        is_on_duty=True, created_at=now,
    )  # fmt: skip
    audit(session, at=now, operator_id=number, action="became the first admin", subject=f"operator {number}")
    touch_business(session)
    return number


def change_role(session: Session, operator_id: int, role: Role, staff_id: int | None) -> None:
    """They sign in anew. Raises CannotKeep for the last admin."""
    row = _known(session, operator_id)
    if row.role == Role.ADMIN and role is not Role.ADMIN:
        _not_the_last(session)
    if role is Role.STAFF and staff_id is None:
        raise CannotKeep("Say which staff member signs in.")
    change_operator(session, operator_id, role=role, staff_id=staff_id if role is Role.STAFF else None)
    end_operator_sessions(session, operator_id)
    touch_business(session)


def set_active(session: Session, operator_id: int, *, is_active: bool) -> None:
    """Let nobody sign in by this, or again. Raises CannotKeep for the last admin."""
    row = _known(session, operator_id)
    if row.role == Role.ADMIN and not is_active:
        _not_the_last(session)
    change_operator(session, operator_id, is_active=is_active)
    end_operator_sessions(session, operator_id)
    if not is_active:
        void_links(session, operator_id)
    touch_business(session)


def new_password(session: Session, who: Who, password_hash: str, now: datetime) -> None:
    """Whoever knew the old one has set it: they are signed out everywhere else, and no link sets another."""
    audit(session, at=now, operator_id=who.id, action="changed the password", subject=f"operator {who.id}")
    change_operator(session, who.id, password_hash=password_hash)
    void_links(session, who.id)
    end_operator_sessions(session, who.id, but=who.session_id)


def keep_totp(session: Session, operator_id: int, secret: str, step: int) -> None:
    """From now on a code of this secret is asked for too; "" for none."""
    change_operator(session, operator_id, totp_secret=secret, totp_step=step)


def _known(session: Session, operator_id: int) -> Row[Any]:
    row = operator_by_id(session, operator_id)
    if row is None:
        raise CannotKeep("There is nobody with this number.")
    return row


def _not_the_last(session: Session) -> None:
    if active_admins(session) < 2:
        raise CannotKeep("This is the last admin: make another one first.")


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 80:
        raise CannotKeep("Give the name that clients and colleagues read, of 80 characters at most.")
    return name


def _link(session: Session, token_hash: str, kind: LinkKind, operator_id: int | None, now: datetime) -> None:
    add_link(
        session, token_hash=token_hash, kind=kind, operator_id=operator_id, expires_at=now + LINK_WORKS[kind],
    )  # fmt: skip
