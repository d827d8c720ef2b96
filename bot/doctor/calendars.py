"""Whether the calendars that are kept in step are."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.orm import Session

from bot.desk import Desk
from bot.doctor.finding import Finding, good, look, wrong
from handlers.calendar_states import CalendarState, calendar_states
from models.calendars import CalendarKind


def calendars(session: Session, desk: Desk) -> Iterator[Finding]:
    states = calendar_states(session, desk.clock.now())
    yield from _settings({state.kind for state in states}, desk)
    for state in states:
        yield _state(state)


def _settings(kinds: set[str], desk: Desk) -> Iterator[Finding]:
    settings = desk.settings
    if CalendarKind.GOOGLE in kinds and not Path(settings.google_credentials_file or "/").is_file():
        yield wrong(
            "GOOGLE_CREDENTIALS_FILE: there is no such file, and a calendar is Google's. Set it to the key file."
        )
    if CalendarKind.CALDAV in kinds and settings.caldav_url.startswith("http://"):
        yield look("CALDAV_URL begins with http://: everybody on the way can read the password; use https.")


def _state(state: CalendarState) -> Finding:
    name = f"Calendar {state.key} of {state.staff}"
    if state.failures:
        return wrong(f"{name}: {state.error}. See `python -m bot calendars`; --sync tries again at once.")
    if state.broken_events:
        return look(f"{name}: {len(state.broken_events)} events cannot be taken. See `python -m bot calendars`.")
    if state.synced_at is None:
        return look(f"{name}: not read yet. It is while the bot runs, or by `python -m bot calendars --sync`.")
    return good(f"{name}: in step, {state.busy} busy times.")
