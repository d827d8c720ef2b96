"""Engagements: the whole jobs that bookings open, with their milestones, budgets and logs."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from bot.api.deeds import done
from bot.api.endpoint import DESK, READERS, Call, endpoint
from bot.api.engagements_written import Engagement, FailedOpening, ShortEngagement, short, whole
from bot.api.payments import OFFICE
from bot.api.problems import Problem, missing
from bot.api.session_wishes import Reason
from bot.api.values import MOST_MONEY, Input, Page, PageAsked, Text, cursor, number_behind
from bot.api.wishes import EMAIL, PHONE
from conversations.engagements import kind_named, kinds
from conversations.engagements.kinds import Detail
from conversations.languages.render import render
from conversations.money import Money, major_units
from conversations.replies import say
from handlers.console.engagements_shown import engagement_lines, failed_openings, whole_engagement
from models.engagement_listing import Place, Standing
from models.engagement_records import lock_engagement, newest_engagement, opened_by_hand_since

Day = Annotated[str, Field(pattern=r"^2[01][0-9]{2}-[0-9]{2}-[0-9]{2}$")]
_DETAILS = {
    "name": Detail.NAME, "event_date": Detail.EVENT_DATE, "venue": Detail.VENUE, "guests": Detail.GUESTS,
    "budget": Detail.BUDGET, "email": Detail.EMAIL, "requests": Detail.REQUESTS,
}  # fmt: skip


class Listed(PageAsked):
    status: Standing = Field(Standing.UNDER_WAY, description="left out, those under way")
    kind: Annotated[Text, Field(max_length=40)] = ""


class Details(Input):
    """What is left out stays as it is. Another event date moves the open milestones, another budget what is planned."""

    name: Annotated[Text, Field(min_length=1, max_length=120)] | None = None
    event_date: Day | None = None
    venue: Annotated[Text, Field(min_length=1, max_length=200)] | None = None
    guests: int | None = Field(None, ge=1, le=100_000)
    budget: Annotated[Text, Field(min_length=1, max_length=60)] | None = Field(None, description='"50k-100k"')
    email: Annotated[str, Field(pattern=EMAIL, max_length=254)] | None = None
    requests: Annotated[Text, Field(min_length=1, max_length=1000)] | None = None


class ByHand(Details):
    """An engagement without a booking."""

    kind: Annotated[Text, Field(max_length=60)] = Field(description='"wedding", "wedding:beach"')
    name: Annotated[Text, Field(min_length=1, max_length=120)]
    phone: Annotated[str, Field(pattern=PHONE)] | None = None


class Milestones(Input):
    """A milestone's day, or whether it is done. What is left out stays as it is."""

    completed: bool | None = None
    due_date: Day | None = None


class Step(Input):
    title: Annotated[Text, Field(min_length=1, max_length=120)]
    due_date: Day | None = None


class Spent(Input):
    line: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")] = Field(description="its key")
    amount: int = Field(ge=1, le=MOST_MONEY, description="in minor units of the engagement's currency")


@endpoint("GET", "/api/engagements", READERS)
def listed(call: Call, query: Listed) -> Page[ShortEngagement]:
    """Engagements, the soonest event first; those that are closed, the newest first."""
    if query.kind and query.kind not in kinds():
        raise Problem(422, "no_such_kind", f"There are: {', '.join(kinds())}.")
    lines, last = engagement_lines(
        call.session, query.status, query.kind, query.behind(_place), call.circumstances, query.limit
    )
    behind = cursor(last.day.isoformat() if last.day is not None else "", last.id) if last is not None else None
    return Page(items=[short(line) for line in lines], next=behind)


@endpoint("GET", "/api/engagements/failed", OFFICE)
def failed(call: Call) -> Page[FailedOpening]:
    """What bookings should have opened and was given up: the first hundred, the oldest booking first."""
    return Page(items=[FailedOpening.model_validate(one) for one in failed_openings(call.session)])


@endpoint("POST", "/api/engagements/failed/{booking_id}/retry", DESK, status=202)
def retry(call: Call, booking_id: int) -> None:
    """Try once more to make what a booking should have opened."""
    done(call, f"RETRY {booking_id}")


@endpoint("GET", "/api/engagements/{engagement_id}", READERS)
def one(call: Call, engagement_id: int) -> Engagement:
    """One engagement with its milestones, budget and activity."""
    found = whole_engagement(call.session, engagement_id, call.circumstances)
    if found is None:
        raise missing("engagement")
    return whole(found)


def _lock(call: Call, engagement_id: int) -> None:
    """Only what is theirs to see: nobody keeps others waiting by a number."""
    one(call, engagement_id)
    lock_engagement(call.session, engagement_id)


