"""Who the people of another system are here: known by their number there, their telephone, their address, or new."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from conversations.dialogue import State
from conversations.rules.routes import coordinator_channel
from handlers.circumstances import Circumstances
from handlers.importing.columns import Cells
from handlers.importing.rows import BadValue, ImportKind
from handlers.importing.values import email, phone
from handlers.suppressed import heed_suppressions
from models.clients import clients, merged_among
from models.consents import ConsentSource, consents
from models.conversations import conversations
from models.legacy import legacy_records
from models.many_rows import add_many, insert_many

KIND = ImportKind.CLIENTS.value
LONGEST_NAME, LONGEST_ID = 80, 120


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """As one row tells of them; another row's is another, whatever it says. `legacy_id` is their number there, or what
    stands for it."""

    legacy_id: str
    name: str
    phone: str | None
    email: str
    language: str = ""


@dataclass(slots=True)
class Found:
    """A client here. `is_new`: they came with this import. `is_numbered`: their number there is in mind already."""

    id: int
    name: str
    phone: str | None
    is_new: bool = False
    is_numbered: bool = False


def person_of(cells: Cells, region: str, own_id: str = "") -> Person:
    """Raises BadValue where the row tells of nobody. `own_id`: the number of the row, where that is the person's."""
    name = cells.text("person", LONGEST_NAME)
    parts = cells.text("first_name", LONGEST_NAME), cells.text("last_name", LONGEST_NAME)
    if any(parts):
        name = " ".join(part for part in parts if part)[:LONGEST_NAME]
    number = own_id or cells.text("person_id", LONGEST_ID)
    if not number and name.isdigit():
        number, name = name, ""
    written_phone, written_email = cells.text("phone", 200), cells.text("email", 300)
    if "@" in name and not written_email:
        written_email, name = name, ""
    mail = email(written_email) if written_email else ""
    dialled = phone(written_phone, region) if written_phone else None
    if not number:
        number = dialled or mail or (f"name:{name.casefold()}" if name else "")
    if not number:
        raise BadValue("it tells of nobody: no name, no telephone, no address, no number of a client")
    return Person(number, name, dialled, mail)


def people_found(session: Session, people: Collection[Person], now: datetime) -> dict[Person, Found]:
    """Each person's client; those who are nobody's yet are new clients, and kept in mind by their number there."""
    found = people_known(session, people)
    new = _same([person for person in people if person not in found])
    rows = [
        {
            "phone": _first(one.phone for one in same), "name": _first(one.name for one in same) or "",
            "email": _first(one.email for one in same) or "", "language": _first(one.language for one in same) or "",
            "created_at": now,
        }
        for same in new
    ]  # fmt: skip
    for number, row, same in zip(add_many(session, clients, rows), rows, new, strict=True):
        found |= {one: Found(number, str(row["name"]), row["phone"], is_new=True) for one in same}  # type: ignore[arg-type]
    return found


def _same(people: Sequence[Person]) -> list[list[Person]]:
    """Those who are one person, together."""
    groups: dict[str, list[Person]] = {}
    for person in people:
        known_by = [f"number {person.legacy_id}", *(f"by {each}" for each in (person.phone, person.email) if each)]
        group = next((groups[each] for each in known_by if each in groups), [])
        group.append(person)
        groups |= dict.fromkeys(known_by, group)
    return list({id(group): group for group in groups.values()}.values())


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)


