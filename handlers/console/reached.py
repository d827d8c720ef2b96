"""How an operator is reached: their phone, from which they command too, their email, and whether they are on duty."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.rules.emails import is_address
from handlers.circumstances import Circumstances
from handlers.console.operators_kept import CannotKeep
from handlers.console.signed_in import Who
from handlers.importing.rows import BadValue
from handlers.importing.values import phone as phone_in
from handlers.profile import Coordinator, NoBusiness, Profile
from models.audit import audit
from models.business import lock_business, touch_business
from models.operators import change_operator, operator_by_id, operator_by_phone


@dataclass(frozen=True, slots=True)
class Reach:
    """What a form says of it. `is_on_duty` None: nothing."""

    phone: str
    email: str
    is_on_duty: bool | None = None


def keep_reach(session: Session, operator_id: int, reach: Reach, who: Who, circumstances: Circumstances) -> None:
    """From now on alerts go there, and texts from this phone alone are commands. Raises CannotKeep."""
    lock_business(session)  # of two who take one phone at once, one is refused
    row, profile = operator_by_id(session, operator_id), _profile(session, circumstances)
    if row is None:
        raise CannotKeep("There is nobody with this number.")
    values = {
        "phone": _phone(session, reach.phone, row, profile), "email": _email(reach.email),
        "is_on_duty": row.is_on_duty if reach.is_on_duty is None else reach.is_on_duty,
    }  # fmt: skip
    new = {name: value for name, value in values.items() if value != getattr(row, name)}
    if not new:
        return
    change_operator(session, operator_id, **new)
    touch_business(session)
    audit(
        session, at=circumstances.now, operator_id=who.id, who=who.name, action="changed how alerts arrive",
        subject=f"operator {operator_id}", words=", ".join(new),
    )  # fmt: skip


def _phone(session: Session, text: str, row: Row[Any], profile: Profile | None) -> str:
    if not text.strip():
        return ""
    try:
        phone = phone_in(text, profile.business.region if profile is not None else "")
    except BadValue as why:
        raise CannotKeep(f"{why}.") from None
    if phone == row.phone:
        return phone
    other = operator_by_phone(session, phone)
    if other is not None and other.id != row.id:
        raise CannotKeep("That is the phone of another operator.")
    coordinators = profile.coordinators if profile is not None else ()
    if any(one.phone == phone and not _is_the_same(one, row) for one in coordinators):
        raise CannotKeep("That is the phone of a coordinator of another name.")
    return phone


def _is_the_same(coordinator: Coordinator, operator: Row[Any]) -> bool:
    """Whether they may be one person: nothing in their names says otherwise."""
    names = [set(name.casefold().split()) for name in (coordinator.name, operator.name)]
    return not coordinator.name or bool(names[0] & names[1])


def _email(text: str) -> str:
    text = text.strip()
    if text and not is_address(text):
        raise CannotKeep("Give an email address such as ana@example.com.")
    return text


def _profile(session: Session, circumstances: Circumstances) -> Profile | None:
    with suppress(NoBusiness):
        return circumstances.profiles.current(session)
    return None
