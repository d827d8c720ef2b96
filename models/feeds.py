"""The private feeds of staff members: which token opens whose."""

from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from models.business import staff
from models.tokens import row_opened_by


def staff_by_key(session: Session, name_key: str) -> Row[Any] | None:
    statement = select(staff).where(staff.c.name_key == name_key, staff.c.active.is_(True))
    return session.execute(statement).one_or_none()


def staff_by_feed_token(session: Session, token: str) -> Row[Any] | None:
    """None for a token that opens nothing."""
    return row_opened_by(session, select(staff).where(staff.c.active.is_(True)), staff.c.feed_token, token)


def set_feed_token(session: Session, staff_id: int, token: str) -> None:
    session.execute(update(staff).where(staff.c.id == staff_id).values(feed_token=token))


def staff_names(session: Session) -> dict[int, str]:
    return {row.id: row.name for row in session.execute(select(staff.c.id, staff.c.name))}
