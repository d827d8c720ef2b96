"""In which currency somebody is quoted."""

from dataclasses import replace

import pytest

from conversations.business import Money, Service, visit
from conversations.rules.mpesa import can_push
from conversations.rules.prices import currencies_of, quoted

USD, KES, EUR = Money(7900, "USD"), Money(950_000, "KES"), Money(7500, "EUR")
THERAPY = Service(1, "Therapy", 60, USD, (), (1,), other_prices=(KES, EUR))
REPORT = Service(2, "Report", 30, Money(4000, "USD"), (), (1,))
COACHING = Service(3, "Coaching", 45, Money(6000, "USD"), (), (1,), other_prices=(Money(700_000, "KES"),))
KENYA, FRANCE, QATAR, US, CANADA = "+254711000002", "+33612345678", "+97455501234", "+12125550123", "+14165550123"


@pytest.mark.parametrize(
    ("phone", "price"),
    [
        (KENYA, KES), (FRANCE, EUR), ("+491711234567", EUR), (QATAR, USD), (US, USD), (CANADA, USD),
        ("+447700900111", USD), ("", USD), ("opaque-id", USD), ("+999", USD), ("+870773111632", USD),
    ],
)  # fmt: skip
def test_the_price_is_in_the_money_of_the_country_of_the_number(phone: str, price: Money) -> None:
    (found,) = quoted((THERAPY,), phone)
    assert price == found.price


def test_countries_that_share_a_calling_code_are_told_apart() -> None:
    assert (("USD",), ("CAD",)) == (currencies_of(US), currencies_of(CANADA))


def test_what_has_no_other_price_is_quoted_in_its_own() -> None:
    assert (REPORT,) == quoted((REPORT,), KENYA)


def test_quoting_anew_begins_from_its_own_price() -> None:
    in_kenya = quoted((THERAPY,), KENYA)
    assert [EUR, USD] == [quoted(in_kenya, phone)[0].price for phone in (FRANCE, QATAR)]


def test_a_visit_is_in_the_clients_money_where_all_of_it_has_a_price_there_else_in_its_own() -> None:
    services = quoted((THERAPY, REPORT, COACHING), KENYA)
    both, mixed = visit((1, 3), services), visit((1, 2), services)
    assert both is not None and mixed is not None
    assert (Money(1_650_000, "KES"), Money(11_900, "USD")) == (both.price, mixed.price)


def test_services_that_share_no_currency_are_no_visit() -> None:
    pounds = replace(REPORT, price=Money(3000, "GBP"))
    assert None is visit((1, 2), quoted((THERAPY, pounds), KENYA))


def test_a_price_in_shillings_can_be_asked_for_on_a_kenyan_phone() -> None:
    (found,) = quoted((THERAPY,), KENYA)
    assert can_push(found.price, KENYA) and not can_push(THERAPY.price, KENYA)
