"""When something can be had, and why not then."""

from datetime import datetime, timedelta
from typing import Self

from pydantic import AliasChoices, Field, model_validator

from bot.api.endpoint import EVERYBODY, Call, endpoint
from bot.api.problems import Problem, missing
from bot.api.values import Id, Input, Moment, Output, Page, PageAsked, cursor, moment_behind
from conversations.business import Service
from conversations.rules.availability import Refusal
from handlers.api.availability_read import Free, free_starts, wanted_service, why_not_then

LONGEST = timedelta(days=62)
MOST, USUAL = 1000, 200


class FreeStart(Output):
    """A start that can be had, in the business's zone."""

    start_at: datetime
    staff_ids: list[int] = Field(description="with whom")
    class_session_id: int | None
    seats_left: int | None = Field(description="of a class")


class WhyNot(Output):
    """Why something cannot be had then."""

    is_free: bool
    code: Refusal | None = Field(description="null where it can be had")
    detail: str
    staff: list["WhyOfStaff"] = Field(description="of each who gives it; none for clients")


class WhyOfStaff(Output):
    staff_id: int
    code: Refusal | None
    detail: str


class WhenWanted(PageAsked):
    """What is wanted, and between which moments; at most 62 days. Several services are one visit."""

    limit: int = Field(USUAL, ge=1, le=MOST)
    service_id: tuple[Id, ...] = Field(min_length=1, max_length=6, description="may be given several times")
    staff_id: Id | None = None
    since: Moment = Field(validation_alias=AliasChoices("since", "from"), description='starts from then on; or "from"')
    until: Moment = Field(validation_alias=AliasChoices("until", "to"), description='starts before then; or "to"')
    seats: int = Field(1, ge=1, le=500, description="of a class: so many seats are left")

    @model_validator(mode="after")
    def _is_no_longer_than_can_be_told(self) -> Self:
        if not timedelta(0) < self.until - self.since <= LONGEST:
            raise ValueError(f"until lies behind since, by {LONGEST.days} days at most")
        return self


class ThenWanted(Input):
    """What is wanted, and when."""

    service_id: tuple[Id, ...] = Field(min_length=1, max_length=6, description="may be given several times")
    staff_id: Id | None = None
    start_at: Moment


@endpoint("GET", "/api/availability", EVERYBODY, problems=(404,))
def listed(call: Call, query: WhenWanted) -> Page[FreeStart]:
    """Free starts, earliest first; of classes, their sessions with seats left. Staff see their own."""
    service = _wanted(call, query.service_id, query.staff_id)
    behind = query.behind(moment_behind)
    since = query.since if behind is None else max(query.since, behind[0])
    found = free_starts(call.session, service, since, query.until, query.seats, call.by, call.circumstances)
    found = [one for one in found if behind is None or _place(one) > behind]
    shown = found[: query.limit]
    return Page(items=[_written(one) for one in shown], next=_cursor(shown[-1]) if len(found) > len(shown) else None)


@endpoint("GET", "/api/availability/why", EVERYBODY, problems=(404,))
def why(call: Call, query: ThenWanted) -> WhyNot:
    """Why something cannot be had at a time. Clients are told what is theirs to know."""
    service = _wanted(call, query.service_id, query.staff_id)
    if service.is_class:
        raise Problem(422, "is_class", "It is given in class sessions: see those.")
    refusal, words, reasons = why_not_then(call.session, service, query.start_at, call.by, call.circumstances)
    staff = [WhyOfStaff(staff_id=one.staff_id, code=one.refusal, detail=one.words) for one in reasons]
    return WhyNot(is_free=refusal is None, code=refusal, detail=words, staff=staff)


def _wanted(call: Call, service_ids: tuple[int, ...], staff_id: int | None) -> Service:
    by = call.by
    if by.sees_own_only and not by.is_client:
        if staff_id not in (None, by.staff_id):
            raise missing("staff member")
        staff_id = by.staff_id
    found = wanted_service(call.session, service_ids, staff_id, by, call.profile)
    if found is None:
        raise missing("service that they give")
    return found


def _place(one: Free) -> tuple[datetime, int]:
    """Several classes may begin at a time; of other starts there is one."""
    return one.start, one.class_id or 1


def _cursor(one: Free) -> str:
    start, number = _place(one)
    return cursor(start.isoformat(), number)


def _written(one: Free) -> FreeStart:
    return FreeStart(
        start_at=one.start, staff_ids=list(one.staff_ids), class_session_id=one.class_id, seats_left=one.seats
    )
