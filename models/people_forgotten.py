"""What of somebody goes: emptied, replaced and deleted in the rows that are theirs, by models/personal_data.py."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Row, String, Table, case, cast, delete, literal, or_, select, update
from sqlalchemy.orm import Session

from conversations.delivery import Delivery
from conversations.dialogue import State
from conversations.payments import RequestStatus
from models.api import api_answers, api_tokens
from models.belongings import Belongings, numbers_in, numbers_where, parts
from models.booking_series import booking_series
from models.bookings import booking_transitions, bookings, proposals
from models.clients import clients
from models.command_log import command_log
from models.consents import consents
from models.conversations import conversations, turns
from models.engagements import activity_log, budget_lines, client_records, engagement_work, engagements, milestones
from models.inbox import conversation_labels, conversation_notes
from models.ledger import ledger_entries
from models.legacy import legacy_records
from models.messages import messages
from models.outbox import UNSENT, outbox
from models.payments import payment_requests, payments
from models.personal_data import emptied
from models.provider_calls import provider_calls
from models.refunds import refunds
from models.scheduled_notices import scheduled_notices
from models.scheduled_texts import scheduled_texts
from models.send_budgets import send_budgets

NO_MORE = 0
"""Stands in `resent_as` for the text that is never sent again."""
_OF_TWILIO = ("SM%", "MM%")
"""What a provider's own numbers begin with that tell nothing: others hold the telephone number."""


def lock_all(session: Session, of: Belongings) -> None:
    """Nobody changes anything of theirs until the transaction ends. The conversations come first, as in a turn."""
    for column in (conversations.c.id, clients.c.id, bookings.c.id):
        numbers = {conversations: of.conversations, clients: of.clients, bookings: of.bookings}[column.table]
        for some in parts(numbers):
            session.execute(select(column).where(column.in_(some)).order_by(column).with_for_update()).all()


def rooms_of(session: Session, of: Belongings) -> list[Row[Any]]:
    """Where they write."""
    own = conversations.c.id
    found: list[Row[Any]] = []
    for some in parts(of.conversations):
        found += session.execute(select(conversations).where(own.in_(some)).order_by(own)).all()
    return found


def empty_conversations(session: Session, of: Belongings, rooms: Collection[Row[Any]]) -> None:
    """What was said, and where; how often and when stays."""
    mine = of.conversations
    for table in (conversation_notes, conversation_labels, scheduled_texts):
        _drop(session, table.c.conversation_id, mine)
    texts = numbers_in(session, messages.c.conversation_id, mine)
    _empty_sent(session, outbox.c.message_id, texts)
    empty(session, messages.c.conversation_id, mine, provider_id=_harmless(messages.c.provider_id), due_at=None)
    empty(session, turns.c.conversation_id, mine)
    empty(session, consents.c.conversation_id, mine)
    for room in rooms:
        budget = send_budgets.c.channel == room.channel, send_budgets.c.address == room.address
        session.execute(delete(send_budgets).where(*budget))
        own = conversations.c.id == room.id
        values = {
            **emptied(conversations), "address": f"forgotten:{room.id}", "state": State.INITIAL, "needs_person": False,
            "is_unread": False, "is_blocked": False, "quiet_at": None, "assigned_to": None, "taken_by": None,
            "taken_until": None, "alerted_at": None,
        }  # fmt: skip
        session.execute(update(conversations).where(own).values(**values))


def empty_told(session: Session, of: Belongings) -> None:
    """What coordinators and operators were told of their bookings, and what they said in the same turns."""
    own, nobodys = outbox.c, select(conversations.c.id).where(conversations.c.client_id.is_(None))
    told = numbers_in(session, own.booking_id, of.bookings)
    texts = _values(session, own.message_id, own.id, told)
    traces = {
        *_values(session, messages.c.trace, messages.c.conversation_id, of.conversations),
        *_values(session, own.trace, own.id, told),
    } - {""}
    rooms = list(session.execute(nobodys).scalars())
    for room in parts(rooms):
        for some in parts(sorted(traces)):
            same = messages.c.conversation_id.in_(room), messages.c.trace.in_(some)
            texts += numbers_where(session, messages, *same)
            taken = numbers_where(session, turns, turns.c.conversation_id.in_(room), turns.c.trace.in_(some))
            _empty_commands(session, taken)
            empty(session, turns.c.id, taken)
    _empty_sent(session, own.message_id, texts, is_theirs=False)
    empty(session, messages.c.id, texts)


def _empty_commands(session: Session, turn_ids: Collection[int]) -> None:
    """The commands that were given in these turns, which nobody takes back any more."""
    own = command_log.c
    for some in parts(turn_ids):
        same = (turns.c.conversation_id == own.conversation_id) & (turns.c.at == own.at)
        given = select(own.id).join(turns, same).where(turns.c.id.in_(some))
        commands = list(session.execute(given).scalars())
        values: dict[str, Any] = {"words": "", "undo": []}
        session.execute(update(command_log).where(own.id.in_(commands)).values(**values))


