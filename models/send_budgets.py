"""Sending budgets, which all workers share: a row for each channel's number, and for each person a provider paces.

A row is changed once for all the texts of one claim, and only where there is a pace to keep: it is never hot."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Column, Table, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Field, SQLModel

from conversations.rules.pacing import Budget
from models.base import Moment, table
from models.insert import insert_unless_there
from models.prepared import prepared

Payer = tuple[str, str]
"""A channel and an address on it; "" for all of them, which is our number."""


class SendBudget(SQLModel, table=True):
    """What may go out on `channel`, to `address` or, where that is "", to anybody. Nothing goes before `opens_at`."""

    __tablename__ = "send_budgets"
    channel: str = Field(max_length=20, primary_key=True)
    address: str = Field(max_length=140, primary_key=True)
    opens_at: datetime = Field(sa_column=Column(Moment, nullable=False, index=True))
    full_at: datetime = Field(sa_column=Column(Moment, nullable=False))


send_budgets = table(SendBudget)
_OWN = prepared(
    select(send_budgets)
    .where(send_budgets.c.channel == bindparam("channel"), send_budgets.c.address == bindparam("address"))
    .with_for_update()
)
_NEXT_OPENING = select(func.min(send_budgets.c.opens_at)).where(send_budgets.c.opens_at > bindparam("now"))


def is_shut(texts: Table, now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether the budget of a text's channel, or of its recipient, lets nothing go `now`."""
    own = and_(
        send_budgets.c.channel == texts.c.channel,
        or_(send_budgets.c.address == "", send_budgets.c.address == texts.c.address),
    )
    return select(send_budgets.c.channel).where(own, send_budgets.c.opens_at > now).exists()


def lock_budgets(session: Session, payers: Collection[Payer], now: datetime) -> dict[Payer, Budget]:
    """These budgets, made if need be, and LOCKED until the transaction ends; always in the same order."""
    found = _locked(session, payers)
    if missing := sorted(payer for payer in set(payers) if _folded(payer) not in found):
        for channel, address in missing:
            values = {"channel": channel, "address": address, "opens_at": now, "full_at": now}
            insert_unless_there(session, send_budgets, values)
        found = _locked(session, payers)
    return {payer: found[_folded(payer)] for payer in payers}


def _locked(session: Session, payers: Collection[Payer]) -> dict[Payer, Budget]:
    """One by one: for several at once, PostgreSQL would go through the budgets of all people."""
    found = {}
    for channel, address in sorted(set(payers)):
        row = session.execute(_OWN, {"channel": channel, "address": address}).one_or_none()
        if row is not None:
            found[_folded((channel, address))] = Budget(row.opens_at, row.full_at)
    return found


def _folded(payer: Payer) -> Payer:
    """To MariaDB, addresses that differ in case alone are one."""
    return payer[0], payer[1].casefold()


def save_budget(session: Session, payer: Payer, budget: Budget) -> None:
    own = send_budgets.c.channel == payer[0], send_budgets.c.address == payer[1]
    session.execute(update(send_budgets).where(*own).values(opens_at=budget.opens_at, full_at=budget.full_at))


def next_opening(session: Session, now: datetime) -> datetime | None:
    """When the first of the budgets opens that are shut now; None where none is."""
    return session.execute(_NEXT_OPENING, {"now": now}).scalar_one_or_none()
