"""The job that a booking opens, once it is committed: client record, engagement, milestones, budget and log. Safe to
run twice; at most eight statements a booking, its finding included."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.engagements import kind_named
from conversations.engagements.effects import OpenByHand, RetryOpening
from conversations.engagements.kinds import Kind
from conversations.engagements.opening import Answers, PlannedStep, answers_of, name_key, parts_of, steps_of
from conversations.engagements.states import CREATED, Deed, RecordStatus, WorkState
from conversations.intake import said_in
from handlers.circumstances import Circumstances
from handlers.profile import Profile
from handlers.requests_decided import decider
from models.claims import LostRace
from models.engagement_records import (
    add_budget_lines,
    add_engagement,
    add_milestones,
    add_record,
    change_record,
    log_activities,
    records_like,
)
from models.engagement_work import work_done
from models.engagements import wake_work

SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be opened: for whom, by whom, of which booking."""

    kind: Kind
    spelled: str
    answers: Answers
    coordinator_id: int
    name: str
    email: str
    phone: str | None
    who: str
    client_id: int | None = None
    booking_id: int | None = None
    series_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of it. `joined`: the booking belongs to an engagement that was there before."""

    engagement_id: int
    joined: bool


def open_engagement(session: Session, row: Row[Any], circumstances: Circumstances, profile: Profile) -> None:
    """Make what a booking opens, from its work as it was read due, or join it to an engagement that is there already.

    Raises LostRace where another has been faster."""
    kind = kind_named(row.kind)
    assert kind is not None
    answers = answers_of(row.brief)
    coordinator = profile.coordinator_for(row.service_id, row.staff_id)
    asked = _Asked(
        kind, row.kind, answers, coordinator.id if coordinator is not None else 0,
        answers.name or row.client_name or row.client_phone or "",
        answers.email or row.client_email, row.client_phone, SYSTEM, row.client_id, row.booking_id, row.series_id,
        row.client_note,
    )  # fmt: skip
    opened = _join(session, asked, row, circumstances) if row.series_engagement_id is not None else None
    opened = opened or _open(session, asked, circumstances, profile)
    is_told = opened.joined and row.series_id is not None  # with the first of the series
    told_at = circumstances.now if is_told else row.told_at
    state, due_at = (WorkState.TELLING, circumstances.now) if told_at is None else (WorkState.DONE, None)
    done = work_done(
        session, row, state=state, due_at=due_at, error="", engagement_id=opened.engagement_id, told_at=told_at
    )  # fmt: skip
    if not done:
        raise LostRace


def open_by_hand(
    session: Session, effect: OpenByHand, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> None:
    """A coordinator opens one without a booking."""
    kind = kind_named(effect.kind)
    assert kind is not None
    answers = answers_of(dict(effect.brief))
    coordinator = profile.coordinator_in(conversation) or profile.coordinator_for(0, 0)
    asked = _Asked(
        kind, effect.kind, answers, coordinator.id if coordinator is not None else 0, answers.name or effect.phone,
        answers.email, effect.phone or None, decider(conversation, profile),
    )  # fmt: skip
    _open(session, asked, circumstances, profile)


def retry(session: Session, effect: RetryOpening, circumstances: Circumstances) -> None:
    wake_work(session, effect.booking_id, circumstances.now)


def _join(session: Session, asked: _Asked, row: Row[Any], circumstances: Circumstances) -> Opened:
    """One more visit of a series that has an engagement already."""
    log_activities(
        session,
        [_activity(asked, circumstances, Deed.BOOKING_JOINED, None, row.series_engagement_id, {})],
    )
    return Opened(row.series_engagement_id, joined=True)


def _open(session: Session, asked: _Asked, circumstances: Circumstances, profile: Profile) -> Opened:
    """For a person who has one of this kind on this day, the booking joins that."""
    alike = records_like(session, asked.coordinator_id, _email_key(asked.email), asked.phone, name_key(asked.name))
    known = _same_person(asked, alike)
    same = _same_event(asked, known, alike)
    record_id, log = _record(session, asked, known, alike, circumstances)
    if same is not None:
        log.append(_activity(asked, circumstances, Deed.BOOKING_JOINED, record_id, same.open_id, {}))
        log_activities(session, [{**one, "engagement_id": same.open_id} for one in log])
        return Opened(same.open_id, joined=True)
    engagement_id, made = _made(session, asked, record_id, circumstances, profile)
    created = CREATED.format(kind=asked.kind.key)
    log.append(_activity(asked, circumstances, created, record_id, engagement_id, made))
    log.append(_activity(asked, circumstances, Deed.CLIENT_LINKED, record_id, engagement_id, {"status": "active"}))
    log_activities(session, [{**one, "engagement_id": engagement_id} for one in log])
    return Opened(engagement_id, joined=False)


def _made(
    session: Session, asked: _Asked, record_id: int, circumstances: Circumstances, profile: Profile
) -> tuple[int, dict[str, Any]]:
    """An engagement with its milestones and its budget: its number, and what the log says of it."""
    answers, now = asked.answers, circumstances.now
    language, zone = profile.business.language, profile.business.zone
    engagement_id = add_engagement(
        session, now, kind=asked.spelled, coordinator_id=asked.coordinator_id, record_id=record_id,
        booking_id=asked.booking_id, series_id=asked.series_id, name=asked.name[:120], event_date=answers.event_date,
        venue=answers.venue, guests=answers.guests, budget=answers.budget,
        currency=answers.currency or profile.business.currency, requests=answers.requests,
    )  # fmt: skip
    steps = steps_of(asked.kind, answers.event_date, language, zone, now)
    add_milestones(session, _milestones(engagement_id, steps))
    add_budget_lines(session, _budget_lines(engagement_id, asked, language))
    return engagement_id, {
        "name": asked.name, "event_date": answers.event_date.isoformat() if answers.event_date else None,
        "venue": answers.venue or None, "guests": answers.guests, "budget": answers.budget,
        "milestones": len(steps), "late": sum(step.is_late for step in steps),
    }  # fmt: skip


def _milestones(engagement_id: int, steps: list[PlannedStep]) -> list[dict[str, Any]]:
    return [
        {
            "engagement_id": engagement_id, "key": step.key, "position": place, "title": step.title,
            "description": step.description, "days": step.days, "due_date": step.due, "is_late": step.is_late,
            "tells_client": step.tells_client, "tell_at": step.tell_at,
        }
        for place, step in enumerate(steps)
    ]  # fmt: skip


def _budget_lines(engagement_id: int, asked: _Asked, language: str) -> list[dict[str, Any]]:
    planned = zip(asked.kind.shares, parts_of(asked.kind, asked.answers.budget), strict=True)
    return [
        {
            "engagement_id": engagement_id, "key": share.key, "position": place,
            "title": said_in(share.titles, language), "percent": share.percent, "planned": part, "spent": 0,
        }
        for place, (share, part) in enumerate(planned)
    ]  # fmt: skip


def _record(
    session: Session, asked: _Asked, known: Row[Any] | None, alike: list[Row[Any]], circumstances: Circumstances
) -> tuple[int, list[dict[str, Any]]]:
    """The record of who it is for, and what was done to have it: the one with this email or phone, where there is one;
    an equal name alone is only pointed out."""
    answers, now = asked.answers, circumstances.now
    same_name = sorted(
        {row.id for row in alike if row.name_key == name_key(asked.name)} - {known.id if known else None}
    )
    perhaps = {"perhaps_the_same": same_name} if same_name else {}
    if known is None:
        record_id = add_record(
            session, now, coordinator_id=asked.coordinator_id, client_id=asked.client_id, name=asked.name[:120],
            name_key=name_key(asked.name), email=asked.email, email_key=_email_key(asked.email), phone=asked.phone,
            status=RecordStatus.ACTIVE, budget=answers.budget_said, notes=asked.note,
        )  # fmt: skip
        data = {"name": asked.name, "email": asked.email, "phone": asked.phone, "status": RecordStatus.LEAD, **perhaps}
        return record_id, [_activity(asked, circumstances, Deed.CLIENT_CREATED, record_id, None, data)]
    values: dict[str, Any] = {"status": RecordStatus.ACTIVE}
    if asked.email and not known.email:
        values |= {"email": asked.email, "email_key": _email_key(asked.email)}
    if asked.phone and not known.phone and all(row.phone != asked.phone for row in alike):
        values["phone"] = asked.phone
    if answers.budget_said:
        values["budget"] = answers.budget_said
    if known.client_id is None and asked.client_id is not None:
        values["client_id"] = asked.client_id
    change_record(session, known.id, now, **values)
    by = "email" if known.email_key is not None and known.email_key == _email_key(asked.email) else "phone"
    data = {"by": by, "name": known.name, **perhaps}
    return known.id, [_activity(asked, circumstances, Deed.CLIENT_REUSED, known.id, None, data)]


def _same_person(asked: _Asked, alike: list[Row[Any]]) -> Row[Any] | None:
    """By email, else by phone."""
    by_email = [row for row in alike if row.email_key and row.email_key == _email_key(asked.email)]
    by_phone = [row for row in alike if row.phone and row.phone == asked.phone]
    return next(iter(by_email + by_phone), None)


def _same_event(asked: _Asked, known: Row[Any] | None, alike: list[Row[Any]]) -> Row[Any] | None:
    """The row with the open engagement of this person that is of the same kind, and on the day that was told."""
    day = asked.answers.event_date
    if known is None:
        return None
    same = (row for row in alike if row.id == known.id and row.open_id is not None and day in (None, row.open_date))
    return next((row for row in same if str(row.open_kind).partition(":")[0] == asked.kind.key), None)


def _activity(
    asked: _Asked, circumstances: Circumstances, action: str, record_id: int | None, engagement_id: int | None,
    data: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    return {
        "at": circumstances.now, "who": asked.who, "action": action, "record_id": record_id,
        "engagement_id": engagement_id, "booking_id": asked.booking_id, "data": data,
    }  # fmt: skip


def _email_key(email: str) -> str | None:
    return email.strip().lower() or None
