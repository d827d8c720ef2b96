"""What is told by email of which events, and to whom."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.booking import BookingStatus as S
from conversations.business import Money
from conversations.entries import read, written
from conversations.events import (
    Approved,
    Booked,
    Cancelled,
    DayCleared,
    Declined,
    Event,
    GivenBack,
    Moved,
    OfferTaken,
    PaymentLapsed,
    ReminderDue,
    RequestExpired,
    Said,
    TakenBack,
    TakesLonger,
    WentQuiet,
)
from conversations.languages import language, spoken
from conversations.replies import say
from conversations.rules.emails import LONGEST, News, is_address, mailing_of, sentences
from tests.bot.test_calendars_ics import ENTRY
from tests.conversations.plain_facts import TODAY, booking

PENDING, CONFIRMED = booking(), booking(status=S.CONFIRMED, confirmed=TODAY)
OFF = booking(status=S.CANCELLED, confirmed=TODAY)


@pytest.mark.parametrize(
    ("event", "client", "team", "in_calendar"),
    [
        (Booked(PENDING), News.REQUESTED, News.REQUESTED, 0),
        (Booked(CONFIRMED), News.CONFIRMED, News.CONFIRMED, 1),
        (Approved(CONFIRMED), News.CONFIRMED, News.CONFIRMED, 1),
        (OfferTaken(CONFIRMED), News.CONFIRMED, News.CONFIRMED, 1),
        (Moved(CONFIRMED, TODAY), News.CHANGED, News.CHANGED, 1),
        (Cancelled(OFF), News.CANCELLED, News.CANCELLED, 1),
        (Cancelled(booking(status=S.CANCELLED)), News.CANCELLED, News.CANCELLED, 0),
        (DayCleared((OFF, OFF)), News.CANCELLED, News.CANCELLED, 2),
        (TakenBack((PENDING,)), News.CHANGED, News.CHANGED, 1),
        (Declined(booking(status=S.DECLINED)), News.DECLINED, News.DECLINED, 0),
        (RequestExpired(booking(status=S.EXPIRED)), News.DECLINED, News.DECLINED, 0),
        (PaymentLapsed(booking(status=S.EXPIRED)), News.DECLINED, News.DECLINED, 0),
        (ReminderDue(CONFIRMED, asks=True), News.REMINDER, None, 0),
        (GivenBack(OFF, Money(100, "USD")), News.REFUND, None, 0),
    ],
)
def test_each_step_is_told(event: Event, client: News, team: News | None, in_calendar: int) -> None:
    mailing = mailing_of(event)
    assert mailing is not None
    assert (client, team, in_calendar) == (mailing.client, mailing.team, len(mailing.in_client_calendar))


@pytest.mark.parametrize(
    "event",
    [
        Said("hello"),
        WentQuiet(),
        TakesLonger(PENDING),
        OfferTaken(CONFIRMED, is_new=False),
        ReminderDue(replace(CONFIRMED, opted_out=True), asks=False),
    ],
)
def test_what_is_no_step_of_a_booking_is_told_by_text_alone(event: Event) -> None:
    assert mailing_of(event) is None


def test_every_subject_is_there_in_every_language() -> None:
    for code in spoken():
        assert {f"mail_{news}" for news in News} <= language(code)["replies"].keys()


def test_what_leads_to_options_stays_with_them() -> None:
    said = (say("declined"), say("declined_alternatives"))
    assert ("declined",) == tuple(reply.key for reply in sentences(said))


@pytest.mark.parametrize(
    "text", ["sara@example.org", "s.h+x@mail.example.co.ke", "a@b.xn--mgbaam7a8h", "O'Neil@example.ie"]
)
def test_these_are_addresses(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "sara", "sara@", "@example.org", "sara@example", "sara@@example.org", "sara@example.org\n",
        "sara@example..org", "sara@-example.org", "sara <sara@example.org>", "سارة@example.org", "a@b.co,c@d.co",
        "a" * 60 + "@" + "b" * 60 + "." + "c" * LONGEST + ".org",
    ],
)  # fmt: skip
def test_these_are_none(text: str) -> None:
    assert not is_address(text)


def test_an_entry_is_read_as_it_was_written() -> None:
    assert ENTRY == read(written(ENTRY))
    assert ENTRY.start.tzinfo == read(written(ENTRY)).start.tzinfo
    twice = ENTRY.start.replace(month=10, day=25, hour=1, fold=1)
    other = replace(ENTRY, start=twice, end=twice + timedelta(hours=1))
    assert 1 == read(written(other)).start.fold
