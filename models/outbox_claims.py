"""Taking texts from the outbox: which may be sent now, with all that sending one wants to know, in one question.

A worker asks several times a second: each statement is built once."""

from collections.abc import Collection, Iterable, Mapping
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
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from conversations.delivery import Delivery
from models.base import Moment
from models.conversations import conversations
from models.messages import Direction, messages
from models.outbox import STILL_OURS, UNSENT_IN_SQL, outbox
from models.send_budgets import is_shut


@dataclass(frozen=True, slots=True)
class Carries:
    """The channels whose rows a sender takes: `only` this one where it names one, all `but` this one otherwise."""

    only: str = ""
    but: str = ""


EVERYTHING = Carries()
_NOW, _LIMIT = bindparam("now", type_=Moment()), bindparam("limit", type_=Integer())
_QUEUED, _SENDING = UNSENT_IN_SQL
_CHANGE = update(outbox).where(*STILL_OURS)


def claimable(
    session: Session, now: datetime, limit: int, held: Collection[int] = (), carries: Carries = EVERYTHING
) -> list[Row[Any]]:
    """The first unsent row of each lane, where it is due, nobody holds it (or its holder died) and no sending budget is
    against it. With them `opted_out_at` and `heard_at` of the conversation; `asked_at`, when the message came that the
    row answers (None where it answers none); `is_last`: nothing waits behind it. Those `held` by the asking worker are
    never among them, however late it is.

    LOCKED until the transaction ends; rows that another worker has locked are passed over."""
    values = {"now": now, "limit": limit, **({"held": list(held)} if held else {})}
    return list(session.execute(_claimable(session.get_bind().dialect.name, carries, bool(held)), values))


def take(session: Session, rows: Iterable[Row[Any]], **values: Any) -> None:
    """These rows, which are locked, are in a worker's hands now."""
    taken = {**values, "status": Delivery.SENDING}
    _change(session, [{**taken, **_fence(row.id, row.attempts), "attempts": row.attempts + 1} for row in rows])


def record_sent(session: Session, sent: Iterable[tuple[int, int, Mapping[str, Any]]]) -> None:
    """Write down these values of each row (number, fence), where it is still unsent and nobody has claimed it since."""
    done = {"status": Delivery.SENT, "leased_until": None, "uncertain": False}
    _change(session, [{**done, **values, **_fence(number, fence)} for number, fence, values in sent])


def _change(session: Session, rows: list[dict[str, Any]]) -> None:
    """In the order of their numbers, which is that of every worker."""
    if rows:
        session.execute(_CHANGE, sorted(rows, key=lambda row: int(row["outbox_id"])))


def _fence(number: int, attempts: int) -> dict[str, int]:
    return {"outbox_id": number, "fence": attempts}


@cache
def _claimable(dialect: str, carries: Carries, has_held: bool) -> Select[Any]:
    heads = select(func.min(outbox.c.id).label("id")).where(outbox.c.status.in_(UNSENT_IN_SQL)).group_by(outbox.c.lane)
    ready = and_(_is_ready(), not_(is_shut(outbox, _NOW)), *_is_carried(carries))
    if has_held:
        ready = and_(ready, outbox.c.id.not_in(bindparam("held", expanding=True)))
    found = _with_facts().order_by(outbox.c.id).with_for_update(of=outbox, skip_locked=True)
    if dialect == "postgresql":  # which takes the next ones in place of those that others have locked
        return found.where(outbox.c.id.in_(heads), ready).limit(_LIMIT)
    # MariaDB locks whatever it looks at, and SQLite would gather the facts of all: the few are found first. MariaDB
    # begins with all that was ever sent, unless it is told to keep to the order.
    first = heads.subquery("heads")
    due = select(first.c.id).prefix_with("STRAIGHT_JOIN", dialect="mysql").join(outbox, outbox.c.id == first.c.id)
    few = due.where(ready).order_by(first.c.id).limit(_LIMIT).subquery("few")
    return found.join(few, few.c.id == outbox.c.id).where(_is_ready())


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
        own.id, own.message_id, own.conversation_id, own.kind, own.channel, own.address, own.body, own.choices,
        own.status, own.attempts, own.tried_at, own.uncertain, own.segments, own.subject, own.entries, own.trace,
        _of_conversation(conversations.c.opted_out_at).label("opted_out_at"),
        _of_conversation(conversations.c.last_inbound_at).label("heard_at"),
        _asked_at().label("asked_at"),
        not_(is_behind.correlate(outbox)).label("is_last"),
    )  # fmt: skip


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
