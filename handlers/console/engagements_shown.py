"""Engagements as operators read them: the list with the next step of each, one with everything that is kept of it, and
the openings that were tried in vain."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from conversations.engagements import kind_named
from conversations.engagements.kinds import Detail
from conversations.engagements.named import details_of, line_title, milestone_title
from conversations.engagements.values import shown_value
from conversations.engagements.views import ActivityView, EngagementView, MilestoneView
from conversations.languages.render import money_text, render
from conversations.money import Money
from conversations.replies import Reply, say
from handlers.circumstances import Circumstances
from handlers.engagement_views import activity_view, engagement_views
from handlers.profile import Profile
from models.engagement_listing import Place, Standing, engagements_listed
from models.engagement_records import activities_of, engagement_by_id
from models.engagement_work import failed_work

PAGE = 30
MOST_FAILED, MOST_LOGGED = 100, 200
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Step:
    """One milestone."""

    id: int
    title: str
    due: date | None
    is_overdue: bool
    completed: bool
    completed_at: datetime | None
    tells_client: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One engagement of the list, and its open milestone that is due first."""

    id: int
    ref: str
    kind: str
    name: str
    client: str
    event_date: date | None
    status: str
    done: int
    all: int
    next: Step | None
    booking_id: int | None


@dataclass(frozen=True, slots=True)
class Failed:
    """What a booking should have opened, and why it was given up."""

    booking_id: int
    kind: str
    name: str
    tries: int
    error: str


@dataclass(frozen=True, slots=True)
class Share:
    """One line of the budget."""

    key: str
    title: str
    percent: int
    planned: Money | None
    spent: Money

    @property
    def is_over(self) -> bool:
        return self.planned is not None and self.spent.amount > self.planned.amount


@dataclass(frozen=True, slots=True)
class Kept:
    """One detail: what it is called, by which word SET knows it, and its value; "" where it is open."""

    word: str
    value: str


@dataclass(frozen=True, slots=True)
class Logged:
    """One line of the activity log: what was done, and with what."""

    at: datetime
    who: str
    what: str
    with_what: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """An engagement with everything that is kept of it."""

    line: Line
    view: EngagementView
    kept: tuple[Kept, ...]
    steps: tuple[Step, ...]
    shares: tuple[Share, ...]
    spent: Money
    log: tuple[Logged, ...]


def engagement_lines(
    session: Session, standing: Standing, kind: str, behind: Place | None, circumstances: Circumstances,
    limit: int = PAGE,
) -> tuple[list[Line], Place | None]:  # fmt: skip
    """A page of the list, and behind which engagement the next one begins; None on the last."""
    profile = circumstances.profiles.current(session)
    today = circumstances.now.astimezone(profile.business.zone).date()
    rows = list(engagements_listed(session, standing, kind, behind, today, limit + 1))
    views = engagement_views(session, rows[:limit], profile)
    last = Place(rows[limit - 1].event_date, rows[limit - 1].id) if len(rows) > limit else None
    return [_line(view, today, profile) for view in views], last


def failed_openings(session: Session) -> list[Failed]:
    """The oldest booking first."""
    return [
        Failed(row.booking_id, _kind(row.kind), row.brief.get(Detail.NAME, ""), row.tries, row.error)
        for row in failed_work(session, MOST_FAILED)
    ]


def whole_engagement(session: Session, engagement_id: int, circumstances: Circumstances) -> Whole | None:
    """None where there is no such engagement, or its kind is shipped no more."""
    row, profile = engagement_by_id(session, engagement_id), circumstances.profiles.current(session)
    view = next(iter(engagement_views(session, [row], profile)), None) if row is not None else None
    if view is None:
        return None
    today = circumstances.now.astimezone(profile.business.zone).date()
    steps = sorted(view.milestones, key=lambda one: one.due or date.max)
    own = profile.business.language
    return Whole(
        line=_line(view, today, profile), view=view, kept=_kept(view),
        steps=tuple(_step(one, view, today, own) for one in steps),
        shares=tuple(
            Share(one.key, line_title(one, view.kind, ENGLISH, own), one.percent, one.planned, one.spent)
            for one in view.lines
        ),
        spent=Money(sum(one.spent.amount for one in view.lines), view.currency),
        log=tuple(
            _logged(activity_view(one, profile), view) for one in activities_of(session, engagement_id, MOST_LOGGED)
        ),
    )  # fmt: skip


def _line(view: EngagementView, today: date, profile: Profile) -> Line:
    own = profile.business.language
    first = view.next_milestone()
    return Line(
        id=view.id, ref=view.ref, kind=view.kind.name(ENGLISH, own), name=view.name, client=view.client,
        event_date=view.event_date, status=view.status, done=sum(one.completed for one in view.milestones),
        all=len(view.milestones), next=_step(first, view, today, own) if first is not None else None,
        booking_id=view.booking_id,
    )  # fmt: skip


def _step(one: MilestoneView, view: EngagementView, today: date, own: str) -> Step:
    return Step(
        one.id, milestone_title(one, view.kind, ENGLISH, own), one.due, one.is_overdue(today), one.completed,
        one.completed_at, one.tells_client,
    )  # fmt: skip


def _kept(view: EngagementView) -> tuple[Kept, ...]:
    values = {
        Detail.NAME: view.name,
        Detail.EVENT_DATE: render(say("dated", day=view.event_date), ENGLISH) if view.event_date is not None else "",
        Detail.VENUE: view.venue,
        Detail.GUESTS: str(view.guests) if view.guests is not None else "",
        Detail.BUDGET: money_text(view.budget, ENGLISH) if view.budget is not None else "",
        Detail.EMAIL: view.email,
        Detail.REQUESTS: view.requests,
    }
    return tuple(Kept(_detail(one), values[one]) for one in details_of(view.kind))


def _detail(detail: Detail) -> str:
    return render(say(f"detail_{detail}"), ENGLISH)


def _kind(said: str) -> str:
    """By its name, where it is shipped still."""
    kind = kind_named(said)
    return kind.name(ENGLISH) if kind is not None else said


def _logged(one: ActivityView, view: EngagementView) -> Logged:
    by_client, by_itself = one.who.startswith("client:"), one.who == "system"
    who = view.client if by_client else "the desk itself" if by_itself else one.who
    said = {name: value for name, value in one.data.items() if value not in (None, "", []) and name != "currency"}
    currency, detail = str(one.data.get("currency") or view.currency), str(one.data.get("detail", ""))
    with_what = tuple((name.replace("_", " "), _text(name, said[name], detail, currency)) for name in said)
    return Logged(one.at, who, one.action.replace("_", " "), with_what)


def _text(name: str, value: object, detail: str, currency: str) -> str:
    """A value of the log, as people read it."""
    is_budget = detail == Detail.BUDGET and name in ("before", "after")
    if isinstance(value, int) and (is_budget or name in ("amount", "budget")):
        return money_text(Money(value, currency), ENGLISH)
    if is_budget:
        shown = shown_value(Detail.BUDGET, str(value))
        return render(shown, ENGLISH) if isinstance(shown, Reply) else str(shown)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
