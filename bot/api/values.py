"""What all values of the API share: how input is read, how output is written, pages of a list."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from bot.api.problems import Problem
from conversations.money import Money, major_units

LARGEST_ID = 2**63 - 1
YEARS = range(1990, 2200)
MOST_MONEY = 100_000_000
"""In minor units, of one sum."""
MOST, USUAL = 100, 25
"""Items of a page."""


def _storable(text: str) -> str:
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("NUL and lone surrogates are not kept")
    return text


def _within_years(moment: datetime) -> datetime:
    if moment.astimezone(UTC).year not in YEARS:
        raise ValueError("must lie between 1990 and 2199")
    return moment.astimezone(UTC)


Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
"""A row's number."""
Text = Annotated[str, AfterValidator(_storable)]
Words = Annotated[Text, Field(max_length=500)]
"""A sentence of somebody's own."""
Moment = Annotated[AwareDatetime, AfterValidator(_within_years)]
"""A moment with its offset (RFC 3339), read into UTC."""


class Input(BaseModel):
    """What a caller sends. A name that is not known is refused, so that nothing is set by the way; those of older
    clients ("startAt") are read like ours."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=True, validate_by_alias=True,
        str_strip_whitespace=True,
    )  # fmt: skip


class Output(BaseModel):
    """What a caller reads."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class Amount(Output):
    """Money: in the currency's minor units, and as people write it."""

    amount: int
    currency: str = Field(description="ISO 4217")
    display: str

    @classmethod
    def of(cls, money: Money) -> "Amount":
        return cls(
            amount=money.amount, currency=money.currency,
            display=f"{major_units(money.amount, money.currency)} {money.currency}",
        )  # fmt: skip


Item = TypeVar("Item", bound=BaseModel)


class Page(Output, Generic[Item]):
    """A page of a list. `next` is what to send as `cursor` for the page behind it; null on the last one."""

    items: Sequence[Item]
    next: str | None = None


class PageAsked(Input):
    """Which page of a list."""

    limit: int = Field(USUAL, ge=1, le=MOST)
    cursor: str | None = Field(None, max_length=200, description="`next` of the page before")

    def behind(self, read: Callable[[Any], Any]) -> Any:
        """What `read` makes of where the page before ended; None for the first page. Raises Problem where the cursor
        is none of ours."""
        if self.cursor is None:
            return None
        try:
            return read(json.loads(base64.urlsafe_b64decode(self.cursor.encode() + b"==")))
        except (binascii.Error, ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError):
            raise Problem(422, "bad_cursor", "This cursor is none that we gave.") from None


def cursor(*place: str | int) -> str:
    """Where a page ends, as callers carry it."""
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def number_behind(place: Any) -> int:
    """Of a list in order of its numbers: the last one of the page before."""
    (number,) = place
    if type(number) is not int or not 0 < number <= LARGEST_ID:
        raise ValueError
    return number


def moment_behind(place: Any) -> tuple[datetime, int]:
    """Of a list in order of moments: the last moment and number of the page before."""
    said, number = place
    moment = datetime.fromisoformat(said)
    if moment.tzinfo is None:
        raise ValueError
    return _within_years(moment), number_behind([number])
