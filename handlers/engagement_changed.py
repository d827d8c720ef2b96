"""An engagement lives: milestones done and moved, another event date, money spent, closed and opened again."""

from datetime import date
from typing import Any, NamedTuple, assert_never

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.engagements import kind_named
from conversations.engagements.effects import (
    AddMilestone,
    CloseEngagement,
    MoveMilestone,
    ReopenEngagement,
    SetDetail,
    Spend,
    TickMilestones,
)
from conversations.engagements.kinds import Detail
from conversations.engagements.opening import LONGEST_TITLE, Answers, answers_of, name_key, parts_of
from conversations.engagements.states import Deed, EngagementStatus, RecordStatus
from conversations.rules.milestones import due_day, progress, tell_next
from handlers.circumstances import Circumstances
from handlers.profile import Profile
from handlers.requests_decided import decider
from models.claims import LostRace
from models.engagement_records import (
    add_milestones,
    back_to_lead,
    change_budget_line,
    change_engagement,
    change_milestone,
    change_record,
    engagement_by_id,
    lines_of,
    log_activities,
    milestones_of,
    records_like,
)

Change = TickMilestones | MoveMilestone | AddMilestone | SetDetail | Spend | CloseEngagement | ReopenEngagement


class Changed(NamedTuple):
    """What the log says of a change, with its data; and the columns of the engagement that change by it."""

    action: str
    data: dict[str, Any]
    values: dict[str, Any]