def _empty_sent(session: Session, column: Column[Any], numbers: Collection[int], *, is_theirs: bool = True) -> None:
    """What is on its way is not sent any more; what was, never again."""
    unsent = outbox.c.status.in_(UNSENT)
    values: dict[str, Any] = {
        "status": case((unsent, literal(Delivery.DEAD, outbox.c.status.type)), else_=outbox.c.status),
        "leased_until": None,
        "resent_as": case((outbox.c.resent_as.is_(None), NO_MORE), else_=outbox.c.resent_as),
    }
    if is_theirs:
        gone = literal("forgotten:") + _text(outbox.c.conversation_id)
        values |= {"address": gone, "lane": gone, "provider_id": _harmless(outbox.c.provider_id)}
    empty(session, column, numbers, **values)


def _text(column: Column[Any]) -> Any:
    return cast(column, String(20))


def _harmless(column: Column[Any]) -> Any:
    return case((or_(*(column.like(each) for each in _OF_TWILIO)), column), else_=None)


def empty_bookings(session: Session, of: Belongings) -> None:
    """Who came, what was noted and answered; what, when and for how much stays."""
    empty(session, bookings.c.id, of.bookings, version=bookings.c.version + 1)
    empty(session, booking_series.c.id, of.series, version=booking_series.c.version + 1)
    for column in (booking_transitions.c.booking_id, proposals.c.booking_id):
        empty(session, column, of.bookings)
    empty(session, engagement_work.c.booking_id, of.bookings, due_at=None)
    _drop(session, scheduled_notices.c.booking_id, of.bookings)
    _rename(session, "bookings", of.bookings)


def empty_engagements(session: Session, of: Belongings) -> None:
    """Whose job it was; that there was one, its dates and sums stay."""
    empty(session, client_records.c.id, of.records)
    empty(session, engagements.c.id, of.engagements, version=engagements.c.version + 1)
    empty(session, milestones.c.engagement_id, of.engagements, tell_at=None)
    empty(session, budget_lines.c.engagement_id, of.engagements)
    empty(session, activity_log.c.id, of.activities)


def empty_money(session: Session, of: Belongings) -> None:
    """From which phone, with which words; how much, when and by which number of the provider's stays."""
    own = payments.c
    names = own.checkout_session_id, own.checkout_request_id, own.transaction_id
    known = {number for name in names for number in _values(session, name, own.id, of.payments) if number}
    for some in parts(sorted(known)):
        told = provider_calls.c.about.in_(some), provider_calls.c.handled_at.is_not(None)
        session.execute(update(provider_calls).where(*told).values(**emptied(provider_calls)))
    empty(session, payments.c.id, of.payments, version=own.version + 1)
    ended = payment_requests.c.status != RequestStatus.OPEN
    for some in parts(of.requests):
        mine = payment_requests.c.id.in_(some), ended
        session.execute(update(payment_requests).where(*mine).values(**emptied(payment_requests)))
    empty(session, refunds.c.id, of.refunds)
    empty(session, ledger_entries.c.payment_id, of.payments)


def empty_clients(session: Session, of: Belongings, now: datetime) -> None:
    """They themselves."""
    _rename(session, "clients", of.clients)
    tokens = numbers_in(session, api_tokens.c.client_id, of.clients)
    _drop(session, api_answers.c.token_id, tokens)
    _drop(session, api_tokens.c.id, tokens)
    empty(session, clients.c.id, of.clients, forgotten_at=now)


def _rename(session: Session, table_name: str, numbers: Collection[int]) -> None:
    """What an older system called them, or what stands for that, is theirs too."""
    own = legacy_records.c
    for some in parts(numbers):
        mine = own.table_name == table_name, own.row_id.in_(some)
        values: dict[str, Any] = {"checksum": "forgotten"}
        if table_name == "clients":
            values["legacy_id"] = literal("forgotten:") + _text(own.id)
        session.execute(update(legacy_records).where(*mine).values(**values))


def _values(session: Session, wanted: Column[Any], column: Column[Any], numbers: Collection[int]) -> list[Any]:
    """What is in one column of these rows."""
    return [
        value
        for some in parts(numbers)
        for value in session.execute(select(wanted).where(column.in_(some)).distinct()).scalars()
    ]


def empty(session: Session, column: Column[Any], numbers: Collection[int], **more: Any) -> None:
    """The rows in which this column is one of these: what is personal in them, by models/personal_data.py."""
    of: Table = column.table
    for some in parts(numbers):
        session.execute(update(of).where(column.in_(some)).values(**emptied(of), **more))


def _drop(session: Session, column: Column[Any], numbers: Collection[int]) -> None:
    for some in parts(numbers):
        session.execute(delete(column.table).where(column.in_(some)))
