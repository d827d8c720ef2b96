"""What a client wishes, or somebody for them: in whose conversation it happens, and what is answered where it cannot be
had."""

from typing import Any

from sqlalchemy import Row

from bot.api.endpoint import Call
from bot.api.problems import Problem, missing
from conversations.events import SeatsAsked, VisitAsked
from handlers.api.wishes import NoRoom, NotHad, Person, asked, room_of_client, room_of_person

PHONE = r"^\+[1-9][0-9]{6,14}$"
"""E.164."""
EMAIL = r"^[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{1,60}$"


def client_named(call: Call, phone: str | None, name: str, staff_id: int | None) -> Row[Any]:
    """The conversation of the client whose wish it is: their own, or of whom staff name. Raises Problem."""
    try:
        if call.by.is_client:
            if phone is not None:
                raise Problem(422, "invalid", "A client asks for themselves: leave out client_phone.")
            return room_of_client(call.session, call.by.client_id or 0)
        if phone is None:
            raise Problem(422, "invalid", "Name the client by client_phone.")
        if call.by.sees_own_only and staff_id != call.by.staff_id:
            raise missing("staff member")
        return room_of_person(call.session, Person(phone, name), call.circumstances)
    except NoRoom:
        raise Problem(409, "no_channel", "No channel reaches this client.") from None


def who_they_are(call: Call, name: str, email: str | None) -> dict[str, str]:
    """What a wish says of its client. Staff may name whom nobody knows yet (`client_named`), and rename nobody."""
    if call.by.sees_own_only and not call.by.is_client:
        return {"name": "", "email": ""}
    return {"name": name, "email": email or ""}


def asked_for(call: Call, room: Row[Any], event: VisitAsked | SeatsAsked) -> int:
    """The number of the booking. Raises Problem."""
    try:
        return asked(call.session, room, event, call.circumstances)
    except NotHad as not_had:
        near = [one.isoformat() for one in not_had.near]
        raise Problem(409, not_had.code, not_had.words, alternatives=near) from None
