"""The audit log of one operator alone."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from models.operators import audit_log


def audited_of(session: Session, operator_id: int, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """What they did, newest first, from before this entry on."""
    statement = select(audit_log).where(audit_log.c.operator_id == operator_id)
    if before is not None:
        statement = statement.where(audit_log.c.id < before)
    return session.execute(statement.order_by(audit_log.c.id.desc()).limit(limit)).all()
