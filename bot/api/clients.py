"""Clients: looked up, put right, merged; all that is held on one, and one forgotten."""

from datetime import datetime
from typing import Annotated

from flask import Response
from pydantic import Field

from bot.api.endpoint import ADMINS, DESK, EVERYBODY, READERS, Call, Work, endpoint
from bot.api.problems import Problem, missing
from bot.api.values import Amount, Id, Input, Output, Page, PageAsked, Text, cursor, number_behind
from conversations.languages import spoken
from conversations.languages.render import name_text
from handlers.console.people_merged import Merged, merge
from handlers.console.people_shown import Corrected, Listed, Person, correct, people_listed, person_of
from handlers.person_forgotten import Verdict
from models.audit import audit

_WRONG = {
    Merged.SAME: "That is the same client: nobody is merged with themselves.",
    Merged.BEFORE: "One of the two was merged before.",
    Merged.CLASSES: "Both have a place in the same class, where a client has one booking.",
}


class Searched(PageAsked):
    q: Annotated[Text, Field(max_length=80)] = Field("", description="part of a name, of a number, of an address")


class Room(Output):
    """Where they write."""

    id: int
    channel: str
    last_message_at: datetime
    opted_out_at: datetime | None


class ShortClient(Output):
    id: int
    name: str
    phone: str
    email: str
    since: datetime
    conversations: list[Room]


class Pack(Output):
    """Sessions paid ahead."""

    id: int
    service: str = Field(description="empty where any will do")
    left: int
    sessions: int
    price: Amount
    expires_at: datetime | None


class Client(ShortClient):
    """Their bookings: `GET /api/sessions?client_id=`."""

    language: str
    credit: list[Amount]
    packs: list[Pack]
    engagement_ids: list[int]
    opted_out: bool


class Changed(Input):
    """What is left out stays as it is."""

    name: Annotated[Text, Field(max_length=80)] | None = None
    email: Annotated[Text, Field(max_length=254)] | None = None
    language: Annotated[Text, Field(max_length=8)] | None = None


class Other(Input):
    client_id: Id = Field(description="who turned out to be the client of this address")


@endpoint("GET", "/api/clients", READERS)
def listed(call: Call, query: Searched) -> Page[ShortClient]:
    """Clients, newest first. Staff see those who have booked with them."""
    found, last = people_listed(call.session, query.q, query.behind(number_behind), query.limit)
    return Page(items=[_short(one) for one in found], next=cursor(last) if last is not None else None)


@endpoint("GET", "/api/clients/{client_id}", EVERYBODY)
def one(call: Call, client_id: int) -> Client:
    """One client. A client sees themselves."""
    if call.by.is_client and call.by.client_id != client_id:
        raise missing("client")
    found = person_of(call.session, client_id, call.circumstances)
    if found is None:
        raise missing("client")
    return _whole(found)


def _lock(call: Call, client_id: int) -> None:
    from models.people_changed import lock_client

    one(call, client_id)
    lock_client(call.session, client_id)


@endpoint("PUT", "/api/clients/{client_id}", DESK, represents=one, lock=_lock)
def change(call: Call, client_id: int, body: Changed) -> Client:
    """Put right what they are called, where mail reaches them, in which language they are written to."""
    was, now = one(call, client_id), call.circumstances.now
    if body.language and body.language not in spoken():
        raise Problem(422, "no_such_language", f"We speak {', '.join(spoken())}.")
    name, email = was.name if body.name is None else body.name, was.email if body.email is None else body.email
    match correct(call.session, client_id, name, email, body.language or "", call.by.who, now):
        case Corrected.BAD_EMAIL:
            raise Problem(422, "bad_email", "That is no address that mail can go to.")
        case Corrected.MERGED:
            raise Problem(409, "merged", "They turned out to be somebody else.")
    return one(call, client_id)


@endpoint("POST", "/api/clients/{client_id}/merge", ADMINS, represents=one, lock=_lock)
def merge_with(call: Call, client_id: int, body: Other) -> Client:
    """What belongs to the other client belongs to this one from now on. Nothing takes it back."""
    one(call, client_id)
    came = merge(call.session, client_id, body.client_id, call.by.who, call.circumstances.now)
    if came is Merged.MISSING:
        raise Problem(409, "no_such_client", "There is no such other client.")
    if came is not Merged.DONE:
        raise Problem(409, came.value, _WRONG[came])
    return one(call, client_id)


@endpoint("GET", "/api/clients/{client_id}/export", ADMINS, work=Work.OWN, media_type="application/json")
def export(call: Call, client_id: int) -> Response:
    """All that is held on them, for them."""
    from bot.exporting import as_json, held_on

    held = held_on(call.desk, client_id)
    if held is None:
        raise missing("client")
    _written_down(call, "exported a person", client_id)
    return Response(as_json(held), mimetype="application/json")


@endpoint("DELETE", "/api/clients/{client_id}", ADMINS, status=204, work=Work.OWN)
def forget(call: Call, client_id: int) -> None:
    """Forget them: their bookings and payments stay for the books, and nothing that tells who they were.

    409 where bookings lie ahead of them, an engagement goes on or money is on its way: what is in the way is named."""
    from bot.forgetting import WHY_NOT, forget_person, in_the_way

    try:
        done = forget_person(call.desk, client_id, who=call.by.name, operator_id=call.by.operator_id)
    except OSError:
        raise Problem(409, "file_in_the_way", "A file that names them cannot be removed just now.") from None
    match done.verdict:
        case Verdict.MISSING | Verdict.BEFORE:
            raise missing("client")
        case Verdict.IN_THE_WAY:
            raise Problem(409, "in_the_way", "; ".join(in_the_way(done.way)))
        case Verdict.COLLEAGUE:
            raise Problem(409, "colleague", WHY_NOT[Verdict.COLLEAGUE])


def _written_down(call: Call, action: str, client_id: int) -> None:
    by, now = call.by, call.circumstances.now
    call.desk.database.transact(
        lambda session: audit(
            session, at=now, operator_id=by.operator_id, action=action, subject=f"client {client_id}"
        )
    )  # fmt: skip


def _short(found: Listed | Person) -> ShortClient:
    return ShortClient(
        id=found.id, name=found.name, phone=found.phone, email=found.email, since=found.since,
        conversations=[Room.model_validate(room) for room in found.rooms],
    )  # fmt: skip


def _whole(found: Person) -> Client:
    packs = [
        Pack(
            id=pack.id, service=name_text(pack.service, "en"), left=pack.left, sessions=pack.sessions,
            price=Amount.of(pack.price), expires_at=pack.expires_at,
        )
        for pack in found.packs
    ]  # fmt: skip
    return Client(
        **dict(_short(found)), language=found.language, credit=[Amount.of(each) for each in found.credit], packs=packs,
        engagement_ids=[row.id for row in found.engagements],
        opted_out=any(room.opted_out_at is not None for room in found.rooms),
    )  # fmt: skip
