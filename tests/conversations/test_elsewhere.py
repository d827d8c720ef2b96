"""Which country a number is from, as the library of numbers tells it."""

import phonenumbers
import pytest

from conversations.rules.elsewhere import _country

ODD = ("", "+", "+974", "console:3", "97455501234", "+ 974 5550 1234", "+0123456789", "+97455501234;ext=3", "x" * 40)


def parsed(phone: str) -> str:
    try:
        return str(phonenumbers.region_code_for_country_code(phonenumbers.parse(phone).country_code or 0))
    except phonenumbers.NumberParseException:
        return ""


def test_every_country_code_there_may_be_is_read_alike():
    numbers = [f"+{code}{rest}" for code in range(1, 1000) for rest in ("23456", "2345678901")]
    assert list(map(parsed, numbers)) == list(map(_country, numbers))


@pytest.mark.parametrize("phone", ODD)
def test_what_is_no_whole_number_is_read_alike(phone: str):
    assert parsed(phone) == _country(phone)
