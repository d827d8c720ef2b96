"""Looking for texts in the outbox: which may be sent now, with all that sending one wants to know, in one question.

A worker asks several times a second: each statement is built once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Integer,
    Row,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import NullType

from models.base import Moment
from models.conversations import conversations
from models.messages import Direction, messages
from models.outbox import UNSENT_IN_SQL, outbox
from models.prepared import prepared
from models.send_budgets import is_shut


@dataclass(frozen=True, slots=True)
class Carries:
    """The channels whose rows a sender takes: `only` this one where it names one, all `but` this one otherwise."""

    only: str = ""
    but: str = ""

    def has(self, channel: str) -> bool:
        return channel == self.only if self.only else channel != self.but


EVERYTHING = Carries()
_NOW, _LIMIT = bindparam("now", type_=Moment()), bindparam("limit", type_=Integer())
_QUEUED, _SENDING = UNSENT_IN_SQL
_SETTINGS = {"enable_bitmapscan": "off", "enable_seqscan": "off", "plan_cache_mode": "force_generic_plan"}
_BY_THE_INDEX = prepared(select(*(func.set_config(name, value, true()) for name, value in _SETTINGS.items())))
"""How PostgreSQL is to look for texts, and change them. A text that is sent leaves its entry in the index until
PostgreSQL cleans up. A scan by the index marks what it finds dead, and the next one passes over it; one by a bitmap
visits all that were sent since then each time. And the way that a connection chose while the outbox was small, all of
it from end to end, it would go until the next statistics, however many texts there are by then. As there is one way, it
is planned once."""


def claimable(
    session: Session, now: datetime, limit: int, held: Collection[int] = (), carries: Carries = EVERYTHING
) -> list[Row[Any]]:
    """The first unsent row of each lane, where it is due, nobody holds it (or its holder died) and no sending budget is
    against it. With them `opted_out_at` and `heard_at` of the conversation; `asked_at`, when the message came that the
    row answers (None where it answers none); `is_last`: nothing waits behind it. Those `held` by the asking worker are
    never among them, however late it is. `choices` and `entries` are JSON as the driver gives it.

    LOCKED until the transaction ends; rows that another worker has locked are passed over."""
    values = {"now": now, "limit": limit, **({"held": list(held)} if held else {})}
    dialect = session.get_bind().dialect.name
    if dialect == "mysql":
        return _claimable_beside_others(session, values, carries, limit)
    if dialect == "postgresql":
        session.execute(_BY_THE_INDEX)
    return list(session.execute(_claimable(dialect, carries, bool(held)), values))


def _claimable_beside_others(session: Session, values: dict[str, Any], carries: Carries, limit: int) -> list[Row[Any]]:
    """MariaDB locks whatever it looks at: the next few are found first, and then locked, until there are enough that
    nobody else has."""
    found: list[Row[Any]] = []
    few, after = [0] * limit, 0
    while len(few) == limit and len(found) < limit:
        few = list(session.execute(_next_few(carries, "held" in values), {**values, "after": after}).scalars())
        if few:
            after = few[-1]
            asked = {"now": values["now"], "limit": limit - len(found), "few": few}
            found += session.execute(_FREE_OF_FEW, asked)
    return found


@cache
def _claimable(dialect: str, carries: Carries, has_held: bool) -> Select[Any]:
    found = _with_facts().order_by(outbox.c.id).with_for_update(of=outbox, skip_locked=True)
    if dialect == "postgresql":  # which takes the next ones in place of those that others have locked
        return prepared(found.where(outbox.c.id.in_(_heads()), _may_go(carries, has_held)).limit(_LIMIT))
    # SQLite would gather the facts of all: the few are found first.
    few = _due_heads(carries, has_held).limit(_LIMIT).subquery("few")
    return prepared(found.join(few, few.c.id == outbox.c.id))


@cache
def _next_few(carries: Carries, has_held: bool) -> Select[Any]:
    """MariaDB begins with all that was ever sent, unless it is told to keep to the order."""
    due = _due_heads(carries, has_held).prefix_with("STRAIGHT_JOIN", dialect="mysql")
    return prepared(due.where(outbox.c.id > bindparam("after")).limit(_LIMIT))


def _due_heads(carries: Carries, has_held: bool) -> Select[Any]:
    first = _heads().subquery("heads")
    due = select(first.c.id).join(outbox, outbox.c.id == first.c.id).where(_may_go(carries, has_held))
    return due.order_by(first.c.id)


def _heads() -> Select[Any]:
    return select(func.min(outbox.c.id).label("id")).where(outbox.c.status.in_(UNSENT_IN_SQL)).group_by(outbox.c.lane)


def _may_go(carries: Carries, has_held: bool) -> ColumnElement[bool]:
    ready = and_(_is_ready(), not_(is_shut(outbox, _NOW)), *_is_carried(carries))
    return and_(ready, outbox.c.id.not_in(bindparam("held", expanding=True))) if has_held else ready


def _is_ready() -> ColumnElement[bool]:
    return or_(
        and_(outbox.c.status == _QUEUED, outbox.c.due_at <= _NOW),
        and_(outbox.c.status == _SENDING, outbox.c.leased_until <= _NOW),
    )


def _is_carried(carries: Carries) -> list[ColumnElement[bool]]:
    channel = outbox.c.channel
    return [*([channel == carries.only] if carries.only else []), *([channel != carries.but] if carries.but else [])]


def _with_facts() -> Select[Any]:
    """Asked for one by one, and not in a join, which MariaDB would lock as well."""
    own = outbox.c
    later = outbox.alias("later")
    is_behind = exists().where(later.c.status == _QUEUED, later.c.lane == own.lane, later.c.id > own.id)
    return select(
        own.id, own.message_id, own.conversation_id, own.kind, own.channel, own.address, own.lane, own.body, own.status,
        own.attempts, own.tried_at, own.uncertain, own.segments, own.subject, own.trace,
        _as_it_is(own.choices).label("choices"), _as_it_is(own.entries).label("entries"),
        _of_conversation(conversations.c.opted_out_at).label("opted_out_at"),
        _of_conversation(conversations.c.last_inbound_at).label("heard_at"),
        _asked_at().label("asked_at"),
        not_(is_behind.correlate(outbox)).label("is_last"),
    )  # fmt: skip


def _as_it_is(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """JSON for the asker to read: one row that cannot be read keeps no other from being claimed."""
    return type_coerce(column, NullType())


def _of_conversation(column: ColumnElement[Any]) -> ScalarSelect[Any]:
    return select(column).where(conversations.c.id == outbox.c.conversation_id).correlate(outbox).scalar_subquery()


def _asked_at() -> ScalarSelect[Any]:
    """When the last message before this text came, where it had its turn together with it."""
    asked, text, before = messages.alias("asked"), messages.alias("text"), messages.alias("before")
    last = (
        select(before.c.id)
        .where(before.c.conversation_id == outbox.c.conversation_id, before.c.id < outbox.c.message_id)
        .where(before.c.direction == literal_column(f"'{Direction.IN.value}'"))
        .order_by(before.c.id.desc())
        .limit(1)
    )
    turn = select(text.c.turn_id).where(text.c.id == outbox.c.message_id)
    return (
        select(asked.c.at)
        .where(asked.c.id == last.correlate(outbox).scalar_subquery())
        .where(asked.c.turn_id == turn.correlate(outbox).scalar_subquery())
        .correlate(outbox)
        .scalar_subquery()
    )


_FREE_OF_FEW = prepared(
    _with_facts()
    .with_hint(outbox, "FORCE INDEX (PRIMARY)", "mysql")
    .where(outbox.c.id.in_(bindparam("few", expanding=True)), _is_ready())
    .order_by(outbox.c.id)
    .limit(_LIMIT)
    .with_for_update(of=outbox, skip_locked=True)
)
