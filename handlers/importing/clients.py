"""Clients of another system, a row each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from conversations.languages import spoken
from handlers.circumstances import Circumstances
from handlers.importing.columns import Cells
from handlers.importing.people import KIND, Found, Person, people_found, person_of
from handlers.importing.rows import BadValue, Became, Outcome, SourceRow
from handlers.importing.seen import LONGEST_ID, remember, sift
from handlers.importing.setup import ImportSetup
from models.clients import clients


def import_clients(
    session: Session, rows: Sequence[SourceRow], setup: ImportSetup, circumstances: Circumstances
) -> list[Outcome]:
    """Who is a client already, by their telephone or address, is that client: what is empty of them is filled in."""

    def number(cells: Cells) -> str:
        return cells.text("id", LONGEST_ID) or _person(cells, setup).legacy_id

    seen = sift(session, KIND, rows, number)
    people = list(seen.each(lambda cells: _person(cells, setup)))
    found = people_found(session, [person for _, person in people], circumstances.now)
    made: set[int] = set()
    for one, person in people:
        client = found[person]
        is_known = not client.is_new or client.id in made
        made.add(client.id)
        reason = _filled_in(session, person, client) if is_known else ""
        seen.outcomes.append(one.became(Became.IMPORTED, client.id, reason))
    remember(session, KIND, "clients", [(one, found[person].id) for one, person in people], seen.met)
    return seen.outcomes


def _person(cells: Cells, setup: ImportSetup) -> Person:
    person = person_of(cells, setup.region, cells.text("id", LONGEST_ID))
    if not (person.name or person.phone or person.email):
        raise BadValue("it tells of nobody: no name, no telephone, no address")
    language = cells.text("language", 20).replace("_", "-").partition("-")[0].lower()
    return replace(person, language=language if language in spoken() else "")


def _filled_in(session: Session, person: Person, client: Found) -> str:
    """What is not known here of a client who is one already."""
    row = session.execute(select(clients).where(clients.c.id == client.id)).one()
    wanted = {"name": person.name, "email": person.email, "language": person.language}
    values: dict[str, Any] = {name: value for name, value in wanted.items() if value and not getattr(row, name)}
    if person.phone and row.phone is None:
        taken = session.execute(select(clients.c.id).where(clients.c.phone == person.phone)).first()
        values |= {"phone": person.phone} if taken is None else {}
    if values:
        session.execute(update(clients).where(clients.c.id == client.id).values(**values))
    return f"they are client {client.id} already ({row.name or row.phone or row.email})"
