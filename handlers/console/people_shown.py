"""Clients as operators see them: the list, and one with everything there is about them; and what is put right."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingView
from conversations.business import Money
from conversations.classes import Place
from conversations.languages import spoken
from conversations.session_types import Name
from conversations.understanding.contacts import read_email
from handlers.circumstances import Circumstances
from handlers.console.signed_in import Who
from handlers.views import booking_view
from handlers.waitlist_reasons import places_with_reasons
from models.audit import audit
from models.bookings import bookings_by_client
from models.clients import client_by_id, keep_email, rename_client
from models.consents import ConsentSource, consents_of
from models.conversations import conversations_of_client
from models.payments import credits_of
from models.people_changed import keep_language, lock_client
from models.people_listing import conversations_of_clients, every_engagement_of, people
from models.prepaid import packs_of
from models.waitlist import entries_of_client

PAGE = 50
MOST_BOOKINGS = 50
MOST_ENGAGEMENTS = 20
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Listed:
    """One client in the list."""

    id: int
    name: str
    phone: str
    email: str
    since: datetime
    rooms: tuple[Row[Any], ...]
    """Where they write, the conversation they wrote in last first."""

    @property
    def title(self) -> str:
        return self.name or self.phone or self.email or f"client {self.id}"


@dataclass(frozen=True, slots=True)
class Consented:
    """One change of somebody's consent to our texts."""

    conversation_id: int
    channel: str
    granted: bool
    source: ConsentSource
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Pack:
    """Sessions paid ahead. `service` is "" where any will do."""

    id: int
    service: Name
    left: int
    sessions: int
    price: Money
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """One client with everything there is about them."""

    id: int
    name: str
    phone: str
    email: str
    language: str
    since: datetime
    rooms: tuple[Row[Any], ...]
    bookings: tuple[BookingView, ...]
    has_more_bookings: bool
    waiting: tuple[Place, ...]
    credit: tuple[Money, ...]
    packs: tuple[Pack, ...]
    engagements: tuple[Row[Any], ...]
    consents: tuple[Consented, ...]
    forgotten_at: datetime | None = None

    @property
    def title(self) -> str:
        return self.name or self.phone or self.email or f"client {self.id}"


class Corrected(StrEnum):
    DONE = "done"
    UNCHANGED = "unchanged"
    MISSING = "missing"
    MERGED = "merged"
    """They turned out to be somebody else."""
    BAD_EMAIL = "bad_email"
    """It is no address that mail can go to."""


def people_listed(
    session: Session, wanted: str, before: int | None, limit: int = PAGE
) -> tuple[list[Listed], int | None]:  # fmt: skip
    """A page of the clients that are looked for, and before which client the next one begins."""
    rows = people(session, wanted, before, limit + 1)
    more = rows[limit - 1].id if len(rows) > limit else None
    rooms: dict[int, list[Row[Any]]] = defaultdict(list)
    for room in conversations_of_clients(session, [row.id for row in rows[:limit]]):
        rooms[room.client_id].append(room)
    found = [
        Listed(row.id, row.name, row.phone or "", row.email, row.created_at, tuple(rooms[row.id]))
        for row in rows[:limit]
    ]
    return found, more


def person_of(session: Session, client_id: int, circumstances: Circumstances) -> Person | None:
    """None where there is no such client."""
    row = client_by_id(session, client_id)
    if row is None:
        return None
    now, profile = circumstances.now, circumstances.profiles.current(session)
    rooms, booked = (
        conversations_of_client(session, client_id),
        bookings_by_client(session, client_id, MOST_BOOKINGS + 1),
    )
    packs = [
        Pack(
            pack.id, profile.names_of_services.get(pack.service_id, ""), pack.sessions_left, pack.sessions,
            Money(pack.price, pack.currency), pack.expires_at,
        )
        for pack in packs_of(session, client_id, now)
    ]  # fmt: skip
    return Person(
        id=row.id, name=row.name, phone=row.phone or "", email=row.email,
        language=next((room.language for room in rooms if room.language), row.language), since=row.created_at,
        rooms=tuple(rooms), bookings=tuple(booking_view(each, profile) for each in booked[:MOST_BOOKINGS]),
        has_more_bookings=len(booked) > MOST_BOOKINGS,
        waiting=tuple(places_with_reasons(session, entries_of_client(session, client_id), now, profile)),
        credit=tuple(Money(amount, currency) for currency, amount in credits_of(session, client_id)),
        packs=tuple(packs), engagements=tuple(every_engagement_of(session, client_id, MOST_ENGAGEMENTS)),
        consents=_consents(session, rooms), forgotten_at=row.forgotten_at,
    )  # fmt: skip


def correct(
    session: Session, client_id: int, name: str, email: str, language: str, who: Who, now: datetime
) -> Corrected:
    """Put right what a client is called, where mail reaches them, and in which language they are written to."""
    name, email = " ".join(name.split())[:LONGEST_NAME], email.strip()
    read = read_email(email)
    if email and (not read.email or read.email.casefold() != email.casefold()):
        return Corrected.BAD_EMAIL
    row = lock_client(session, client_id)
    if row is None or row.forgotten_at is not None:
        return Corrected.MISSING
    if row.merged_into is not None:
        return Corrected.MERGED
    changed = []
    if name != row.name:
        rename_client(session, client_id, name)
        changed.append("name")
    if read.email != row.email:
        keep_email(session, client_id, read.email)
        changed.append("email")
    spoke = {room.language for room in conversations_of_client(session, client_id)} | {row.language}
    if language in spoken() and spoke != {language}:
        keep_language(session, client_id, language)
        changed.append("language")
    if not changed:
        return Corrected.UNCHANGED
    audit(
        session, at=now, operator_id=who.id, who=who.name, action="corrected", subject=f"client {client_id}",
        words=", ".join(changed),
    )  # fmt: skip
    return Corrected.DONE


def _consents(session: Session, rooms: Sequence[Row[Any]]) -> tuple[Consented, ...]:
    found = [
        Consented(room.id, room.channel, row.granted, row.source, row.words, row.at)
        for room in rooms
        for row in consents_of(session, room.id)
    ]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))
