"""All that is held on somebody, for them: in names that can be read, times with their zone, and nothing of others."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Row, Table, select
from sqlalchemy.orm import Session

from conversations.money import major_units
from handlers.profile import Profile
from handlers.views import questions_of
from models.agreements import agreements_accepted
from models.belongings import Belongings, belongings, parts
from models.booking_series import booking_series
from models.bookings import booking_by_id, booking_transitions, bookings, proposals
from models.business import services, staff
from models.class_sessions import class_sessions
from models.clients import client_by_id, clients
from models.consents import consents
from models.conversations import conversations, turns
from models.engagements import activity_log, budget_lines, client_records, engagement_work, engagements, milestones
from models.inbox import conversation_labels, conversation_notes, labels
from models.ledger import ledger_entries
from models.messages import messages
from models.outbox import outbox
from models.payments import payment_requests, payments
from models.prepaid import prepaid_packs
from models.refunds import refunds
from models.scheduled_texts import scheduled_texts
from models.waitlist import waitlist_entries

Held = dict[str, Any]
Unseal = Callable[[str], str]
"""Opens a sealed answer. Raises whatever it raises."""
_MONEY = frozenset(
    {"price", "session_rate", "amount", "received", "applied", "credited", "refunded", "paid", "from_credit", "planned",
     "spent", "budget"}
)  # fmt: skip
_INNER = frozenset(
    {"version", "trace", "lane", "leased_until", "look_at", "looks", "tries", "live_booking_id", "live_class_id",
     "idempotency_key", "page_token", "token", "email_key", "name_key", "resent_as", "uncertain", "told", "is_unread",
     "alerted_at", "quiet_at", "taken_until", "taken_by", "assigned_to", "operator_id", "offer_outbox_id", "turn_id",
     "message_id", "more_service_ids", "intake_answers", "intake_draft"}
)  # fmt: skip
"""Columns that are about our work and not about anybody, and those that are told otherwise."""
_TWICE = frozenset({"outbox.body", "outbox.subject"})
"""What the message that was sent says already."""
_NAMED = {"service_id": services, "staff_id": staff, "class_session_id": class_sessions}


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of a table in which `column` is one of theirs."""

    title: str
    column: Column[Any]
    whose: str


def _section(title: str, of: Table, column: str, whose: str) -> Section:
    return Section(title, of.c[column], whose)


SECTIONS = (
    _section("person", clients, "id", "clients"),
    _section("conversations", conversations, "id", "conversations"),
    _section("messages", messages, "conversation_id", "conversations"),
    _section("what was sent", outbox, "conversation_id", "conversations"),
    _section("what was understood", turns, "conversation_id", "conversations"),
    _section("consents to texts", consents, "conversation_id", "conversations"),
    _section("notes about conversations", conversation_notes, "conversation_id", "conversations"),
    _section("texts to be sent later", scheduled_texts, "conversation_id", "conversations"),
    _section("bookings", bookings, "id", "bookings"),
    _section("what became of bookings", booking_transitions, "booking_id", "bookings"),
    _section("other times proposed", proposals, "booking_id", "bookings"),
    _section("series", booking_series, "id", "series"),
    _section("places in waiting lines", waitlist_entries, "client_id", "clients"),
    _section("agreements", agreements_accepted, "client_id", "clients"),
    _section("what was asked for", payment_requests, "client_id", "clients"),
    _section("payments", payments, "client_id", "clients"),
    _section("refunds", refunds, "client_id", "clients"),
    _section("movements of money", ledger_entries, "payment_id", "payments"),
    _section("packs paid ahead", prepaid_packs, "client_id", "clients"),
    _section("client records", client_records, "id", "records"),
    _section("engagements", engagements, "id", "engagements"),
    _section("what was told for engagements", engagement_work, "booking_id", "bookings"),
    _section("milestones", milestones, "engagement_id", "engagements"),
    _section("budget lines", budget_lines, "engagement_id", "engagements"),
    _section("what was done about engagements", activity_log, "id", "activities"),
)


