"""The dashboards' numbers."""

from typing import Literal

from pydantic import Field

from bot.api.endpoint import Call, endpoint
from bot.api.payments import OFFICE
from bot.api.values import Input, Output
from handlers.console.figures_drawn import Bar, figures_of


class Days(Input):
    days: Literal["7", "30", "90", "365"] = Field("30", description="of which today is the last")


class Count(Output):
    name: str
    count: int
    words: str = Field(description="beside it, in English")


class Revenue(Output):
    """What came in each week less what went back, in minor units."""

    currency: str
    total: str
    weeks: list[Count]


class Figures(Output):
    days: int
    funnel: list[Count] = Field(description="how many came how far")
    requests: list[Count]
    answer_minutes: float | None = Field(description="how long half of the requests waited at most")
    visits: list[Count]
    no_show_share: float | None
    revenue: list[Revenue]
    waitlist: list[Count]
    channels: list[Count] = Field(description="texts sent")
    segments: int


@endpoint("GET", "/api/figures", OFFICE)
def figures(call: Call, query: Days) -> Figures:
    """Requests, answers, visits, revenue and texts of the last days."""
    found = figures_of(call.session, int(query.days), call.circumstances.now, call.profile.business.zone)
    return Figures(
        days=found.days, funnel=_counts(found.funnel), requests=_counts(found.requests),
        answer_minutes=found.answer_minutes, visits=_counts(found.visits), no_show_share=found.no_show_share,
        revenue=[
            Revenue(currency=currency, total=total, weeks=_counts(bars)) for currency, bars, total in found.revenue
        ],
        waitlist=_counts(found.waitlist), channels=_counts(found.channels), segments=found.segments,
    )  # fmt: skip


def _counts(bars: tuple[Bar, ...]) -> list[Count]:
    return [Count(name=bar.name, count=bar.count, words=bar.words) for bar in bars]
