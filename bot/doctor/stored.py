"""The database and what is in it: the schema, the business, the coordinators, messages that could not be sent."""

from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.database import Database, DatabaseAway, SchemaState
from bot.desk import Desk
from bot.doctor.calendars import calendars
from bot.doctor.finding import Finding, good, look, wrong
from bot.doctor.intake import intake
from bot.doctor.money import money
from bot.doctor.row_security import row_security
from bot.engines import is_there
from conversations.languages import language
from conversations.rules.routes import SIMULATOR, coordinator_channel
from handlers.profile import Coordinator, Profile
from models.business import has_business
from models.conversations import conversations_of, last_channel_of, rooms_of
from models.outbox import dead_letters

MOST = 1000
"""Dead letters counted; more are "1000 or more"."""
_SCHEMA = {
    SchemaState.EMPTY: look(
        "Database: reachable and empty. `python -m bot run` makes it ready, `python -m bot migrate` only its tables."
    ),
    SchemaState.BEHIND: wrong("Database: its schema is behind this version. Run `python -m bot migrate`."),
    SchemaState.AHEAD: wrong("Database: made by a newer version. Start that version, or restore a backup of this one."),
    SchemaState.CURRENT: good("Database: reachable, its schema is current."),
}


def stored(desk: Desk) -> Iterator[Finding]:
    if not is_there(desk.database.engine):
        yield look("Database: there is none yet. `python -m bot run` makes one.")
        return
    state = _state(desk.database)
    yield state if isinstance(state, Finding) else _SCHEMA[state]
    if state is SchemaState.CURRENT:
        yield from desk.database.read(lambda session: list(_contents(session, desk)))


def _state(database: Database) -> SchemaState | Finding:
    try:
        return database.schema()
    except DatabaseAway as error:
        reason = str(error).partition("\n")[0]
        return wrong(f"Database: cannot be reached: {reason}. Look at DATABASE_URL, and whether its server runs.")
    except (SQLAlchemyError, OSError) as error:
        return wrong(f"Database: cannot be opened ({type(error).__name__}). Look at DATABASE_URL.")


def _contents(session: Session, desk: Desk) -> Iterator[Finding]:
    if not has_business(session):
        yield wrong("Business: none is loaded. Run `python -m bot load business.toml`.")
        return
    profile = desk.profiles.current(session)
    yield from _business(profile)
    yield from _languages(profile)
    for coordinator in _in_charge(profile):
        yield _reached(session, coordinator, desk)
    if not any(coordinator.is_default for coordinator in profile.coordinators):
        yield wrong("Coordinator: none is the default. Give one `default = true` in business.toml and load it.")
    yield from calendars(session, desk)
    yield from intake(session, desk)
    yield from money(session, desk)
    yield from row_security(session)
    yield _dead_letters(session)


def _business(profile: Profile) -> Iterator[Finding]:
    offered = [service for service in profile.services if service.staff_ids]
    counted = f"{len(offered)} services can be booked, {len(profile.staff)} staff."
    yield (
        good(f"Business: {profile.business.name}. {counted}")
        if offered
        else wrong(
            f"Business: {profile.business.name}. Nothing can be booked: give a service its staff in business.toml."
        )
    )
    for service in profile.services:
        if not service.staff_ids and service.variant_of is None:
            yield look(f"Service {service.name}: nobody gives it, so it is not offered. Name its staff.")
    for person in profile.staff:
        if not person.shifts:
            yield look(f"Staff {person.name}: has no hours, so nothing is ever free. Give them hours.")


def _languages(profile: Profile) -> Iterator[Finding]:
    wanted = {profile.business.language, *(c.language for c in profile.coordinators)} - {""}
    for code in sorted(wanted):
        try:
            language(code)
        except FileNotFoundError:
            yield wrong(f"Language {code}: we do not speak it. Set DEFAULT_LANGUAGE, or business.toml, to another.")


def _in_charge(profile: Profile) -> list[Coordinator]:
    """The coordinators whom some request would go to."""
    ids = {*profile.coordinator_of_service.values(), *profile.coordinator_of_staff.values()}
    return [c for c in profile.coordinators if c.is_default or c.id in ids]


def _reached(session: Session, coordinator: Coordinator, desk: Desk) -> Finding:
    who = f"Coordinator {coordinator.called or coordinator.id}"
    if not coordinator.phone:
        return wrong(f"{who}: has no phone, so requests reach nobody. Set COORDINATOR_PHONE_NUMBER.")
    last = "" if coordinator.channel else last_channel_of(rooms_of(session, coordinator.phone, desk.channels))
    channel = coordinator_channel(coordinator.channel, last, list(desk.channels), "")
    if channel is None:
        return wrong(f"{who}: no channel that is set up reaches them. Set up {coordinator.channel or 'one'}.")
    if any(c.opted_out_at and c.channel == channel for c in conversations_of(session, coordinator.phone)):
        return wrong(f"{who}: has opted out on {channel}, so nothing is sent. Let them text START.")
    if channel == SIMULATOR:
        return look(f"{who}: is reached by the simulator only. Set up a provider to reach their phone.")
    return good(f"{who}: is reached by {channel}.")


def _dead_letters(session: Session) -> Finding:
    count = len(dead_letters(session, MOST))
    if not count:
        return good("Messages: none has failed for good.")
    many = f"{count} or more" if count == MOST else str(count)
    return look(f"Messages: {many} did not arrive and will not be tried again. See `python -m bot dead-letters`.")