def person_exported(
    session: Session, client_id: int, profile: Profile, now: datetime, unseal: Unseal | None
) -> Held | None:
    """None where there is no such client. `unseal` None: there is no key, and sealed answers say so."""
    row = client_by_id(session, client_id)
    if row is None:
        return None
    of, zone = belongings(session, row.merged_into or row.id), profile.business.zone
    names = {column: _names(session, of_table) for column, of_table in _NAMED.items()}
    held: Held = {"business": profile.business.name, "written": _moment(now, zone), "times": f"in {zone.key}"}
    for section in SECTIONS:
        rows = list(_rows(session, section, of))
        told = [_told(each, section.column.table.c, zone, names) for each in rows]
        if section.column.table is bookings:
            for each, said in zip(rows, told, strict=True):
                said |= _answers(session, each, profile, unseal)
        if section.column.table is conversations:
            for each, said in zip(rows, told, strict=True):
                said |= {"labels": _labels(session, each.id)} | _opened("answers so far", each.intake_draft, unseal)
        held[section.title] = [
            {name: value for name, value in said.items() if value not in (None, "", [], {})} for said in told
        ]
    return held


def _rows(session: Session, section: Section, of: Belongings) -> Iterator[Row[Any]]:
    own: Table = section.column.table
    key = next(iter(own.primary_key))
    numbers: Sequence[int] = getattr(of, section.whose)
    for some in parts(numbers):
        yield from session.execute(select(own).where(section.column.in_(some)).order_by(key))


def _told(row: Row[Any], columns: Any, zone: ZoneInfo, names: dict[str, dict[int, str]]) -> Held:
    """A row as people read it."""
    said: Held = {}
    for column in columns:
        value, name = getattr(row, column.name), column.name
        if name in _INNER or f"{column.table.name}.{name}" in _TWICE:
            continue
        if name in names:
            name, value = name.removesuffix("_id").replace("_", " "), names[name].get(value, value or None)
        elif name in _MONEY and isinstance(value, int):
            currency = getattr(row, "currency", "")
            value = f"{major_units(value, currency)} {currency}" if currency else value
        said[name.replace("_", " ")] = plain(value, zone)
    return said


def plain(value: Any, zone: ZoneInfo) -> Any:
    """What JSON can hold."""
    match value:
        case datetime():
            return _moment(value, zone)
        case date():
            return value.isoformat()
        case Enum():
            return str(value.value).replace("_", " ")
    return value


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds")


def _names(session: Session, of: Table) -> dict[int, str]:
    shown = of.c.title if "title" in of.c else of.c.name
    return {row[0]: row[1] for row in session.execute(select(of.c.id, shown)) if row[1]}


def _answers(session: Session, row: Row[Any], profile: Profile, unseal: Unseal | None) -> Held:
    """What they have answered to the intake, by the words of each question."""
    whole = booking_by_id(session, row.id) if row.intake_answers else None
    if whole is None:
        return {}
    texts = {question.name: question.text(profile.business.language) for question in questions_of(whole, profile)}
    answers = {texts.get(name, name): answer for name, answer in row.intake_answers.items()}
    return _opened("answers to the intake", answers, unseal)


def _opened(title: str, sealed: dict[str, str | None], unseal: Unseal | None) -> Held:
    if not sealed:
        return {}
    if unseal is None:
        return {title: "sealed: the key ENCRYPTION_KEY is missing"}
    return {title: {name: unseal(answer) if answer is not None else "" for name, answer in sealed.items()}}


def _labels(session: Session, conversation_id: int) -> list[str]:
    put = conversation_labels.c
    joined = select(labels.c.name).join(conversation_labels, put.label_id == labels.c.id)
    statement = joined.where(put.conversation_id == conversation_id)
    return list(session.execute(statement).scalars())
