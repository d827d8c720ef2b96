"""Clients as operators list and look them up, newest first, a page at a time; and what there is about one of them."""

import re
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, literal, or_, select
from sqlalchemy.orm import Session

from models.clients import clients
from models.conversations import conversations
from models.engagements import client_records, engagements

MOST_WORDS = 6
_NUMBER = re.compile(r"[\d\s+().\-/]*\d[\d\s+().\-/]*")


def people(session: Session, wanted: str, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """Clients whose name has words that begin like these, in any order; or whose phone has these digits in a row; or
    whose email begins so. Newest first, from before this one on; "" is everybody. Who turned out to be somebody else is
    in no list; their phone leads to who they are."""
    matching = _matching(wanted)
    if _NUMBER.fullmatch(wanted):
        merged = select(clients.c.merged_into).where(clients.c.merged_into.is_not(None), *matching)
        matching = [or_(*matching, clients.c.id.in_(session.execute(merged).scalars().all()))]
    own = clients.c.merged_into.is_(None)
    statement = select(clients).where(own, *matching).order_by(clients.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(clients.c.id < before)
    return session.execute(statement).all()


def _matching(wanted: str) -> list[ColumnElement[bool]]:
    if _NUMBER.fullmatch(wanted):
        digits = "".join(str(int(one)) for one in re.findall(r"\d", wanted))
        return [clients.c.phone.contains(digits.lstrip("0"))]
    if "@" in wanted:
        return [clients.c.email.istartswith(wanted.strip(), autoescape=True)]
    return [_begins(word) for word in wanted.split()[:MOST_WORDS]]


def _begins(word: str) -> ColumnElement[bool]:
    """Some word of the name begins so. SQLite knows the two cases of ASCII letters alone: others are given in both."""
    spellings = {word} if word.isascii() else {word.lower(), word.capitalize(), word.upper()}
    name = literal(" ") + clients.c.name
    return or_(*(name.icontains(f" {each}", autoescape=True) for each in sorted(spellings)))


def conversations_of_clients(session: Session, client_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Where these clients write, the conversation they wrote in last first."""
    own = conversations.c
    statement: Select[Any] = select(own.id, own.client_id, own.channel, own.last_message_at, own.opted_out_at)
    mine = statement.where(own.client_id.in_(list(client_ids)))
    return session.execute(mine.order_by(own.last_message_at.desc(), own.id)).all()


def every_engagement_of(session: Session, client_id: int, limit: int) -> Sequence[Row[Any]]:
    """A client's engagements, under way or over, newest first."""
    statement = (
        select(engagements)
        .join(client_records, client_records.c.id == engagements.c.record_id)
        .where(client_records.c.client_id == client_id)
    )
    return session.execute(statement.order_by(engagements.c.id.desc()).limit(limit)).all()
