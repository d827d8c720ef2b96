"""The audit log looked through by who did something and what it was done to, newest first."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from models.audit import audit_log
from models.operators import operators


def entries_found(
    session: Session, operator_id: int | None, subject: str, before: int | None, limit: int
) -> Sequence[Row[Any]]:
    """From before this entry on; `name` is the operator's, by now."""
    own, name = audit_log.c, func.coalesce(operators.c.name, "").label("name")
    statement = select(audit_log, name).outerjoin(operators, operators.c.id == own.operator_id)
    if operator_id is not None:
        statement = statement.where(own.operator_id == operator_id)
    if subject:
        statement = statement.where(own.subject == subject)
    if before is not None:
        statement = statement.where(own.id < before)
    return session.execute(statement.order_by(own.id.desc()).limit(limit)).all()
