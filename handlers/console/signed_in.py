"""Who signs in to the console, and who is in. Passwords are compared outside: a transaction may not take so long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from models.audit import audit
from models.operators import (
    Role,
    add_operator_session,
    change_operator,
    forget_expired,
    lock_operator,
    session_by_token,
    touch_operator_session,
)

FREE_TRIES = 4
"""Wrong passwords in a row that cost nothing but the time to type them."""
SHORTEST_LOCK, LONGEST_LOCK = timedelta(seconds=30), timedelta(hours=1)
STAYS = timedelta(hours=12)
"""A browser that asks for nothing for so long is signed out."""
LASTS = timedelta(days=7)
"""And one that never rests, after so long."""
TOUCHED = timedelta(minutes=5)
"""How exactly we know when somebody was here last."""


class Refusal(StrEnum):
    WRONG = "wrong"
    """The name, the password or the code; which of them is told to nobody."""
    LOCKED = "locked"
    """Too many wrong ones in a row: not before some time has passed, right or wrong."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was typed, compared: the password, and the time step of the code (None: wrong or none)."""

    login: str
    is_password_right: bool
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who is signed in."""

    id: int
    name: str
    login: str
    role: Role
    staff_id: int | None
    session_id: int
    has_totp: bool

    def may(self, role: Role) -> bool:
        """Whether they may do what this role may."""
        ranks = list(Role)
        return ranks.index(self.role) >= ranks.index(role)


def sign_in(session: Session, attempt: Attempt, token_hash: str, browser: str, now: datetime) -> Refusal | int:
    """Sign somebody in, by their number; or count a failure. A code counts once."""
    forget_expired(session, now)
    row = lock_operator(session, attempt.login)
    if row is None:
        return Refusal.WRONG
    if row.locked_until is not None and row.locked_until > now:
        return Refusal.LOCKED
    is_code_right = not row.totp_secret or (attempt.step is not None and attempt.step > row.totp_step)
    if not (row.is_active and row.password_hash and attempt.is_password_right and is_code_right):
        return _failed(session, row, now)
    change_operator(session, row.id, failures=0, locked_until=None, totp_step=attempt.step or row.totp_step)
    audit(session, at=now, operator_id=row.id, action="signed in", subject=f"operator {row.id}")
    let_in(session, row.id, token_hash, browser, now)
    return int(row.id)


def let_in(session: Session, operator_id: int, token_hash: str, browser: str, now: datetime) -> None:
    """They are in, in the browser that has the token of this hash."""
    add_operator_session(
        session, token_hash=token_hash, operator_id=operator_id, browser=browser[:200], created_at=now, seen_at=now,
        expires_at=now + STAYS,
    )  # fmt: skip


def who_is(session: Session, token_hash: str, now: datetime) -> tuple[Who, bool] | None:
    """Who is signed in by this token, and whether it is time to write down that they are here; None where nobody is."""
    row = session_by_token(session, token_hash)
    if row is None or not row.is_active or now >= min(row.expires_at, row.begun_at + LASTS):
        return None
    who = Who(row.id, row.name, row.login, Role(row.role), row.staff_id, row.session_id, bool(row.totp_secret))
    return who, now - row.seen_at > TOUCHED


def was_here(session: Session, session_id: int, now: datetime) -> None:
    touch_operator_session(session, session_id, now, now + STAYS)


def _failed(session: Session, row: Row[Any], now: datetime) -> Refusal:
    failures = row.failures + 1
    locked_until = None
    if failures > FREE_TRIES:
        locked_until = now + min(SHORTEST_LOCK * 2 ** min(failures - FREE_TRIES - 1, 10), LONGEST_LOCK)
    change_operator(session, row.id, failures=failures, locked_until=locked_until)
    audit(
        session, at=now, operator_id=row.id, action="failed to sign in", subject=f"operator {row.id}",
        words="locked" if locked_until is not None else "",
    )  # fmt: skip
    return Refusal.WRONG
