"""Tokens that open something for whoever knows them: 256 bits as 43 letters, digits, - and _."""

import re
from typing import Any

from sqlalchemy import Column, Row, Select
from sqlalchemy.orm import Session

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def row_opened_by(session: Session, statement: Select[Any], column: Column[Any], token: str) -> Row[Any] | None:
    """The statement's row whose `column` (which it selects) is this very token; None for anything else. What is no
    token is never asked of a database, and MariaDB would take a for A."""
    if _TOKEN.fullmatch(token) is None:
        return None
    row = session.execute(statement.where(column == token)).first()
    return row if row is not None and getattr(row, column.name) == token else None
