"""In which currency somebody is quoted: that of the country their number is from, where a service has a price in it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import phonenumbers
from babel.numbers import get_territory_currencies

from conversations.business import Service


def quoted(services: Sequence[Service], phone: str) -> tuple[Service, ...]:
    """The services as a client with this number (E.164, or "") is quoted them: each in the first of the currencies of
    their country in which it has a price, else in its own."""
    currencies = currencies_of(phone) if any(service.other_prices for service in services) else ()
    return tuple(_in_one_of(currencies, service) if service.other_prices else service for service in services)


@lru_cache(maxsize=1024)
def currencies_of(phone: str) -> tuple[str, ...]:
    """What people pay with where a number is from; () where it tells no country."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return ()
    exact = phonenumbers.region_code_for_number(number)
    country = exact or phonenumbers.region_code_for_country_code(number.country_code or 0)
    return tuple(get_territory_currencies(country)) if country.isalpha() else ()


def _in_one_of(currencies: Sequence[str], service: Service) -> Service:
    own = service.own_price or service.price
    by_currency = {price.currency: price for price in (own, *service.other_prices)}
    found = next((by_currency[currency] for currency in currencies if currency in by_currency), own)
    return replace(service, price=found, own_price=own)
