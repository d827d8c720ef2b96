"""The access tokens that all processes share. One fetches a new one at a time, outside any transaction: it says so
first, and keeps what it got only while that still stands."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from models.insert import changed_rows, insert_unless_there
from models.provider_calls import provider_tokens


@dataclass(frozen=True, slots=True)
class Token:
    """A provider's access token, "" where none was ever fetched; until `fetching_until` somebody fetches another."""

    text: str = field(default="", repr=False)
    expires_at: datetime | None = None
    fetching_until: datetime | None = None


def token_read(session: Session, name: str) -> Token:
    row = session.execute(select(provider_tokens).where(provider_tokens.c.name == name)).first()
    return Token(row.token, row.expires_at, row.fetching_until) if row is not None else Token()


def fetching_claimed(session: Session, name: str, spent: Token, now: datetime, until: datetime) -> bool:
    """Take it on, until then, to replace a token that is good no more; False where somebody else does, or has done."""
    insert_unless_there(session, provider_tokens, {"name": name, "token": ""})
    is_free = or_(provider_tokens.c.fetching_until.is_(None), provider_tokens.c.fetching_until <= now)
    mine = provider_tokens.c.name == name, provider_tokens.c.token == spent.text, is_free
    return changed_rows(session, update(provider_tokens).where(*mine).values(fetching_until=until)) == 1


def token_fetched(session: Session, name: str, token: Token, until: datetime) -> bool:
    """Keep what whoever took it on until then has got; False where they took too long, and another does it now."""
    values = {"token": token.text, "expires_at": token.expires_at, "fetching_until": None}
    return changed_rows(session, update(provider_tokens).where(*_mine(name, until)).values(values)) == 1


def fetching_given_up(session: Session, name: str, until: datetime) -> None:
    """Leave it to others."""
    session.execute(update(provider_tokens).where(*_mine(name, until)).values(fetching_until=None))


def _mine(name: str, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return provider_tokens.c.name == name, provider_tokens.c.fetching_until == until
