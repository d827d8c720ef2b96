"""Tokens of the API: made for a program, listed, revoked. What is kept of one is its hash."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.api import add_token, revoke_token
from models.audit import COMMAND_LINE, audit
from models.business import active_staff, touch_business
from models.operators import Role, add_operator


class NoSuchStaff(Exception):
    """A token for staff names somebody who works here."""


def make_token(
    session: Session, *, name: str, role: Role, staff_id: int | None, scopes: list[str], lasts: timedelta | None,
    token_hash: str, by: int | None, now: datetime,
) -> int:  # fmt: skip
    """A program of this role, by a name of its own, and a token for it; the token's number. `by` is the operator who
    makes it, None on the command line. Raises NoSuchStaff."""
    if (role is Role.STAFF) != (staff_id is not None):
        raise NoSuchStaff
    if staff_id is not None and staff_id not in active_staff(session):
        raise NoSuchStaff
    operator_id = add_operator(
        session, login=f"program:{token_hash[:24]}", name=name, role=role, staff_id=staff_id, is_program=True,
        created_at=now,
    )  # fmt: skip
    token_id = add_token(
        session, token_hash=token_hash, operator_id=operator_id, name=name, scopes=scopes, created_at=now,
        expires_at=now + lasts if lasts is not None else None,
    )  # fmt: skip
    touch_business(session)
    _written_down(session, "made an API token", token_id, by, now, f"role {role}")
    return token_id


def token_revoked(session: Session, token_id: int, by: int | None, now: datetime) -> bool:
    """Whether it still worked."""
    is_done = revoke_token(session, token_id, now)
    if is_done:
        _written_down(session, "revoked an API token", token_id, by, now)
    return is_done


def _written_down(session: Session, action: str, token_id: int, by: int | None, now: datetime, words: str = "") -> None:
    who = COMMAND_LINE if by is None else ""
    audit(session, at=now, operator_id=by, who=who, action=action, subject=f"token {token_id}", words=words)