def people_known(session: Session, people: Collection[Person]) -> dict[Person, Found]:
    """Those who are clients already: by their number there, else by their telephone, else by their address. Whoever
    turned out to be another client is that one, and stays so until the transaction ends."""
    numbered = _numbered(session, people)
    others = [one for one in people if numbered.get(one.legacy_id) is None]
    by_phone = _clients(session, clients.c.phone, [one.phone for one in others if one.phone])
    without = [one.email for one in people if one.email and one.legacy_id not in numbered and one.phone not in by_phone]
    by_email = _clients(session, func.lower(clients.c.email), without)
    found: dict[Person, Found] = {}
    for person in people:
        row = numbered.get(person.legacy_id)
        row = row or by_phone.get(person.phone) or (by_email.get(person.email) if person.email else None)
        if row is not None:
            found[person] = Found(row.id, row.name, row.phone, is_numbered=person.legacy_id in numbered)
    merged = merged_among(session, [client.id for client in found.values()])
    whole = _clients(session, clients.c.id, list(merged.values()))
    for client in found.values():
        if client.id in merged:
            row = whole[merged[client.id]]
            client.id, client.phone = row.id, client.phone or row.phone
    return found


def _numbered(session: Session, people: Collection[Person]) -> dict[str, Row[Any] | None]:
    """The clients who were met before, by their number there; None for one who is here no longer."""
    c = legacy_records.c
    statement: Select[Any] = (
        select(c.legacy_id, clients.c.id, clients.c.name, clients.c.phone)
        .outerjoin(clients, clients.c.id == c.row_id)
        .where(c.kind == KIND, c.legacy_id.in_([one.legacy_id for one in people]))
    )
    return {row.legacy_id: row if row.id is not None else None for row in session.execute(statement).all()}


def keep_in_mind(session: Session, found: Mapping[Person, Found]) -> None:
    """That these people were met in rows about something else: their own row is still to come."""
    rows = {
        one.legacy_id: {
            "kind": KIND, "legacy_id": one.legacy_id, "table_name": "clients", "row_id": client.id, "checksum": "",
        }
        for one, client in found.items()
        if not client.is_numbered
    }  # fmt: skip
    insert_many(session, legacy_records, list(rows.values()))


def rooms_of(session: Session, people: Collection[Found], circumstances: Circumstances) -> dict[int, int]:
    """The conversation in which each of these clients can be texted, by client: where they wrote last, else a new one
    on a channel that reaches a telephone. Nothing is said in it."""
    now, by_phone = circumstances.now, {one.phone: one.id for one in people if one.phone}
    if not by_phone:
        return {}
    wanted = conversations.c.channel.in_(_channels(session)), conversations.c.address.in_(by_phone)
    statement = select(conversations.c.id, conversations.c.address).where(*wanted)
    order = conversations.c.last_inbound_at, conversations.c.id
    rooms = {by_phone[address]: room for room, address in session.execute(statement.order_by(*order))}
    channel = coordinator_channel("", "", list(circumstances.channels), "")
    missing = [(address, client_id) for address, client_id in by_phone.items() if client_id not in rooms]
    if channel is None or not missing:
        return rooms
    made = add_many(
        session,
        conversations,
        [
            {
                "channel": channel, "address": address, "client_id": client_id, "state": State.INITIAL, "dialogue": {},
                "last_message_at": now, "created_at": now,
            }
            for address, client_id in missing
        ],
    )  # fmt: skip
    insert_many(
        session,
        consents,
        [
            {"conversation_id": room, "granted": True, "source": ConsentSource.IMPORTED, "words": "", "at": now}
            for room in made
        ],
    )
    heed_suppressions(
        session, {room: (channel, address) for room, (address, _) in zip(made, missing, strict=True)}, circumstances
    )
    return rooms | dict(zip((client_id for _, client_id in missing), made, strict=True))


def _channels(session: Session) -> list[str]:
    """Those on which there is any conversation: found by the index that a search by channel and address takes."""
    found, last = list[str](), ""
    after = select(func.min(conversations.c.channel))
    while last := session.execute(after.where(conversations.c.channel > last)).scalar_one() or "":
        found.append(last)
    return found


def _clients(session: Session, column: Any, values: Sequence[Any]) -> dict[Any, Row[Any]]:
    if not values:
        return {}
    columns = clients.c.id, clients.c.name, clients.c.phone, column.label("wanted")
    statement = select(*columns).where(column.in_(set(values))).order_by(clients.c.id.desc())
    return {row.wanted: row for row in session.execute(statement).all()}
