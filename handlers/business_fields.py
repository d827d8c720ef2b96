"""What several tables of business.toml are made of."""

from typing import Annotated

from babel.numbers import is_currency
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from conversations.languages import spoken


def _currency(code: str) -> str:
    if not is_currency(code):
        raise ValueError("wanted an ISO 4217 currency such as USD")
    return code


def _language(code: str) -> str:
    if code and code not in spoken():
        raise ValueError(f"wanted one of {', '.join(spoken())}")
    return code


Language = Annotated[str, AfterValidator(_language)]
"""One that is spoken, or ""."""
SpokenLanguage = Annotated[str, AfterValidator(_language), Field(min_length=2)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
Currency = Annotated[str, AfterValidator(_currency)]


class Table(BaseModel):
    """A misspelt field is a fault, not a wish ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)
