"""Transitions, policies, deadlines, retries, routes and opt-out words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.booking import BookingStatus
from conversations.business import ANY
from conversations.delivery import Delivery, SendFailure
from conversations.rules.deadlines import decide_by
from conversations.rules.elsewhere import elsewhere
from conversations.rules.loop_guard import is_loop
from conversations.rules.opt_out import OptWord, is_carriers_word, opt_word
from conversations.rules.policies import Approval, Policy, terms
from conversations.rules.retries import LONGEST, MOST_TRIES, next_try
from conversations.rules.routes import coordinator_channel
from conversations.rules.transitions import LIVE, TRANSITIONS, RefusedTransition, check

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


def test_every_status_says_where_it_may_lead() -> None:
    assert set(BookingStatus) == set(TRANSITIONS)


@pytest.mark.parametrize("before", BookingStatus)
@pytest.mark.parametrize("after", BookingStatus)
def test_what_is_not_declared_is_refused(before: BookingStatus, after: BookingStatus) -> None:
    if after in TRANSITIONS[before]:
        check(before, after)
    else:
        with pytest.raises(RefusedTransition, match=f"from {before} to {after}"):
            check(before, after)


def test_a_booking_that_has_ended_owns_no_time() -> None:
    assert {"declined", "cancelled", "expired", "no_show"} == {status.value for status in set(BookingStatus) - LIVE}


def test_the_most_specific_policy_that_says_something_wins() -> None:
    policies = [
        Policy(staff_id=1, service_id=2, notice_minutes=1),
        Policy(notice_minutes=4, grid_minutes=4, hold_minutes=4, horizon_days=4, requires_approval=Approval.NO),
        Policy(service_id=2, notice_minutes=3, grid_minutes=3, hold_minutes=3),
        Policy(staff_id=1, notice_minutes=2, grid_minutes=2),
        Policy(staff_id=9, horizon_days=99),
    ]
    found = terms(policies, 1, 2)
    assert (1, 2, 3, 4) == (found.notice_minutes, found.grid_minutes, found.hold_minutes, found.horizon_days)
    assert Approval.NO == found.requires_approval
    assert 60 == terms([], 1, 2).notice_minutes
    assert ANY == Policy().staff_id


@pytest.mark.parametrize(
    ("until_start", "expected"),
    [
        (timedelta(days=9), timedelta(hours=24)),
        (timedelta(hours=5), timedelta(hours=4)),
        (timedelta(minutes=62), timedelta(minutes=10)),
        (timedelta(minutes=5), timedelta(minutes=10)),
    ],
)
def test_a_request_is_answered_an_hour_before_the_start_and_never_in_under_ten_minutes(
    until_start: timedelta, expected: timedelta
) -> None:
    assert NOW + expected == decide_by(NOW, NOW + until_start, timedelta(hours=24))


@given(st.integers(1, MOST_TRIES - 1), st.floats(0, 1))
def test_a_try_that_may_pass_later_is_made_again_within_half_an_hour(tries: int, chance: float) -> None:
    wait = next_try(tries, SendFailure.BUSY, chance)
    assert wait is not None
    assert timedelta(seconds=0.5) <= wait <= LONGEST


def test_what_cannot_pass_is_given_up_at_once_and_the_rest_in_the_end() -> None:
    assert next_try(1, SendFailure.WRONG_ADDRESS, 0) is None
    assert next_try(MOST_TRIES, SendFailure.BUSY, 0) is None
    assert timedelta(minutes=2) == next_try(1, SendFailure.BUSY, 1, timedelta(minutes=2))


@pytest.mark.parametrize(
    ("preferred", "last", "available", "came_by", "expected"),
    [
        ("", "", ("sms", "whatsapp"), "whatsapp", "sms"),
        ("", "whatsapp", ("sms", "whatsapp"), "sms", "whatsapp"),
        ("whatsapp", "", ("sms", "ultramsg"), "sms", "ultramsg"),
        ("whatsapp", "", ("sms", "whatsapp_cloud"), "sms", "whatsapp_cloud"),
        ("sms", "", ("whatsapp",), "whatsapp", None),
        ("", "", ("simulator",), "simulator", "simulator"),
        ("sms", "sms", ("sms", "simulator"), "simulator", "simulator"),
    ],
)
def test_the_coordinator_is_reached_where_they_are(
    preferred: str, last: str, available: tuple[str, ...], came_by: str, expected: str | None
) -> None:
    assert expected == coordinator_channel(preferred, last, available, came_by)


@pytest.mark.parametrize("text", ["STOP", "stop.", " Stop all ", "Unsubscribe", "opt out", "END", "quit!", "revoke"])
def test_a_word_of_the_law_alone_ends_our_texts(text: str) -> None:
    assert OptWord.OUT == opt_word(text, bare_cancel=False)


@pytest.mark.parametrize(
    "text", ["stop texting me", "please stop sending me messages", "don’t text me", "do not contact me"]
)
def test_a_plain_wish_ends_our_texts_too(text: str) -> None:
    assert OptWord.OUT == opt_word(text, bare_cancel=False)


def test_other_languages_have_their_own_words_for_it() -> None:
    for text in ("Baja", "ARRÊT", "sair", "توقف", "simamisha", "itigil!", "बंद करें"):
        assert OptWord.OUT == opt_word(text, bare_cancel=False), text
        assert not is_carriers_word(text)
    assert is_carriers_word("Stop")


@pytest.mark.parametrize(
    "text",
    ["please stop by at 3", "can I stop at 5", "the end of may", "cancel my booking", "yes", "", "🙂", "bus stop?"],
)
def test_what_only_looks_like_it_does_not(text: str) -> None:
    assert opt_word(text, bare_cancel=True) is None


def test_a_bare_cancel_opts_out_on_sms_only() -> None:
    assert OptWord.OUT == opt_word("CANCEL", bare_cancel=True)
    assert opt_word("CANCEL", bare_cancel=False) is None


def test_two_programs_are_told_from_a_person_in_a_hurry() -> None:
    def seconds(*texts: str, apart: int = 1) -> list[tuple[datetime, str]]:
        return [(NOW - timedelta(seconds=apart * n), text) for n, text in enumerate(texts)]

    assert is_loop(seconds(*["Sorry, I did not get that."] * 5, apart=20), NOW)
    assert not is_loop(seconds(*["Sorry, I did not get that."] * 5, apart=31), NOW)
    assert is_loop(seconds(*map(str, range(31))), NOW)
    assert not is_loop(seconds(*map(str, range(30))), NOW)
    assert not is_loop(seconds("hi", "i want", "haircut", "tmrw", "3", "yes", "yes", "yes", "yes", "thx"), NOW)


def test_start_and_help_are_known() -> None:
    assert (OptWord.IN, OptWord.HELP) == (opt_word("start", bare_cancel=True), opt_word("Info", bare_cancel=True))


def test_a_report_that_says_more_ranks_higher() -> None:
    order = [Delivery.QUEUED, Delivery.SENDING, Delivery.SENT, Delivery.FAILED, Delivery.DELIVERED, Delivery.READ]
    assert order == sorted(order, key=lambda delivery: delivery.rank)


@pytest.mark.parametrize(
    ("phone", "there"),
    [
        ("+447911123456", "12:00"),
        ("+97455501234", None),  # the same country
        ("+966501234567", None),  # another country, the same hour
        ("+12125550123", None),  # several hours in that country
        ("+9779812345678", "17:45"),
        ("15005550006", None),
        ("LID:abc", None),
    ],
)
def test_a_number_from_another_hour_reads_it_too(phone: str, there: str | None) -> None:
    found = elsewhere(phone, datetime(2026, 3, 11, 15, tzinfo=ZoneInfo("Asia/Qatar")))
    assert there == (f"{found:%H:%M}" if found is not None else None)
