"""Money: never a fraction, never without its currency."""

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import get_currency_precision

from conversations.values import made_often


@made_often
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents) of an ISO 4217 currency."""

    amount: int
    currency: str


def minor_units(price: Decimal, currency: str) -> int:
    """79.00 USD → 7900. Raises ValueError where the currency has no such fraction."""
    amount = price.scaleb(get_currency_precision(currency))
    if amount != amount.to_integral_value():
        raise ValueError(f"{price} {currency}: that currency has no such fraction")
    return int(amount)


def major_units(amount: int, currency: str) -> str:
    """7900 USD → "79.00"."""
    return format(Decimal(amount).scaleb(-get_currency_precision(currency)), "f")
