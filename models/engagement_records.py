"""The rows of engagements: read by number, by person and by day, changed as long as nobody else was faster."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from conversations.engagements.states import OPEN, EngagementStatus, RecordStatus
from models.claims import LostRace
from models.clients import clients
from models.engagements import activity_log, budget_lines, client_records, engagements, milestones
from models.insert import changed_rows, insert_row
from models.prepared import prepared

PLANNING = EngagementStatus.PLANNING


def records_like(
    session: Session, coordinator_id: int, email_key: str | None, phone: str | None, name_key: str
) -> list[Row[Any]]:
    """The coordinator's records with this email, phone or name, oldest first, each with its open engagements (a row for
    each): `open_id`, `open_kind`, `open_date`."""
    alike = [
        column == value
        for column, value in (
            (client_records.c.name_key, name_key), (client_records.c.email_key, email_key),
            (client_records.c.phone, phone),
        )
        if value
    ]  # fmt: skip
    if not alike:
        return []
    opened = (engagements.c.record_id == client_records.c.id) & engagements.c.status.in_(OPEN)
    statement = (
        select(
            client_records,
            engagements.c.id.label("open_id"),
            engagements.c.kind.label("open_kind"),
            engagements.c.event_date.label("open_date"),
        )
        .outerjoin(engagements, opened)
        .where(client_records.c.coordinator_id == coordinator_id, or_(*alike))
    )
    return list(session.execute(statement.order_by(client_records.c.id, engagements.c.id)))


def add_record(session: Session, now: datetime, **values: Any) -> int:
    return insert_row(session, client_records, created_at=now, updated_at=now, **values)


def change_record(session: Session, record_id: int, now: datetime, **values: Any) -> None:
    session.execute(update(client_records).where(client_records.c.id == record_id).values(updated_at=now, **values))


def back_to_lead(session: Session, record_id: int, closed_id: int, now: datetime) -> None:
    """Nobody's client any more, unless another engagement of theirs than the one that is closed goes on."""
    others = select(engagements.c.id).where(
        engagements.c.record_id == record_id, engagements.c.id != closed_id, engagements.c.status.in_(OPEN)
    )
    mine = client_records.c.id == record_id, ~others.exists()
    session.execute(update(client_records).where(*mine).values(status=RecordStatus.LEAD, updated_at=now))


def add_engagement(session: Session, now: datetime, **values: Any) -> int:
    return insert_row(
        session, engagements, version=1, status=PLANNING, progress=0, created_at=now, updated_at=now, **values
    )


def change_engagement(session: Session, engagement_id: int, version: int, now: datetime, **values: Any) -> None:
    """Raises LostRace where it has changed since it was read."""
    mine = engagements.c.id == engagement_id, engagements.c.version == version
    changed = update(engagements).where(*mine).values(version=version + 1, updated_at=now, **values)
    if changed_rows(session, changed) != 1:
        raise LostRace


