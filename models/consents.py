"""Consent to our texts: given and withdrawn, by what, and when. Rows are only added."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Row, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Moment, key, link, table, word
from models.conversations import change_conversation
from models.insert import insert_row


class ConsentSource(StrEnum):
    """What shows it."""

    WROTE_FIRST = "wrote_first"
    """The person texted the business before it ever texted them."""
    BOOKED_BY_HAND = "booked_by_hand"
    """They came in or called, gave their number, and the business booked for them."""
    IMPORTED = "imported"
    """They had booked with the business by another system before."""
    OWN_WORDS = "own_words"
    CARRIER = "carrier"
    """The carrier answered their word itself, and said so."""
    PROVIDER_REPORT = "provider_report"
    """A provider refused a message: they had opted out where we could not see it."""
    BEFORE_FORGOTTEN = "before_forgotten"
    """They had opted out before we were asked to forget them: that is kept, as a hash of their number."""


class Consent(SQLModel, table=True):
    """One change of it. `words` is what they texted, where that is what shows it."""

    __tablename__ = "consents"
    id: int | None = Field(default=None, sa_column=key())
    conversation_id: int = Field(sa_column=link("conversations.id", index=True))
    granted: bool
    source: ConsentSource = Field(sa_column=Column(word(ConsentSource), nullable=False))
    words: str = Field(default="", max_length=80)
    at: datetime = Field(sa_column=Column(Moment, nullable=False))


consents = table(Consent)


def first_consent(session: Session, conversation_id: int, at: datetime) -> None:
    """They wrote to us before we ever wrote to them. That nothing keeps us from answering is the caller's to note."""
    _add(session, conversation_id, granted=True, source=ConsentSource.WROTE_FIRST, words="", at=at)


def first_consents(session: Session, wrote: Mapping[int, datetime]) -> None:
    """The same, for several conversations at once."""
    source = {"granted": True, "source": ConsentSource.WROTE_FIRST, "words": ""}
    rows = [{"conversation_id": number, **source, "at": at} for number, at in wrote.items()]
    if rows:
        session.execute(consents.insert(), rows)


def consent_given(session: Session, conversation_id: int, source: ConsentSource, words: str, at: datetime) -> None:
    """Texts may go to this person."""
    _add(session, conversation_id, granted=True, source=source, words=words, at=at)
    change_conversation(session, conversation_id, opted_out_at=None)


def consent_withdrawn(session: Session, conversation_id: int, source: ConsentSource, words: str, at: datetime) -> None:
    """No text may go to this person any more."""
    _add(session, conversation_id, granted=False, source=source, words=words, at=at)
    change_conversation(session, conversation_id, opted_out_at=at)


def consents_of(session: Session, conversation_id: int) -> list[Row[Any]]:
    """Every change of one conversation's consent, oldest first."""
    statement = select(consents).where(consents.c.conversation_id == conversation_id).order_by(consents.c.id)
    return list(session.execute(statement))


def _add(session: Session, conversation_id: int, **values: Any) -> None:
    values["words"] = values["words"][:80]
    insert_row(session, consents, conversation_id=conversation_id, **values)
