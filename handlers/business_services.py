"""[[services]] of business.toml: what may stand there."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from conversations.booking import BookingType
from conversations.engagements import engagement_of_service
from conversations.intake import QuestionKind
from conversations.money import minor_units
from conversations.session_types import SessionType
from handlers.business_fields import Currency, Key, SpokenLanguage, Table

LONGEST_KEY_OF_TYPES = 29
"""So that a session type can stand behind it in 40 characters."""
ReminderMinutes = Annotated[int, Field(ge=10, le=30 * 24 * 60)]
AgreementText = Annotated[str, Field(min_length=1, max_length=20_000)]
QuestionText = Annotated[str, Field(min_length=1, max_length=300)]
Texts = QuestionText | Annotated[dict[SpokenLanguage, QuestionText], Field(min_length=1)]
Price = Annotated[Decimal, Field(ge=0, le=10_000_000)]
Length = Annotated[int, Field(ge=5, le=24 * 60)]


def _engagement(said: str) -> str:
    engagement_of_service(said, "", "")
    return said


class AgreementTable(Table):
    """What a client agrees to before a service is booked: one text, or one for each language."""

    version: Annotated[str, Field(pattern=r"^[\w.-]{1,40}$")]
    text: AgreementText | dict[SpokenLanguage, AgreementText]

    @field_validator("text")
    @classmethod
    def _is_written(cls, text: str | dict[str, str]) -> str | dict[str, str]:
        if not text:
            raise ValueError("wanted a text")
        return text


class QuestionTable(Table):
    """One question of an intake. `text`, and each of the `choices`, is one text, or one for each language."""

    key: Key
    text: Texts
    kind: QuestionKind = QuestionKind.TEXT
    required: bool = False
    choices: Annotated[tuple[Texts, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _chooses_between_some(self) -> Self:
        if (self.kind is QuestionKind.CHOICE) != (len(self.choices) > 1):
            raise ValueError("a question of the kind choice has two choices or more, and no other has any")
        return self


class SessionTypeTable(Table):
    """Another session type of a service: what is not given is as the service has it."""

    price: Price | None = None
    prices: dict[Currency, Price] = Field(default_factory=dict)
    minutes: Length | None = None


class ServiceTable(Table):
    key: Key
    name: Annotated[str, Field(min_length=1, max_length=120)]
    aliases: tuple[str, ...] = ()
    minutes: Length = 60
    price: Price = Decimal("79.00")
    currency: Currency | None = None
    prices: dict[Currency, Price] = Field(default_factory=dict)
    staff: tuple[str, ...] = ()
    booking_type: BookingType = BookingType.ONE_ON_ONE
    session_type: SessionType = SessionType.INDIVIDUAL
    session_types: dict[SessionType, SessionTypeTable] = Field(default_factory=dict)
    category: Annotated[str, Field(max_length=60)] = ""
    engagement: Annotated[str, AfterValidator(_engagement)] = ""
    place: Annotated[str, Field(max_length=200)] = ""
    resource: Annotated[str, Field(pattern=r"^([a-z0-9_-]{1,40})?$")] = ""
    is_video: bool = False
    agreement: AgreementTable | None = None
    intake: Annotated[tuple[QuestionTable, ...], Field(max_length=30)] = ()
    reminder_minutes: Annotated[tuple[ReminderMinutes, ...], Field(max_length=5)] = (24 * 60, 2 * 60)
    coordinator: str = ""

    @model_validator(mode="after")
    def _has_each_type_once(self) -> Self:
        if not self.session_types:
            return self
        if self.booking_type is BookingType.GROUP_SESSION:
            raise ValueError("a group_session has no session_types: its classes are for whoever takes a seat")
        if self.session_type in self.session_types:
            raise ValueError(f"{self.session_type} is its session_type already, and is given again in session_types")
        if len(self.key) > LONGEST_KEY_OF_TYPES:
            raise ValueError(f"a service with session_types has a key of at most {LONGEST_KEY_OF_TYPES} characters")
        return self

    def of_type(self, session_type: SessionType) -> "ServiceTable":
        """One of its session types as a service of its own. Prices in other currencies go with the price."""
        table = self.session_types[session_type]
        is_priced = table.price is not None or table.prices
        return self.model_copy(
            update={
                "session_type": session_type,
                "session_types": {},
                "price": self.price if table.price is None else table.price,
                "prices": table.prices if is_priced else self.prices,
                "minutes": table.minutes or self.minutes,
            }
        )

    @property
    def priced_in(self) -> set[str]:
        """The other currencies in which it, or a session type of it, has a price."""
        by_type = (currency for table in self.session_types.values() for currency in table.prices)
        return {*self.prices, *by_type}


def check_prices(service: ServiceTable, currency: str) -> None:
    """Raises ValueError for a price with a fraction that its currency has not, or two in one currency."""
    if currency in service.priced_in:
        raise ValueError(f"service {service.key}: {currency} is its own currency: give that price as price")
    for one in (service, *(service.of_type(each) for each in service.session_types)):
        minor_units(one.price, currency)
        for other, price in one.prices.items():
            minor_units(price, other)
