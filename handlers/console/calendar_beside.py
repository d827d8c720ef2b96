"""What a calendar shows beside its bookings: blocked time, days away, times that are held, and when nobody works."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from conversations.business import Staff
from conversations.rules.opening import ONE_DAY, Stretch, day_of, open_stretches
from models.blocks import blocks_between
from models.claims import Holder
from models.time_held import times_held

MOST_HELD = 2000
BLOCKED, AWAY, HELD, BUSY = "blocked", "away", "held", "busy"
_KINDS = {Holder.CALENDAR: BUSY}
_WORDS = {
    Holder.CONVERSATION: "while a client answers", Holder.OFFER: "offered to the waiting list",
    Holder.CALENDAR: "in another calendar",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Aside:
    """Time of these people that is not free though nothing is booked in it; `words` say why. Times are aware."""

    kind: str
    staff_ids: tuple[int, ...]
    staff: str
    start: datetime
    end: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Beside:
    """Of all the people shown: what is not free, and when each of them works."""

    asides: tuple[Aside, ...] = ()
    works: tuple[tuple[int, tuple[Stretch, ...]], ...] = ()

    def of(self, staff_id: int) -> "Beside":
        """The same of one of them alone."""
        mine = tuple(aside for aside in self.asides if staff_id in aside.staff_ids)
        return Beside(mine, tuple(one for one in self.works if one[0] == staff_id))

    @property
    def hours(self) -> list[Stretch]:
        """When anybody works."""
        return [stretch for _, stretches in self.works for stretch in stretches]


def beside(
    session: Session, staff: Sequence[Staff], start: datetime, end: datetime, now: datetime, *, together: bool
) -> Beside:
    """What touches [start, end). `together`: what several have at the same time, for the same reason, is one."""
    names = {one.id: one.name for one in staff}
    if not names:
        return Beside()
    first, last = start.date() - ONE_DAY, end.date() + ONE_DAY
    found = [
        *(_away(staff, first, last)),
        *(
            Aside(BLOCKED, (row.staff_id,), names[row.staff_id], row.start_at, row.end_at, row.reason)
            for row in blocks_between(session, list(names), start, end)
        ),
        *(
            Aside(_KINDS.get(row.holder, HELD), (row.staff_id,), names[row.staff_id], row.start_at, row.end_at, words)
            for row in times_held(session, list(names), start, end, now, MOST_HELD)
            for words in (_WORDS.get(row.holder, f"for #{row.booking_id}"),)
        ),
    ]  # fmt: skip
    asides = _as_one(found, len(names)) if together else found
    return Beside(tuple(asides), tuple((one.id, tuple(open_stretches(one, first, last))) for one in staff))


def _away(staff: Iterable[Staff], first: date, last: date) -> Iterator[Aside]:
    """The weekly hours that fall out on a day which is closed to somebody."""
    for one in staff:
        usual = Staff(one.id, one.name, one.zone, one.shifts)
        for day in (first + timedelta(days=i) for i in range((last - first).days + 1)):
            there = day_of(one, day)
            if there.hours or not (there.holiday or day in one.dates):
                continue
            for start, end in open_stretches(usual, day, day):
                yield Aside(AWAY, (one.id,), one.name, start, end, there.holiday)


def _as_one(found: Iterable[Aside], people: int) -> Iterator[Aside]:
    """What several people have alike, with all of their names."""
    alike: dict[tuple[str, datetime, datetime, str], list[Aside]] = {}
    for one in found:
        alike.setdefault((one.kind, one.start, one.end, one.words), []).append(one)
    for (kind, start, end, words), those in alike.items():
        staff_ids = tuple(dict.fromkeys(number for one in those for number in one.staff_ids))
        names = ", ".join(dict.fromkeys(one.staff for one in those))
        yield Aside(kind, staff_ids, "everybody" if 1 < people == len(staff_ids) else names, start, end, words)
