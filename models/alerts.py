"""Alerts: which operators are on duty, and of which conversations they have not been told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, and_, bindparam, exists, or_, select, true
from sqlalchemy.orm import Session

from conversations.rules.routes import SIMULATOR
from models.conversations import conversations, is_taken
from models.operators import Role, operators
from models.prepared import prepared

_ON_DUTY = and_(
    operators.c.is_on_duty.is_(True), operators.c.is_active.is_(True), operators.c.role.in_((Role.OPERATOR, Role.ADMIN))
)


@dataclass(frozen=True, slots=True)
class Ways:
    """How somebody on duty could be told: by text, by email; and on the simulator's phones of what came by them."""

    by_text: bool
    by_email: bool
    of_rehearsals: bool


def on_duty(session: Session) -> Sequence[Row[Any]]:
    """Who is told that a person is needed: whoever is on duty and may answer."""
    return session.execute(select(operators).where(_ON_DUTY).order_by(operators.c.id)).all()


def wants_alert(conversation: Row[Any], now: datetime) -> bool:
    """Whether this client waits for a person of whom nobody on duty was told."""
    is_untold = conversation.needs_person and conversation.alerted_at is None and conversation.client_id is not None
    return bool(is_untold and not conversation.is_blocked and not is_taken(conversation, now))


def wanting_alert(session: Session, now: datetime, limit: int, ways: Ways) -> list[int]:
    """Conversations of which wants_alert() is true and somebody on duty could be told: none while nobody could."""
    statement = _wanting(ways)
    return list(session.execute(statement, {"now": now, "most": limit}).scalars()) if statement is not None else []


@cache
def _wanting(ways: Ways) -> Select[Any] | None:
    own = conversations.c
    told = [
        *([and_(own.channel != SIMULATOR, _is_on_duty_with(operators.c.phone))] if ways.by_text else []),
        *([and_(own.channel != SIMULATOR, _is_on_duty_with(operators.c.email))] if ways.by_email else []),
        *([and_(own.channel == SIMULATOR, _is_on_duty_with(operators.c.phone))] if ways.of_rehearsals else []),
    ]
    if not told:
        return None
    return prepared(
        select(own.id)
        # MariaDB looks into no index for IS TRUE.
        .where(own.needs_person == true(), own.alerted_at.is_(None), own.client_id.is_not(None))
        .where(own.is_blocked.is_(False), or_(own.taken_until.is_(None), own.taken_until <= bindparam("now")))
        .where(or_(*told))
        .order_by(own.last_message_at, own.id)
        .limit(bindparam("most"))
    )


def _is_on_duty_with(address: Column[str]) -> ColumnElement[bool]:
    return exists(select(operators.c.id).where(_ON_DUTY, address != ""))
