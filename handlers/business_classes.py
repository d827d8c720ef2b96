"""[[classes]] of business.toml: what may stand there, and the single class sessions that it means."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from conversations.rules.availability import WallTime, wall_time
from handlers.business_hours import DAYS

MOST_SESSIONS = 520
WEEKS = 26
"""How long what repeats goes on where no `until` is given."""
_WEEKLY = re.compile(r"^([a-z]{3}) +(\d\d:\d\d)$")


def _written(moment: object) -> object:
    """TOML's own dates and times as the text that they would be."""
    if isinstance(moment, datetime):
        return f"{moment:%Y-%m-%d %H:%M}"
    return moment.isoformat() if isinstance(moment, date) else moment


def _moment(text: str, *, or_day: bool = False) -> datetime | date:
    wanted = '"2026-12-01 18:00"' + (' or "2026-12-01"' if or_day else "")
    try:
        if or_day and len(text) == len("2026-12-01"):
            return date.fromisoformat(text)
        return datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - wall time: its zone is the teacher's
    except ValueError:
        raise ValueError(f'"{text}": wanted {wanted}') from None


def _weekly(line: str) -> tuple[int, time]:
    """ "Mon 18:00" → (0, 18:00)."""
    found = _WEEKLY.match(line.strip().lower())
    try:
        if found is None:
            raise ValueError
        return DAYS.index(found.group(1)), time.fromisoformat(found.group(2))
    except ValueError:
        raise ValueError(f'"{line}": wanted a day and a time such as "Mon 18:00"') from None


Text = Annotated[str, BeforeValidator(_written)]


class ClassTable(BaseModel):
    """One class (`starts`), or one that repeats (`weekly`, between `from` and `until`, both inclusive, but not at
    `except`: days, or single starts). Wall time in the teacher's zone. Several tables may share a key, so that some
    sessions of one course have another title or more seats."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)

    key: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    service: str
    staff: str
    title: Annotated[str, Field(max_length=120)] = ""
    starts: Text = ""
    weekly: tuple[str, ...] = ()
    first: Annotated[Text, Field(alias="from")] = ""
    until: Text = ""
    but_not: Annotated[tuple[Text, ...], Field(alias="except")] = ()
    capacity: Annotated[int, Field(ge=1, le=500)]
    minutes: Annotated[int, Field(ge=5, le=24 * 60)] | None = None
    meeting_provider: Annotated[str, Field(max_length=40)] = ""
    meeting_link: Annotated[str, Field(max_length=500, pattern=r"^(https?://\S+)?$")] = ""
    meeting_passcode: Annotated[str, Field(max_length=80)] = ""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if bool(self.starts) == bool(self.weekly):
            raise ValueError(f"classes {self.key}: give either starts, for one class, or weekly")
        if self.starts and (self.first or self.until or self.but_not):
            raise ValueError(f"classes {self.key}: from, until and except belong to weekly")
        if self.weekly and not self.first:
            raise ValueError(f'classes {self.key}: from is missing, such as from = "2026-12-01"')
        try:
            self.sessions()
        except ValueError as error:
            raise ValueError(f"classes {self.key}: {error}") from None
        return self

    def sessions(self) -> tuple[datetime, ...]:
        """The wall times at which it is held, in order. Raises ValueError."""
        if self.starts:
            one = _moment(self.starts)
            assert isinstance(one, datetime)
            return (one,)
        first, last = self._days()
        if (last - first).days // 7 * len(self.weekly) > MOST_SESSIONS:
            raise ValueError(f"more than {MOST_SESSIONS} sessions")
        found = sorted(_each_week(map(_weekly, self.weekly), first, last))
        if twice := [str(start) for start, many in Counter(found).items() if many > 1]:
            raise ValueError(f"{twice[0][:-3]} is given twice")
        for text in self.but_not:
            left_out = _moment(text, or_day=True)
            kept = [start for start in found if left_out not in (start, start.date())]
            if len(kept) == len(found):
                raise ValueError(f'except "{text}": there is no class then')
            found = kept
        if not found:
            raise ValueError("there is no such day between from and until")
        if len(found) > MOST_SESSIONS:
            raise ValueError(f"more than {MOST_SESSIONS} sessions")
        return tuple(found)

    def _days(self) -> tuple[date, date]:
        try:
            first = date.fromisoformat(self.first)
            last = date.fromisoformat(self.until) if self.until else first + timedelta(weeks=WEEKS)
        except (ValueError, OverflowError):
            raise ValueError('from and until are dates such as "2026-12-01"') from None
        if last < first:
            raise ValueError(f"it ends ({last}) before it begins ({first})")
        return first, last

    def written_for(self, start: datetime) -> str:
        """The line of the file that this session comes from."""
        days = (line for line in self.weekly if _weekly(line) == (start.weekday(), start.time()))
        return next(days, self.starts)


def check_classes(
    tables: tuple[ClassTable, ...], gives: Mapping[str, tuple[str, ...]], zones: Mapping[str, ZoneInfo]
) -> None:
    """`gives`: who gives each service that is had in classes; `zones`: everybody's. Raises ValueError where they do not
    fit to them, or to each other."""
    taken: set[str] = set()
    for table in tables:
        what = f"classes {table.key}"
        if table.service not in gives:
            raise ValueError(f'{what}: service {table.service} is not in the file with booking_type = "group_session"')
        if table.staff not in zones:
            raise ValueError(f"{what}: staff {table.staff} is not in the file")
        if table.staff not in gives[table.service]:
            raise ValueError(f"{what}: {table.staff} is not among the staff of service {table.service}")
        for start in table.sessions():
            if (name := name_of(table.key, start)) in taken:
                raise ValueError(f"{what}: {start:%Y-%m-%d %H:%M} is given twice")
            taken.add(name)
            if wall_time(start.date(), start.time(), zones[table.staff]) is WallTime.GAP:
                raise ValueError(
                    f'{what}: "{table.written_for(start)}": there is no {start:%H:%M} on {start:%Y-%m-%d} in'
                    f" {zones[table.staff].key}, for the clocks go forward"
                )


def name_of(key: str, start: datetime) -> str:
    """What a session of the file is called in the table."""
    return f"{key}@{start:%Y-%m-%dT%H:%M}"


def _each_week(lines: Iterable[tuple[int, time]], first: date, last: date) -> Iterator[datetime]:
    for weekday, at in lines:
        day = first + timedelta(days=(weekday - first.weekday()) % 7)
        while day <= last:
            yield datetime.combine(day, at)
            day += timedelta(days=7)


def written_classes(starts: Iterable[datetime], said: Mapping[str, Any]) -> dict[str, Any]:
    """The table that says `said` of these sessions, as short as sessions() reads it."""
    found = sorted(starts)
    if len(found) == 1:
        return {**said, "starts": f"{found[0]:%Y-%m-%d %H:%M}"}
    weekly = sorted({(start.weekday(), start.time()) for start in found})
    first, last = found[0].date(), found[-1].date()
    left_out = sorted(set(_each_week(weekly, first, last)) - set(found))
    lines = {
        "weekly": [f"{DAYS[weekday].title()} {at:%H:%M}" for weekday, at in weekly],
        "from": first.isoformat(),
        "until": last.isoformat(),
        **({"except": [f"{start:%Y-%m-%d %H:%M}" for start in left_out]} if left_out else {}),
    }
    return {**said, **lines}
