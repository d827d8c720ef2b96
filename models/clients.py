"""Clients: the people who text to book, one row a person however many channels they write on."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Row, bindparam, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Key, Moment, key, table
from models.insert import insert_all_unless_there, insert_numbered_unless_there, insert_row
from models.prepared import prepared


class Client(SQLModel, table=True):
    """A person. `phone` is E.164, or NULL where their channel shows none. Who turned out to be somebody else is
    `merged_into` them: a row that stands for its phone alone."""

    __tablename__ = "clients"
    id: int | None = Field(default=None, sa_column=key())
    phone: str | None = Field(default=None, max_length=32, unique=True)
    name: str = Field(default="", max_length=80)
    email: str = Field(default="", max_length=254)
    language: str = Field(default="", max_length=8)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    merged_into: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    forgotten_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    """Since when nothing is known of who they were; their bookings and payments stay for the books."""


clients = table(Client)
_BY_ID = prepared(select(clients).where(clients.c.id == bindparam("client_id")))
_WHO = func.coalesce(clients.c.merged_into, clients.c.id).label("id")
"""Who somebody turned out to be."""


def client_by_id(session: Session, client_id: int) -> Row[Any] | None:
    return session.execute(_BY_ID, {"client_id": client_id}).one_or_none()


def languages_spoken_lately(session: Session, latest: int = 1000) -> list[str]:
    """Of the clients who came last, as far as they are known."""
    lately = select(clients.c.language).order_by(clients.c.id.desc()).limit(latest).subquery()
    return list(session.scalars(select(lately.c.language).distinct().where(lately.c.language != "")))


def is_phone_known(session: Session, phone: str) -> bool:
    """Whether it is a client's."""
    return session.execute(select(clients.c.id).where(clients.c.phone == phone)).first() is not None


def client_for(session: Session, phone: str | None, name: str, now: datetime) -> int:
    """The number of the client with this phone, or of who they turned out to be; a new client where there is none. Two
    at once make one. Nobody merges them until the transaction ends."""
    return client_met(session, phone, name, now)[0]


def client_met(session: Session, phone: str | None, name: str, now: datetime) -> tuple[int, str | None]:
    """As client_for(), with the name by which we know them where they are new."""
    name = name[:80]
    if phone is None:
        return insert_row(session, clients, phone=None, name=name, created_at=now), name
    values = {"phone": phone, "name": name, "email": "", "language": "", "created_at": now}
    if (new := insert_numbered_unless_there(session, clients, values)) is not None:
        return new, name
    client = _known(session, [phone])[phone]
    if name and not client.name:
        _name_who_has_none(session, client.id, name)
    return int(client.id), None


def clients_for(session: Session, people: Sequence[tuple[str | None, str, datetime]]) -> list[int]:
    """The numbers of the clients with these phones, names and when they first wrote; as client_for()."""
    phones: dict[str, tuple[str, datetime]] = {}
    for phone, name, at in people:
        if phone is not None:
            known_name, first_at = phones.get(phone, ("", at))
            phones[phone] = known_name or name, first_at
    rows = [
        {"phone": phone, "name": name[:80], "email": "", "language": "", "created_at": at}
        for phone, (name, at) in sorted(phones.items())
    ]
    insert_all_unless_there(session, clients, rows)
    found = _known(session, list(phones))
    for phone, (name, _) in phones.items():
        if name and not found[phone].name:
            _name_who_has_none(session, found[phone].id, name)
    return [
        int(found[phone].id) if phone is not None else client_for(session, None, name, at) for phone, name, at in people
    ]


def _known(session: Session, phones: Sequence[str]) -> dict[str, Row[Any]]:
    """The clients with these phones, all of which are there. Nobody merges any of them until the transaction ends; a
    phone that moved to another client while we waited for that is looked for once more."""
    found: dict[str, Row[Any]] = {}
    for _ in range(2):
        if missing := [phone for phone in phones if phone not in found]:
            theirs = select(clients.c.phone, _WHO, clients.c.name).where(clients.c.phone.in_(missing))
            in_order = theirs.order_by(clients.c.id).with_for_update(read=True)
            found |= {row.phone: row for row in session.execute(in_order)}
    return found


def merged_among(session: Session, client_ids: Collection[int]) -> dict[int, int]:
    """Those of these clients who turned out to be somebody else, and who. Nobody merges any of them until the
    transaction ends."""
    own = clients.c
    mine = select(own.id, own.merged_into).where(own.id.in_(sorted(set(client_ids)))).order_by(own.id)
    found = session.execute(mine.with_for_update(read=True)) if client_ids else ()
    return {row.id: row.merged_into for row in found if row.merged_into is not None}


def merged_into(session: Session, client_id: int) -> list[int]:
    """The numbers of those who turned out to be this client."""
    theirs = select(clients.c.id).where(clients.c.merged_into == client_id)
    return list(session.execute(theirs.order_by(clients.c.id)).scalars())


def _name_who_has_none(session: Session, client_id: int, name: str) -> None:
    nameless = clients.c.id == client_id, clients.c.name == ""
    session.execute(update(clients).where(*nameless).values(name=name[:80]))


def rename_client(session: Session, client_id: int, name: str) -> None:
    session.execute(update(clients).where(clients.c.id == client_id).values(name=name[:80]))


def keep_email(session: Session, client_id: int, email: str) -> None:
    session.execute(update(clients).where(clients.c.id == client_id).values(email=email))
