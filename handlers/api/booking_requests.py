"""What other software asks for a couple in one call: which visit that is, and what it tells of the engagement."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.business import Service
from conversations.engagements.kinds import Brief, Detail
from conversations.engagements.values import read_value, shown_value
from conversations.events import VisitAsked
from conversations.languages.render import render
from conversations.replies import Reply, say
from conversations.rules.availability import free_slots
from conversations.understanding.normalise import fold
from handlers.circumstances import Circumstances
from handlers.gather_facts import DatabaseFacts
from models.bookings import bookings_of_client
from models.business import services_in_category
from models.engagement_work import works_of

LOOK_AHEAD = (timedelta(days=31), timedelta(days=120))
"""How far a free time is looked for: first so far, then so far."""
MOST_STANDING = 100


class Unfit(Exception):
    """It cannot be asked so: a word for programs, a sentence for people, and which detail it is about, if one."""

    def __init__(self, code: str, words: str, detail: Detail | None = None) -> None:
        super().__init__(code)
        self.code, self.words, self.detail = code, words, detail


@dataclass(frozen=True, slots=True)
class Wish:
    """`service` is a number, a name or a category. `start` None: the first that is free. `told`: as it was typed."""

    service: str
    staff_id: int | None
    start: datetime | None
    told: dict[Detail, str] = field(default_factory=dict)
    agreed: tuple[str, ...] = ()


def visit_of(session: Session, room: Row[Any], wish: Wish, circumstances: Circumstances) -> VisitAsked | int:
    """The visit that this is a wish for; the number of the booking where it was asked for before, and stands. Raises
    Unfit."""
    facts = DatabaseFacts(session, room, circumstances, circumstances.profiles.current(session))
    service = _service(session, wish, facts)
    brief = _brief(wish, facts)
    note = "" if service.engagement else _as_note(brief, facts)
    if (standing := _standing(session, room, service, wish, dict(brief), note, facts)) is not None:
        return standing
    start = wish.start or _first_free(service, wish.staff_id, facts)
    day = dict(brief).get(Detail.EVENT_DATE)
    if day and date.fromisoformat(day) < start.astimezone(facts.business.zone).date():
        first = say("dated", day=start.astimezone(facts.business.zone).date())
        words = render(say("value_date_early", day=date.fromisoformat(day), first=first), facts.language)
        raise Unfit("event_before_visit", words, Detail.EVENT_DATE)
    return VisitAsked(
        (service.id,), wish.staff_id, start, note, "", wish.agreed, brief=brief if service.engagement else (),
        email=dict(brief).get(Detail.EMAIL, ""),
    )  # fmt: skip


def _service(session: Session, wish: Wish, facts: DatabaseFacts) -> Service:
    """By number, name or alias, else the first of that category; one that this staff member gives. Raises Unfit."""
    said = fold(wish.service)
    offered = [one for one in facts.services() if wish.staff_id is None or wish.staff_id in one.staff_ids]
    named = [one for one in offered if said in (str(one.id), *map(fold, (one.name, *one.aliases)))]
    if not named:
        numbers = services_in_category(session, wish.service.strip())
        named = [one for one in offered if one.id in numbers and not one.is_class]
    if not named:
        raise Unfit("no_such_service", "There is no such service, or this staff member does not give it.")
    return named[0]


def _brief(wish: Wish, facts: DatabaseFacts) -> Brief:
    """What was told, each in its own spelling, in the order in which it is asked by text. Raises Unfit."""
    found = []
    for detail in Detail:
        if text := wish.told.get(detail, "").strip():
            value = _day(text, facts) if detail is Detail.EVENT_DATE else read_value(detail, text, facts)
            if isinstance(value, Reply):
                raise Unfit("bad_detail", render(value, facts.language), detail)
            found.append((detail, value))
    return tuple(found)


def _day(text: str, facts: DatabaseFacts) -> str | Reply:
    day = date.fromisoformat(text)
    return say("value_date_past", day=day) if day < facts.now.date() else day.isoformat()


def _as_note(brief: Brief, facts: DatabaseFacts) -> str:
    """For a service that opens no engagement: whoever gives it reads what was told."""
    own = facts.business.language
    lines = [
        f"{render(say(f'detail_{detail}'), own)}: {_shown(detail, value, own)}" for detail, value in brief if value
    ]
    return "\n".join(lines)


def _shown(detail: Detail, value: str, language: str) -> str:
    shown = shown_value(detail, value)
    return render(shown, language) if isinstance(shown, Reply) else str(shown)


def _standing(
    session: Session, room: Row[Any], service: Service, wish: Wish, brief: dict[Detail, str], note: str,
    facts: DatabaseFacts,
) -> int | None:  # fmt: skip
    """The number of their booking of this service, with this staff member and at this start where they are named, for
    the same event."""
    if room.client_id is None:
        return None
    rows = [
        row for row in bookings_of_client(session, room.client_id, facts.now, MOST_STANDING)
        if row.service_id == service.id and wish.staff_id in (None, row.staff_id) and wish.start in (None, row.start_at)
    ]  # fmt: skip
    if not service.engagement:
        return next((int(row.id) for row in rows if note and row.client_note == note), None)
    days = {work.booking_id: work.brief.get(Detail.EVENT_DATE, "") for work in works_of(session, [r.id for r in rows])}
    day = brief.get(Detail.EVENT_DATE, "")
    return next((int(row.id) for row in rows if days.get(row.id) == day), None)


def _first_free(service: Service, staff_id: int | None, facts: DatabaseFacts) -> datetime:
    """Raises Unfit."""
    today = facts.now.date()
    for ahead in LOOK_AHEAD:
        found = [
            one for one in facts.calendars(service, today, today + ahead) if staff_id in (None, one.staff.id)
        ]  # fmt: skip
        if slots := free_slots(found, service.minutes, today, today + ahead, facts.now):
            return slots[0].start
    raise Unfit("no_free_time", "Nothing is free in the next months.")
