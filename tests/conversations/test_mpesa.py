"""What M-Pesa takes, and what its result codes say."""

import pytest

from conversations.languages import language
from conversations.money import Money
from conversations.payments import Outcome
from conversations.rules.mpesa import (
    RESULTS,
    Again,
    Failure,
    can_push,
    mpesa_number,
    result_of,
    whole_shillings,
)


@pytest.mark.parametrize(
    ("code", "outcome", "failure", "again"),
    [
        ("0", Outcome.PAID, None, None),
        ("4999", Outcome.PROCESSING, None, None),
        ("1", Outcome.FAILED, Failure.NO_BALANCE, Again.NOW),
        ("1032", Outcome.FAILED, Failure.CANCELLED, Again.NOW),
        ("1031", Outcome.FAILED, Failure.CANCELLED, Again.NOW),
        ("1037", Outcome.FAILED, Failure.NO_ANSWER, Again.NOW),
        ("2001", Outcome.FAILED, Failure.WRONG_PIN, Again.NOW),
        ("1019", Outcome.FAILED, Failure.EXPIRED, Again.NOW),
        ("17", Outcome.FAILED, Failure.BUSY, Again.SOON),
        ("1001", Outcome.FAILED, Failure.BUSY, Again.SOON),
        ("26", Outcome.FAILED, Failure.BUSY, Again.SOON),
        ("1025", Outcome.FAILED, Failure.NOT_SENT, Again.LATER),
        ("9999", Outcome.FAILED, Failure.NOT_SENT, Again.LATER),
        ("2", Outcome.FAILED, Failure.LIMITS, Again.OTHER_METHOD),
        ("8", Outcome.FAILED, Failure.LIMITS, Again.OTHER_METHOD),
        ("2028", Outcome.FAILED, Failure.NOT_POSSIBLE, Again.NO),
        ("8006", Outcome.FAILED, Failure.NOT_POSSIBLE, Again.NO),
        ("SFC_IC0003", Outcome.FAILED, Failure.NOT_POSSIBLE, Again.NO),
        (" 1032 ", Outcome.FAILED, Failure.CANCELLED, Again.NOW),
        ("777", Outcome.FAILED, Failure.OTHER, Again.LATER),
        ("", Outcome.FAILED, Failure.OTHER, Again.LATER),
    ],
)
def test_a_result_code_says_what_became_of_it(
    code: str, outcome: Outcome, failure: Failure | None, again: Again | None
) -> None:
    found = result_of(code)
    assert (outcome, failure, again) == (found.outcome, found.failure, found.again)


def test_only_a_failure_has_a_reason_and_every_reason_has_its_words() -> None:
    for result in RESULTS.values():
        assert (result.outcome is Outcome.FAILED) == (result.failure is not None) == (result.again is not None)
    assert {Failure.OTHER} == set(Failure) - {result.failure for result in RESULTS.values()}
    assert all(failure.reply_key in language("en")["replies"] for failure in Failure)


def test_a_set_up_that_is_wrong_is_told_from_a_client_who_cannot() -> None:
    assert ["2028"] == [code for code, result in RESULTS.items() if result.is_ours]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0712345678", "254712345678"),
        ("0112 345 678", "254112345678"),
        ("254712345678", "254712345678"),
        ("+254712345678", "254712345678"),
        ("+254 (0)712-345-678", "254712345678"),
        ("00254112345678", "254112345678"),
        ("+2540712345678", ""),
        ("0212345678", ""),
        ("071234567", ""),
        ("07123456789", ""),
        ("+255712345678", ""),
        ("+97455501234", ""),
        ("+254٧12345678", ""),
        ("254712345678\n", ""),
        ("", ""),
    ],
)
def test_a_kenyan_mobile_number_is_known_in_each_of_its_forms(written: str, expected: str) -> None:
    assert expected == mpesa_number(written)


@pytest.mark.parametrize(
    ("cents", "currency", "expected"),
    [
        (100, "KES", 1),
        (25_000_000, "KES", 250_000),
        (25_000_100, "KES", None),
        (0, "KES", None),
        (-100, "KES", None),
        (99, "KES", None),
        (7950, "KES", None),
        (7900, "USD", None),
    ],
)
def test_only_whole_shillings_within_the_limits_are_taken(cents: int, currency: str, expected: int | None) -> None:
    assert expected == whole_shillings(Money(cents, currency))


def test_a_push_wants_both_the_amount_and_the_phone() -> None:
    assert can_push(Money(7900, "KES"), "+254712345678")
    assert not can_push(Money(7950, "KES"), "+254712345678")
    assert not can_push(Money(7900, "KES"), "+97455501234")