def add_milestones(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.execute(milestones.insert(), list(rows))


def change_milestone(session: Session, milestone_id: int, **values: Any) -> None:
    session.execute(update(milestones).where(milestones.c.id == milestone_id).values(**values))


def add_budget_lines(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.execute(budget_lines.insert(), list(rows))


def take_telling(session: Session, milestone_id: int, read: datetime, tell_at: datetime | None) -> bool:
    """Tell of it, and then next at `tell_at`; False where another tells of it, or it was changed since it was read."""
    mine = milestones.c.id == milestone_id, milestones.c.tell_at == read
    return changed_rows(session, update(milestones).where(*mine).values(tell_at=tell_at)) == 1


def put_off_tellings(session: Session, engagement_id: int, now: datetime, later: datetime) -> None:
    """What was to be told of this engagement by now is told later."""
    due = milestones.c.engagement_id == engagement_id, milestones.c.tell_at <= now
    session.execute(update(milestones).where(*due).values(tell_at=later))


def change_budget_line(session: Session, line_id: int, **values: Any) -> None:
    session.execute(update(budget_lines).where(budget_lines.c.id == line_id).values(**values))


def log_activities(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    session.execute(activity_log.insert(), list(rows))


def lock_engagement(session: Session, engagement_id: int) -> None:
    """Nobody else who locks it changes it until the transaction ends."""
    mine = select(engagements.c.id).where(engagements.c.id == engagement_id)
    session.execute(mine.with_for_update(key_share=True))


def engagement_by_id(session: Session, engagement_id: int) -> Row[Any] | None:
    return session.execute(_whole().where(engagements.c.id == engagement_id)).one_or_none()


def open_engagements(session: Session, coordinator_ids: Iterable[int], limit: int) -> list[Row[Any]]:
    """Those under way of these coordinators, the soonest event first; those without a day last."""
    statement = _whole().where(engagements.c.coordinator_id.in_(list(coordinator_ids)), engagements.c.status.in_(OPEN))
    by_day = statement.order_by(engagements.c.event_date.is_(None), engagements.c.event_date, engagements.c.id)
    return list(session.execute(by_day.limit(limit)))


def engagements_of_client(session: Session, client_id: int, limit: int) -> list[Row[Any]]:
    """A client's own that are under way, the soonest event first."""
    statement = _whole().where(client_records.c.client_id == client_id, engagements.c.status.in_(OPEN))
    return list(session.execute(statement.order_by(engagements.c.event_date, engagements.c.id).limit(limit)))


def milestones_of(session: Session, engagement_ids: Sequence[int]) -> list[Row[Any]]:
    """In their order."""
    statement = select(milestones).where(milestones.c.engagement_id.in_(list(engagement_ids)))
    return list(session.execute(statement.order_by(milestones.c.engagement_id, milestones.c.position)))


def lines_of(session: Session, engagement_ids: Sequence[int]) -> list[Row[Any]]:
    statement = select(budget_lines).where(budget_lines.c.engagement_id.in_(list(engagement_ids)))
    return list(session.execute(statement.order_by(budget_lines.c.engagement_id, budget_lines.c.position)))


def activities_of(session: Session, engagement_id: int, limit: int) -> list[Row[Any]]:
    """Newest first."""
    mine = select(activity_log).where(activity_log.c.engagement_id == engagement_id)
    return list(session.execute(mine.order_by(activity_log.c.id.desc()).limit(limit)))


def activity_by_id(session: Session, activity_id: int) -> Row[Any] | None:
    return session.execute(select(activity_log).where(activity_log.c.id == activity_id)).one_or_none()


def last_activity(session: Session, engagement_id: int, action: str) -> Row[Any] | None:
    mine = activity_log.c.engagement_id == engagement_id, activity_log.c.action == action
    return session.execute(select(activity_log).where(*mine).order_by(activity_log.c.id.desc()).limit(1)).first()


def engagements_to_tell(session: Session, now: datetime, limit: int) -> list[int]:
    """Those under way of which a milestone is to be told by now."""
    return list(session.execute(_TO_TELL, {"now": now, "most": limit}).scalars())


_TO_TELL = prepared(
    select(func.min(milestones.c.engagement_id))
    .where(milestones.c.tell_at <= bindparam("now"))
    .group_by(milestones.c.engagement_id + 0)  # see conversations_due()
    .limit(bindparam("most"))
)


@cache
def _whole() -> Select[Any]:
    """Engagements with their records and the clients who text of them."""
    return (
        select(
            engagements, client_records.c.email.label("email"), client_records.c.phone.label("phone"),
            client_records.c.client_id.label("client_id"), clients.c.name.label("client_name"),
        )
        .join(client_records, client_records.c.id == engagements.c.record_id)
        .outerjoin(clients, clients.c.id == client_records.c.client_id)
    )  # fmt: skip


def record_by_id(session: Session, record_id: int) -> Row[Any] | None:
    return session.execute(select(client_records).where(client_records.c.id == record_id)).one_or_none()


def newest_engagement(session: Session) -> int:
    """The number of the last one that was opened; 0 where none was."""
    return int(session.execute(select(func.max(engagements.c.id))).scalar_one() or 0)


def opened_by_hand_since(session: Session, engagement_id: int, name: str) -> int | None:
    """The number of the first one that was opened by hand since that one, for somebody of this name."""
    own = engagements.c
    mine = own.id > engagement_id, own.booking_id.is_(None), own.name == name
    return session.execute(select(own.id).where(*mine).order_by(own.id).limit(1)).scalar_one_or_none()
