"""What payment providers told us, each thing once, and the tokens that let us talk to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Row, String, Text, UniqueConstraint, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Moment, key, table
from models.exact import exact
from models.insert import insert_unless_there


class ProviderCall(SQLModel, table=True):
    """One thing that a provider told, by its own id of it. `about` is the provider's id of the payment; what is about
    one that we do not know yet waits, `handled_at` NULL, until we do."""

    __tablename__ = "provider_calls"
    __table_args__ = (UniqueConstraint("provider", "call_id"), Index(None, "provider", "about"))
    id: int | None = Field(default=None, sa_column=key())
    provider: str = Field(max_length=20)
    call_id: str = Field(sa_column=Column(exact(120), nullable=False))
    about: str = Field(default="", sa_column=Column(exact(120), nullable=False))
    news: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    received_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    handled_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


class ProviderToken(SQLModel, table=True):
    """A provider's access token, which all processes share. Whoever fetches a new one says so in `fetching_until`."""

    __tablename__ = "provider_tokens"
    name: str = Field(sa_column=Column(String(40), primary_key=True))
    token: str = Field(default="", sa_column=Column(Text, nullable=False))
    expires_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    fetching_until: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


provider_calls = table(ProviderCall)
provider_tokens = table(ProviderToken)


def keep_call(session: Session, provider: str, call_id: str, about: str, news: dict[str, Any], now: datetime) -> bool:
    """Keep what was told; False where it was told before."""
    values = {"provider": provider, "call_id": call_id, "about": about, "news": news, "received_at": now}
    return insert_unless_there(session, provider_calls, values)


def call_handled(session: Session, provider: str, call_id: str, now: datetime) -> None:
    mine = provider_calls.c.provider == provider, provider_calls.c.call_id == call_id
    session.execute(update(provider_calls).where(*mine).values(handled_at=now))


def calls_waiting(session: Session, provider: str, about: str) -> list[Row[Any]]:
    """What was told of a payment before we knew it, oldest first."""
    waiting = provider_calls.c.provider == provider, provider_calls.c.about == about
    statement = select(provider_calls).where(*waiting, provider_calls.c.handled_at.is_(None))
    return list(session.execute(statement.order_by(provider_calls.c.id)))


def calls_unknown(session: Session, before: datetime, limit: int) -> list[Row[Any]]:
    """What was told before that moment of payments that we still do not know, oldest first."""
    waiting = provider_calls.c.handled_at.is_(None), provider_calls.c.received_at < before
    return list(session.execute(select(provider_calls).where(*waiting).order_by(provider_calls.c.id).limit(limit)))
