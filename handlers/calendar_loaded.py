"""[[calendars]] of business.toml: what may stand there, loaded into the tables and dumped from them again."""

from collections.abc import Mapping
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from models.busy_times import forget_busy
from models.calendar_events import forget_events
from models.calendars import CalendarKind, all_calendars, calendars, make_due

_SCHEMES = {CalendarKind.CALDAV: ("", "http", "https"), CalendarKind.ICS: ("http", "https", "webcal", "webcals")}
_ELSEWHERE = ("staff_id", "kind", "address")
"""Where one of these differs, it is another calendar: what we knew of it is nothing any more."""


class CalendarTable(BaseModel):
    """`address`: of a caldav calendar, its URL or its path behind CALDAV_URL; of a google one, its id; of an ics file,
    its URL. Such a file is only read; of the others `writes` says whether bookings stand there too."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    staff: str
    kind: CalendarKind
    address: Annotated[str, Field(min_length=1, max_length=500, pattern=r"^\S+$")]
    reads: bool = True
    writes: bool | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.kind is CalendarKind.ICS and self.writes:
            raise ValueError("an ics file can only be read: leave writes out, or make it a caldav or google calendar")
        if not self.reads and not self.is_written:
            raise ValueError("it neither reads nor writes: leave it out")
        schemes = _SCHEMES.get(self.kind)
        if schemes is None:
            return self
        try:
            parts = urlsplit(self.address)
        except ValueError:
            raise ValueError("its address cannot be read") from None
        if parts.scheme not in schemes or (parts.scheme and not parts.hostname):
            raise ValueError("wanted an address that begins with https://" + (", or a path" if "" in schemes else ""))
        if parts.username or parts.password:
            raise ValueError("no name or password in an address: CALDAV_USERNAME and CALDAV_PASSWORD are for that")
        return self

    @property
    def is_written(self) -> bool:
        return self.kind is not CalendarKind.ICS if self.writes is None else self.writes


def check_calendars(tables: tuple[CalendarTable, ...], staff: set[str]) -> None:
    """Raises ValueError where they do not fit together, or to the staff."""
    keys = [table.key for table in tables]
    if twice := {key for key in keys if keys.count(key) > 1}:
        raise ValueError(f"calendar {', '.join(sorted(twice))}: given twice")
    if missing := {table.staff for table in tables} - staff:
        raise ValueError(f"calendar: staff {', '.join(sorted(missing))} is not in the file")
    where = [(table.kind, table.address) for table in tables]
    if same := {table.key for table in tables if where.count((table.kind, table.address)) > 1}:
        raise ValueError(f"calendars {', '.join(sorted(same))} have one address: one calendar is of one person")


def calendars_loaded(
    session: Session, tables: tuple[CalendarTable, ...], staff_ids: Mapping[str, int], changes: list[str]
) -> None:
    """Bring the table to what the file says; a line for each difference there was. What is read no more keeps nothing
    busy any more."""
    there = {row.name_key: row for row in session.execute(select(calendars))}
    for table in tables:
        values = {
            "staff_id": staff_ids[table.staff], "kind": table.kind, "address": table.address,
            "reads": table.reads, "writes": table.is_written, "active": True,
        }  # fmt: skip
        if table.key not in there:
            session.execute(insert(calendars).values(name_key=table.key, broken_events=[], **values))
            changes.append(f"+ calendar {table.key}")
            continue
        row = there[table.key]
        differing = [name for name, value in values.items() if getattr(row, name) != value]
        if differing:
            session.execute(update(calendars).where(calendars.c.id == row.id).values(**values))
            _forget(session, row.id, elsewhere=bool({*differing} & {*_ELSEWHERE}), reads=table.reads)
            changes.append(f"~ calendar {table.key}: {', '.join(differing)}")
    wanted = {table.key for table in tables}
    for key, row in there.items():
        if row.active and key not in wanted:
            session.execute(update(calendars).where(calendars.c.id == row.id).values(active=False))
            _forget(session, row.id, elsewhere=False, reads=False)
            changes.append(f"- calendar {key}")


def calendars_dumped(session: Session, staff_keys: Mapping[int, str]) -> list[dict[str, Any]]:
    """What calendars_loaded() would find no difference in."""
    return [
        {
            "key": row.name_key, "staff": staff_keys[row.staff_id], "kind": row.kind.value, "address": row.address,
            **({} if row.reads else {"reads": False}),
            **({} if row.writes or row.kind is CalendarKind.ICS else {"writes": False}),
        }
        for row in all_calendars(session)
        if row.staff_id in staff_keys
    ]  # fmt: skip


def _forget(session: Session, calendar_id: int, *, elsewhere: bool, reads: bool) -> None:
    if elsewhere or not reads:
        forget_busy(session, [calendar_id])
    if elsewhere:
        forget_events(session, calendar_id)
    make_due(session, [calendar_id])
