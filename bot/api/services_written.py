"""A service as callers read it, and as an admin's program writes it into the business file."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from bot.api.business_edited import without_defaults
from bot.api.values import Amount, Input, Output, Text
from conversations.business import Service as Offered
from conversations.intake import QuestionKind
from conversations.languages.render import name_text
from conversations.money import major_units
from conversations.session_types import SessionType
from handlers.api.caller import Caller

MOST_MONEY = 10**12
Sum = Annotated[int, Field(ge=0, le=MOST_MONEY, description="in the currency's minor units")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217")]
Length = Annotated[int, Field(ge=5, le=24 * 60)]
Tongue = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
AgreementWords = Annotated[Text, Field(min_length=1, max_length=20_000)]
QuestionWords = Annotated[Text, Field(min_length=1, max_length=300)]


class ServiceAgreement(Output):
    """What a client agrees to before it is booked: name its version in `agreed`."""

    version: str
    texts: dict[str, str] = Field(description="by language")


class IntakeQuestion(Output):
    key: str
    texts: dict[str, str] = Field(description="by language")
    kind: QuestionKind
    is_required: bool
    choices: list[dict[str, str]]


class Service(Output):
    """What can be booked."""

    id: int
    main_id: int = Field(description="the service of which it is a session type; of any other, its own number")
    name: str
    called: str = Field(description="its name, with the session type where it is one of several")
    session_type: SessionType
    minutes: int
    price: Amount = Field(description="as it is quoted to who asks")
    is_class: bool = Field(description="it is had in class sessions, seat by seat")
    is_video: bool
    place: str
    aliases: list[str]
    staff_ids: list[int] = Field(description="who gives it")
    needs: list[str] = Field(description="the kinds of things it needs one of, such as room")
    agreement: ServiceAgreement | None
    intake: list[IntakeQuestion] = Field(description="what a client is asked beforehand")
    other_prices: list[Amount] | None = Field(description="in other currencies; null for clients")
    engagement: str | None = Field(description="what a booking of it opens; null for clients")


def written(found: Offered, caller: Caller) -> Service:
    agreement = found.agreements[0] if found.agreements else None
    return Service(
        id=found.id, main_id=found.main_id, name=found.name, called=name_text(found.called, "en"),
        session_type=found.session_type, minutes=found.minutes, price=Amount.of(found.price),
        is_class=found.is_class, is_video=found.is_video, place=found.place, aliases=list(found.aliases),
        staff_ids=list(found.staff_ids), needs=list(found.resource_kinds),
        agreement=agreement and ServiceAgreement(version=agreement.version, texts=dict(agreement.texts)),
        intake=[
            IntakeQuestion(
                key=one.key, texts=dict(one.texts), kind=one.kind, is_required=one.is_required,
                choices=[dict(choice) for choice in one.choices],
            )
            for one in found.intake
        ],
        other_prices=None if caller.is_client else [Amount.of(one) for one in found.other_prices],
        engagement=None if caller.is_client else found.engagement,
    )  # fmt: skip


class AgreementWanted(Input):
    """Another text needs another version: clients are asked anew."""

    version: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_.-]{1,40}$")]
    texts: Annotated[dict[Tongue, AgreementWords], Field(min_length=1, max_length=20)]


class QuestionWanted(Input):
    key: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    texts: Annotated[dict[Tongue, QuestionWords], Field(min_length=1, max_length=20)]
    kind: QuestionKind = QuestionKind.TEXT
    is_required: bool = False
    choices: list[Annotated[dict[Tongue, QuestionWords], Field(min_length=1, max_length=20)]] = Field([], max_length=20)


class TypeWanted(Input):
    """A session type; what is left out is as the service has it."""

    price: Sum | None = None
    minutes: Length | None = None


class ServiceChange(Input):
    """What is to be different; what is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    name: Annotated[Text, Field(min_length=1, max_length=120)] = "-"
    aliases: list[Annotated[Text, Field(min_length=1, max_length=80, pattern=r"^[^,\n]+$")]] = Field([], max_length=30)
    minutes: Length = 60
    price: Sum = 7900
    currency: Currency | None = Field(None, description="null: the business's")
    other_prices: dict[Currency, Sum] = Field({}, max_length=20)
    staff_ids: list[Annotated[int, Field(ge=1, le=2**63 - 1)]] = Field([], max_length=200)
    is_class: bool = False
    session_type: SessionType = SessionType.INDIVIDUAL
    session_types: dict[SessionType, TypeWanted] = Field({}, description="its other session types")
    category: Annotated[Text, Field(max_length=60)] = ""
    engagement: Annotated[Text, Field(max_length=60)] = ""
    place: Annotated[Text, Field(max_length=200)] = ""
    needs: Annotated[str, Field(pattern=r"^([a-z0-9_-]{1,40})?$", description="a kind of thing, such as room")] = ""
    is_video: bool = False
    agreement: AgreementWanted | None = None
    intake: list[QuestionWanted] = Field([], max_length=30)
    reminder_minutes: list[Annotated[int, Field(ge=10, le=30 * 24 * 60)]] = Field([1440, 120], max_length=5)


class NewService(ServiceChange):
    """A new service."""

    model_config = ConfigDict(json_schema_extra={})

    name: Annotated[Text, Field(min_length=1, max_length=120)]


def in_the_file(wanted: ServiceChange, table: dict[str, Any], staff: dict[int, str], currency: str) -> dict[str, Any]:
    """The service's table of the business file as it is wanted. `currency` is the business's. Raises KeyError for who
    does not work here."""
    said = wanted.model_fields_set
    plain = ("name", "aliases", "minutes", "currency", "category", "engagement", "place", "is_video")
    found = table | {name: getattr(wanted, name) for name in plain if name in said}
    if found.get("currency") is None:
        found.pop("currency", None)
    own = found.get("currency") or currency
    made: dict[str, Any] = {
        "session_type": wanted.session_type.value, "resource": wanted.needs, "price": major_units(wanted.price, own),
        "reminder_minutes": wanted.reminder_minutes, "staff": [staff[number] for number in wanted.staff_ids],
        "booking_type": "group_session" if wanted.is_class else "one_on_one",
        "prices": {code: major_units(amount, code) for code, amount in wanted.other_prices.items()},
        "session_types": {kind.value: _type(one, own) for kind, one in wanted.session_types.items()},
        "agreement": wanted.agreement and {"version": wanted.agreement.version, "text": wanted.agreement.texts},
        "intake": [_question(one) for one in wanted.intake],
    }  # fmt: skip
    called = {"resource": "needs", "staff": "staff_ids", "booking_type": "is_class", "prices": "other_prices"}
    return found | {name: value for name, value in made.items() if called.get(name, name) in said}


def _type(wanted: TypeWanted, currency: str) -> dict[str, Any]:
    price = {} if wanted.price is None else {"price": major_units(wanted.price, currency)}
    return price | ({} if wanted.minutes is None else {"minutes": wanted.minutes})


def _question(wanted: QuestionWanted) -> dict[str, Any]:
    asked = {"key": wanted.key, "text": wanted.texts, "kind": wanted.kind.value}
    return {**asked, "required": wanted.is_required, "choices": wanted.choices}
