"""What would be out of the ordinary about a command, asked before it is given: the command itself is asked, and what it
would do is left undone."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from conversations.business import Staff
from conversations.commands.base import Call
from conversations.commands.parse import parse
from conversations.commands.times import Wanted, of_booking, staff_of
from conversations.effects import BookFor, Effect, Move, Propose
from conversations.facts import Facts
from conversations.flows import visits
from conversations.languages import known
from conversations.languages.render import render
from conversations.replies import Reply
from conversations.rules.routes import CONSOLE, console_address
from handlers.circumstances import Circumstances
from handlers.console.signed_in import Who
from handlers.gather_facts import DatabaseFacts
from models.conversations import conversation_by_id, conversation_id_for


def warnings_before(session: Session, words: str, who: Who, circumstances: Circumstances) -> list[str]:
    """What whoever gives this command should know first: that somebody does not work at the time which it names."""
    profile = circumstances.profiles.current(session)
    calls = parse(words, known(profile.business.language))
    if not calls:
        return []
    own = conversation_id_for(session, CONSOLE, console_address(who.id), circumstances.now)
    facts = DatabaseFacts(session, conversation_by_id(session, own), circumstances, profile)
    found = (_warning(effect, facts) for call in calls for effect in _effects(call, facts))
    return list(dict.fromkeys(render(warning, facts.language) for warning in found if not isinstance(warning, str)))


def _effects(call: Call, facts: Facts) -> Iterator[Effect]:
    """What a command would do, where it is one that gives a booking its time."""
    command = call.command
    if command.word == "BOOK" and command.act is not None:
        yield from command.act(call.rest, facts).effects
    if command.word in ("MOVE", "MODIFY") and command.run is not None:
        for found in (facts.booking(number) for number in call.ids):
            if found is not None:
                yield from command.run(found, call.rest, facts).effects


def _warning(effect: Effect, facts: Facts) -> Reply | str:
    match effect:
        case Move(booking_id=booking_id, start=start, staff_id=staff_id):
            found, staff = facts.booking(booking_id), _staff(staff_id, facts)
            return of_booking(found, start, staff, facts).warning if found is not None and staff is not None else ""
        case Propose(booking_id=booking_id, start=start):
            found = facts.booking(booking_id)
            staff = staff_of(found, facts) if found is not None else None
            return of_booking(found, start, staff, facts).warning if found is not None and staff is not None else ""
        case BookFor(phone=phone, service_ids=service_ids, staff_id=staff_id, start=start):
            service, staff = visits.offered(list(service_ids), facts, phone), _staff(staff_id, facts)
            return Wanted(service, staff, start).warning if service is not None and staff is not None else ""
    return ""


def _staff(staff_id: int, facts: Facts) -> Staff | None:
    return next((one for one in facts.staff() if one.id == staff_id), None)