@endpoint("POST", "/api/engagements", DESK, status=201, location="/api/engagements/{id}")
def by_hand(call: Call, body: ByHand) -> Engagement:
    """Open one without a booking."""
    kind = kind_named(body.kind)
    if kind is None:
        raise Problem(422, "no_such_kind", f"There are: {', '.join(kinds())}.")
    name = _plain(body.name)
    parts = [f"{kind.name('en')} {_word(Detail.NAME)} {name}", body.event_date, body.phone, body.email]
    before = newest_engagement(call.session)
    done(call, f"OPEN {', '.join(part for part in parts if part)}")
    made = opened_by_hand_since(call.session, before, name)
    if made is None:
        raise Problem(409, "refused", "It was not opened.")
    return _set(call, made, body, ("venue", "guests", "budget", "requests"))


@endpoint("PUT", "/api/engagements/{engagement_id}", DESK, represents=one, lock=_lock)
def change(call: Call, engagement_id: int, body: Details) -> Engagement:
    """Change what is kept of it."""
    one(call, engagement_id)
    return _set(call, engagement_id, body, tuple(_DETAILS))


@endpoint("POST", "/api/engagements/{engagement_id}/milestones", DESK, represents=one, lock=_lock)
def add_step(call: Call, engagement_id: int, body: Step) -> Engagement:
    """Add a milestone."""
    day = f", {_day(body.due_date)}" if body.due_date is not None else ""
    return _commanded(call, engagement_id, f"ADDSTEP {{}} {_plain(body.title)}{day}")


@endpoint("PUT", "/api/engagements/{engagement_id}/milestones/{milestone_id}", DESK)
def milestone(call: Call, engagement_id: int, milestone_id: int, body: Milestones) -> Engagement:
    """Complete a milestone, open it again, or give it another day."""
    steps = {each.id: each for each in one(call, engagement_id).milestones}
    if milestone_id not in steps:
        raise missing("milestone of this engagement")
    if body.due_date is not None and body.due_date != str(steps[milestone_id].due_date):
        _commanded(call, engagement_id, f"DUE {{}} #{milestone_id} {_day(body.due_date)}", part="due")
    if body.completed is not None and body.completed != steps[milestone_id].completed:
        word = "TICK" if body.completed else "UNTICK"
        _commanded(call, engagement_id, f"{word} {{}} #{milestone_id}", part="tick")
    return one(call, engagement_id)


@endpoint("POST", "/api/engagements/{engagement_id}/spent", DESK, represents=one, lock=_lock)
def spend(call: Call, engagement_id: int, body: Spent) -> Engagement:
    """Write down money that was spent on a line of the budget."""
    found = one(call, engagement_id)
    if body.line not in {line.key for line in found.budget_lines}:
        raise Problem(422, "no_such_line", "There is no such line in its budget.")
    money = Money(body.amount, found.spent.currency)
    amount = f"{major_units(money.amount, money.currency)} {money.currency}"
    return _commanded(call, engagement_id, f"SPENT {{}} {body.line} {amount}")


@endpoint("POST", "/api/engagements/{engagement_id}/close", DESK, represents=one, lock=_lock)
def close(call: Call, engagement_id: int, body: Reason) -> Engagement:
    """It is called off."""
    _commanded(call, engagement_id, f"CLOSE {{}} {_line(body.reason)}")
    done(call, "YES", part="yes")
    return one(call, engagement_id)


@endpoint("POST", "/api/engagements/{engagement_id}/reopen", DESK, represents=one, lock=_lock)
def reopen(call: Call, engagement_id: int) -> Engagement:
    """It goes on again."""
    return _commanded(call, engagement_id, "REOPEN {}")


def _set(call: Call, engagement_id: int, body: Details, names: tuple[str, ...]) -> Engagement:
    values = {name: getattr(body, name) for name in names if getattr(body, name) is not None}
    for name, value in values.items():
        said = _day(value) if name == "event_date" else _line(str(value))
        _commanded(call, engagement_id, f"SET {{}} {_word(_DETAILS[name])} {said}", part=name)
    return one(call, engagement_id)


def _commanded(call: Call, engagement_id: int, words: str, part: str = "") -> Engagement:
    ref = one(call, engagement_id).ref
    done(call, words.replace("{}", ref, 1).strip(), part=part)
    return one(call, engagement_id)


def _word(detail: Detail) -> str:
    """By which a command knows it."""
    return render(say(f"detail_{detail}"), "en")


def _plain(words: str) -> str:
    """Of one part, where commas part a command."""
    return " ".join(_line(words).replace(",", " ").split())


def _line(words: str) -> str:
    """Words of somebody's own behind a command that names its engagement: of one line, and no command of their own."""
    return " ".join(words.replace(";", ",").split())


def _day(said: str) -> str:
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError:
        raise Problem(422, "invalid", "There is no such day.") from None


def _place(said: Any) -> Place:
    day, number = said
    return Place(date.fromisoformat(day) if day else None, number_behind([number]))
