"""What callers send about series: which are listed, what is wished, and which visits are answered or called off."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from bot.api.staff_written import Day
from bot.api.values import Id, Input, Moment, PageAsked, Text, Words
from bot.api.wishes import EMAIL, PHONE
from conversations.rules.series import FEWEST, LARGEST_INTERVAL, MOST
from conversations.series import Frequency, Mode

Number = Annotated[int, Field(ge=1, le=99)]


class SeriesWanted(PageAsked):
    """Which series."""

    client_id: Id | None = None
    staff_id: Id | None = None
    waiting: bool = Field(False, description="only those of which a visit still waits for an answer")


class SeriesWish(Input):
    """A series: its first start, its rhythm, and either how many times it is had or its last day."""

    service_ids: list[Id] = Field(min_length=1, max_length=6, description="several are one visit")
    staff_id: Id | None = None
    start_at: Moment
    frequency: Frequency
    interval: int = Field(1, ge=1, le=LARGEST_INTERVAL)
    days_of_week: list[Annotated[int, Field(ge=0, le=6)]] = Field([], max_length=7, description="Monday is 0")
    count: int | None = Field(None, ge=FEWEST, le=MOST)
    until: Day | None = Field(None, description="its last day, itself included")
    mode: Mode = Field(Mode.ALL_OR_NOTHING, description="what becomes of what cannot be had")

    @model_validator(mode="after")
    def _has_one_end(self) -> Self:
        if (self.count is None) is (self.until is None):
            raise ValueError("name either count or until")
        if self.start_at.second or self.start_at.microsecond:
            raise ValueError("start_at is on a whole minute")
        return self


class NewSeries(SeriesWish):
    """The same, said yes to. `client_phone` is for staff and operators, who ask for somebody else."""

    starts: list[Moment] | None = Field(None, max_length=MOST, description="of the preview: just these, or nothing")
    note: Annotated[Text, Field(max_length=2000)] = ""
    attendee: Words = ""
    agreed: list[Words] = Field([], max_length=10, description="versions of agreements that the client says yes to")
    name: Annotated[Text, Field(max_length=80)] = ""
    email: Annotated[str, Field(pattern=EMAIL, max_length=254)] | None = None
    client_phone: Annotated[str, Field(pattern=PHONE)] | None = None


class SeriesAnswer(Input):
    """Which visits, by their numbers; none named: all that wait."""

    items: list[Number] = Field([], max_length=MOST)
    note: Words = ""


class SeriesPart(Input):
    """Which visits: all that lie ahead, or one (`item`), or it and all later ones."""

    item: Number | None = None
    and_later: bool = False
    accept_fee: bool = Field(False, description="a client knows what calling off so late costs")
    reason: Words = ""
