"""An operator books for who called or came in: BOOK, put together from the fields of a form."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from conversations.commands.book import number_in
from conversations.commands.walk_in import LONGEST_NAME as LONGEST_NAME
from conversations.languages.render import name_text
from handlers.circumstances import Circumstances
from handlers.console.commanded import commanded
from handlers.console.signed_in import Who
from handlers.profile import Profile
from models.booking_listing import booked_since, newest_transition


@dataclass(frozen=True, slots=True)
class ByHand:
    """What was typed and chosen. Nobody chosen means whoever's turn it is."""

    phone: str
    name: str
    service_id: int | None
    staff_id: int | None
    day: str
    at: str


def has_number(wish: ByHand, profile: Profile) -> bool:
    """Whether the client's number is one, and nothing else."""
    found, behind = number_in(wish.phone.strip(), profile.business.region)
    return bool(found) and not behind


def book(
    session: Session, wish: ByHand, form: str, who: Who, circumstances: Circumstances
) -> tuple[int | None, str]:  # fmt: skip
    """The booking's number, and what the command is known by; None where there is no booking: its answer says why.
    Raises as commanded()."""
    words = in_words(wish, circumstances.profiles.current(session))
    newest = newest_transition(session)
    answer = commanded(session, words, form, who, circumstances)
    return booked_since(session, newest, f"operator:{who.id}"), answer.known_as


def in_words(wish: ByHand, profile: Profile) -> str:
    """The command as a coordinator would text it."""
    service = next((name_text(one.called, "en") for one in profile.services if one.id == wish.service_id), "")
    staff = next((one.name for one in profile.staff if one.id == wish.staff_id), "")
    parts = (
        wish.phone,
        wish.name[:LONGEST_NAME],
        service,
        f"with {staff}" if staff else "",
        wish.day[:10],
        wish.at[:5],
    )
    return " ".join(["BOOK", *(word for part in parts for word in part.replace(";", " ").split())])