def change(
    session: Session, effect: Change, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> None:
    """Raises LostRace where it has changed since it was read."""
    row = engagement_by_id(session, effect.engagement_id)
    if row is None or row.version != effect.version:
        raise LostRace
    who = f"client:{conversation.client_id}" if conversation.client_id is not None else decider(conversation, profile)
    match effect:
        case TickMilestones():
            changed = _tick(session, effect, row, circumstances, profile)
        case MoveMilestone():
            changed = _move(session, effect, circumstances, profile)
        case AddMilestone():
            changed = _add(session, effect, row, circumstances, profile)
        case SetDetail():
            changed = _set(session, effect, row, circumstances, profile)
        case Spend():
            changed = _spend(session, effect)
        case CloseEngagement():
            changed = close(session, row, {"reason": effect.reason}, circumstances)
        case ReopenEngagement():
            changed = reopen(session, row, circumstances, profile)
        case _:
            assert_never(effect)
    write_down(session, row, who, changed, circumstances)


def write_down(session: Session, row: Row[Any], who: str, changed: Changed, circumstances: Circumstances) -> None:
    """In the engagement and in its log. Raises LostRace where it has changed since it was read."""
    change_engagement(session, row.id, row.version, circumstances.now, **changed.values)
    activity = {
        "at": circumstances.now, "who": who, "action": changed.action, "record_id": row.record_id,
        "engagement_id": row.id, "booking_id": row.booking_id, "data": changed.data,
    }  # fmt: skip
    log_activities(session, [activity])


def close(session: Session, row: Row[Any], why: dict[str, Any], circumstances: Circumstances) -> Changed:
    """Nobody is told of its milestones any more, and its record is a lead again, unless another goes on."""
    for step in milestones_of(session, [row.id]):
        if step.tell_at is not None:
            change_milestone(session, step.id, tell_at=None)
    back_to_lead(session, row.record_id, row.id, circumstances.now)
    return Changed(Deed.CLOSED, why, {"status": EngagementStatus.CLOSED})


def reopen(session: Session, row: Row[Any], circumstances: Circumstances, profile: Profile) -> Changed:
    """It goes on, and its milestones are told of again."""
    zone, now = profile.business.zone, circumstances.now
    steps = milestones_of(session, [row.id])
    for step in steps:
        if not step.completed and step.due_date is not None:
            change_milestone(session, step.id, tell_at=tell_next(step.due_date, zone, now))
    change_record(session, row.record_id, now, status=RecordStatus.ACTIVE)
    return Changed(Deed.REOPENED, {}, {"status": _status([step.completed for step in steps])})


def _tick(
    session: Session, effect: TickMilestones, row: Row[Any], circumstances: Circumstances, profile: Profile
) -> Changed:
    now, zone, done = circumstances.now, profile.business.zone, {}
    ticked = []
    for step in milestones_of(session, [row.id]):
        done[step.id] = step.completed
        if step.id in effect.milestone_ids and step.completed != effect.done:
            done[step.id] = effect.done
            again = tell_next(step.due_date, zone, now) if step.due_date is not None else None
            change_milestone(
                session, step.id, completed=effect.done, completed_at=now if effect.done else None,
                tell_at=None if effect.done else again,
            )  # fmt: skip
            ticked.append(step.title)
    values = _how_far(row, list(done.values()))
    action = Deed.MILESTONE_DONE if effect.done else Deed.MILESTONE_OPENED
    return Changed(action, {"milestones": ticked, "progress": values["progress"]}, values)


def _how_far(row: Row[Any], done: list[bool]) -> dict[str, Any]:
    """What is closed stays so."""
    status = row.status if row.status == EngagementStatus.CLOSED else _status(done)
    return {"progress": progress(done), "status": status}


def _status(done: list[bool]) -> EngagementStatus:
    return EngagementStatus.COMPLETED if done and all(done) else EngagementStatus.PLANNING


def _move(session: Session, effect: MoveMilestone, circumstances: Circumstances, profile: Profile) -> Changed:
    step = next((one for one in milestones_of(session, [effect.engagement_id]) if one.id == effect.milestone_id), None)
    if step is None:
        raise LostRace
    tell_at = None if step.completed else tell_next(effect.due, profile.business.zone, circumstances.now)
    change_milestone(session, step.id, due_date=effect.due, is_moved=True, is_late=False, tell_at=tell_at)
    data = {"milestone": step.title, "before": _iso(step.due_date), "after": effect.due.isoformat()}
    return Changed(Deed.MILESTONE_MOVED, data, {})


def _add(
    session: Session, effect: AddMilestone, row: Row[Any], circumstances: Circumstances, profile: Profile
) -> Changed:
    steps = milestones_of(session, [effect.engagement_id])
    title = effect.title[:LONGEST_TITLE]
    own = sum(step.days is None for step in steps)
    tell_at = tell_next(effect.due, profile.business.zone, circumstances.now) if effect.due is not None else None
    step = {
        "engagement_id": effect.engagement_id, "key": f"own_{own + 1}", "title": title, "description": "",
        "position": max((step.position for step in steps), default=-1) + 1, "days": None, "due_date": effect.due,
        "is_moved": True, "tell_at": tell_at,
    }  # fmt: skip
    add_milestones(session, [step])
    values = _how_far(row, [one.completed for one in steps] + [False])
    return Changed(Deed.MILESTONE_ADDED, {"milestone": title, "due": _iso(effect.due)}, values)


def _set(session: Session, effect: SetDetail, row: Row[Any], circumstances: Circumstances, profile: Profile) -> Changed:
    answers, now = answers_of({effect.detail: effect.value}), circumstances.now
    data = {"detail": effect.detail, "after": effect.value}
    match effect.detail:
        case Detail.NAME:
            change_record(session, row.record_id, now, name=answers.name, name_key=name_key(answers.name))
            return Changed(Deed.DETAIL_CHANGED, data | {"before": row.name}, {"name": answers.name})
        case Detail.EVENT_DATE:
            _move_open(session, row, answers.event_date, circumstances, profile)
            before = {"before": _iso(row.event_date)}
            return Changed(Deed.EVENT_MOVED, data | before, {"event_date": answers.event_date})
        case Detail.VENUE:
            return Changed(Deed.DETAIL_CHANGED, data | {"before": row.venue}, {"venue": answers.venue})
        case Detail.GUESTS:
            return Changed(Deed.DETAIL_CHANGED, data | {"before": row.guests}, {"guests": answers.guests})
        case Detail.BUDGET:
            _split_again(session, row, answers.budget)
            change_record(session, row.record_id, now, budget=answers.budget_said)
            values = {"budget": answers.budget, "currency": answers.currency or row.currency}
            return Changed(Deed.DETAIL_CHANGED, data | {"before": row.budget}, values)
        case Detail.EMAIL:
            change_record(session, row.record_id, now, email=answers.email, email_key=_free_key(session, row, answers))
            return Changed(Deed.DETAIL_CHANGED, data | {"before": row.email}, {})
        case Detail.REQUESTS:
            return Changed(Deed.DETAIL_CHANGED, data | {"before": row.requests}, {"requests": answers.requests})
        case _:
            assert_never(effect.detail)


def _move_open(
    session: Session, row: Row[Any], event: date | None, circumstances: Circumstances, profile: Profile
) -> None:
    """The open milestones follow the event; what a person has given a day keeps it."""
    zone, now = profile.business.zone, circumstances.now
    today = now.astimezone(zone).date()
    for step in milestones_of(session, [row.id]):
        if step.completed or step.is_moved or step.days is None:
            continue
        due, is_late = due_day(event, step.days, today) if event is not None else (None, False)
        tell_at = tell_next(due, zone, now) if due is not None and row.status != EngagementStatus.CLOSED else None
        change_milestone(session, step.id, due_date=due, is_late=is_late, tell_at=tell_at)


def _split_again(session: Session, row: Row[Any], budget: int | None) -> None:
    kind = kind_named(row.kind)
    parts = dict(zip((share.key for share in kind.shares), parts_of(kind, budget), strict=True)) if kind else {}
    for line in lines_of(session, [row.id]):
        change_budget_line(session, line.id, planned=parts.get(line.key))


def _spend(session: Session, effect: Spend) -> Changed:
    line = next((one for one in lines_of(session, [effect.engagement_id]) if one.key == effect.line), None)
    if line is None:
        raise LostRace
    change_budget_line(session, line.id, spent=line.spent + effect.amount.amount)
    return Changed(
        Deed.SPENT, {"line": line.title, "amount": effect.amount.amount, "currency": effect.amount.currency}, {}
    )


def _free_key(session: Session, row: Row[Any], answers: Answers) -> str | None:
    """The address as the one name of this record; None where it is another record's already."""
    key = answers.email.lower() or None
    alike = records_like(session, row.coordinator_id, key, None, "")
    return None if any(one.id != row.record_id and one.email_key == key for one in alike) else key


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
