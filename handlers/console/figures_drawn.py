"""The figures of the last days: who came how far, how long answers take, who came, what was paid, what texts cost."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.dialogue import State
from conversations.money import major_units
from models.figures import carried, decided, furthest, refilled, taken, visits
from models.ledger import Account
from models.outbox import LOST

FUNNEL = (State.SERVICE_SELECTED, State.DATE_SELECTED, State.TIME_SELECTED, State.CONFIRMED, State.COMPLETED)
_NOT_HELD = (BookingStatus.DECLINED, BookingStatus.EXPIRED, BookingStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart. `share` is of the longest one, from 0 to 1; `behind` where the real ones are listed."""

    name: str
    count: int
    share: float
    words: str
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of so many days, of which today is the last."""

    days: int
    funnel: tuple[Bar, ...]
    requests: tuple[Bar, ...]
    answer_minutes: float | None
    """How long half of the requests waited at most; None where none was answered."""
    visits: tuple[Bar, ...]
    no_show_share: float | None
    revenue: tuple[tuple[str, tuple[Bar, ...], str], ...]
    """By currency: what came in each week less what went back, and the sum of it."""
    waitlist: tuple[Bar, ...]
    channels: tuple[Bar, ...]
    segments: int


def figures_of(session: Session, days: int, now: datetime, zone: ZoneInfo) -> Figures:
    today = now.astimezone(zone).date()
    first = today - timedelta(days=days - 1)
    since, until = (datetime.combine(day, time(0), zone) for day in (first, today + timedelta(days=1)))
    asked = decided(session, since)
    waited = [(row.decision_at - row.created_at) / timedelta(minutes=1) for row in asked if row.decision_at is not None]
    came = visits(session, since, until)
    held = came.get(BookingStatus.COMPLETED, 0) + came.get(BookingStatus.NO_SHOW, 0)
    texts: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    segments = 0
    for row in carried(session, since):
        texts[row.channel] += row.texts
        lost[row.channel] += row.texts if row.status in LOST else 0
        segments += int(row.segments or 0)
    return Figures(
        days=days,
        funnel=_funnel(furthest(session, since, FUNNEL), f"reached_since={first}"),
        requests=_bars(Counter(str(row.status) for row in asked)),
        answer_minutes=median(waited) if waited else None,
        visits=_bars(
            Counter({str(status): count for status, count in came.items()}),
            f"bookings?status={{}}&since={first}&until={today}",
        ),
        no_show_share=came.get(BookingStatus.NO_SHOW, 0) / held if held else None,
        revenue=_revenue(session, since, now, zone),
        waitlist=_bars(Counter(refilled(session, since))),
        channels=_bars(
            texts, "inbox?channel={}", {name: f"{count} not delivered" for name, count in lost.items() if count}
        ),
        segments=segments,
    )


def _funnel(furthest: dict[int, int], when: str) -> tuple[Bar, ...]:
    """Each step with how many of the step before are lost on the way; whoever is further has been at every step."""
    whole = [sum(people for place, people in furthest.items() if place >= step) for step in range(len(FUNNEL))]
    most = max(whole, default=0) or 1
    bars = []
    for place, (state, count) in enumerate(zip(FUNNEL, whole, strict=True)):
        before = whole[place - 1] if place else 0
        fell = f"{round(100 * (before - count) / before)} % fewer" if before > count else ""
        bars.append(Bar(state.replace("_", " "), count, count / most, fell, f"inbox?reached={state}&{when}"))
    return tuple(bars)


def _bars(counts: Counter[str], behind: str = "", words: dict[str, str] | None = None) -> tuple[Bar, ...]:
    most = max(counts.values(), default=0) or 1
    return tuple(
        Bar(name.replace("_", " "), count, count / most, (words or {}).get(name, ""), behind.format(name))
        for name, count in counts.most_common()
        if count
    )


def _revenue(
    session: Session, since: datetime, now: datetime, zone: ZoneInfo
) -> tuple[tuple[str, tuple[Bar, ...], str], ...]:
    weeks: dict[str, Counter[str]] = {}
    first = since.astimezone(zone).date()
    names = [f"{first + timedelta(days=7 * week):%d %b}" for week in range((now - since) // timedelta(days=7) + 1)]
    for row in taken(session, since):
        week = (row.at.astimezone(zone).date() - first).days // 7
        sign = 1 if row.account == Account.RECEIVED else -1
        weeks.setdefault(row.currency, Counter())[names[min(week, len(names) - 1)]] += sign * row.amount
    found = []
    for currency, sums in sorted(weeks.items()):
        most = max([abs(amount) for amount in sums.values()], default=0) or 1
        bars = tuple(
            Bar(name, sums[name], max(sums[name], 0) / most, f"{major_units(sums[name], currency)} {currency}")
            for name in names
        )  # fmt: skip
        found.append((currency, bars, f"{major_units(sum(sums.values()), currency)} {currency}"))
    return tuple(found)
