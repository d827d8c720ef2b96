"""The inbox narrowed to what conversations have led to."""

from pathlib import Path

import pytest

from bot.commands.opening import load_business
from handlers.console.inbox_listed import PAGE, inbox_rows
from models.inbox_listing import Led, Place, Wanted
from tests.handlers.salon import BUSINESS, OMAR, SARA, TOM, Phone, Salon

EVE, KIM, LEA, NIA = (Phone(name, "sms", f"+9745550777{n}") for n, name in enumerate(("Eve", "Kim", "Lea", "Nia")))


def listed(salon: Salon, led: Led | None, **more: object) -> list[str]:
    """The addresses of those who are listed, in the order of their numbers."""
    wanted = Wanted(led=led, **more)  # type: ignore[arg-type]
    rows = salon.desk.database.read(lambda session: inbox_rows(session, wanted, None))
    return sorted(row.address for row in rows)


def book(salon: Salon, phone: Phone, words: str) -> None:
    salon.text(phone, words)
    salon.text(phone, "yes")


def addresses(*phones: Phone) -> list[str]:
    return sorted(phone.address for phone in phones)


def test_everybody_is_found_under_what_became_of_them(salon: Salon) -> None:
    salon.text(NIA, "what do you offer?")
    book(salon, SARA, "massage tomorrow at 10")
    book(salon, TOM, "massage tomorrow at 12")
    book(salon, EVE, "massage tomorrow at 14")
    book(salon, KIM, "massage tomorrow at 16")
    assert addresses(SARA, TOM, EVE, KIM) == listed(salon, Led.REQUESTED)
    assert [] == listed(salon, Led.BOOKED) == listed(salon, Led.CALLED_OFF) == listed(salon, Led.UNPAID)
    salon.text(OMAR, "APPROVE 2,4")
    salon.text(OMAR, "DECLINE 3")
    salon.text(KIM, "cancel 4")
    salon.text(KIM, "yes")
    assert {1: "pending", 2: "confirmed", 3: "declined", 4: "cancelled"} == salon.statuses()
    assert addresses(SARA) == listed(salon, Led.REQUESTED)
    assert addresses(TOM) == listed(salon, Led.BOOKED)
    assert addresses(EVE, KIM) == listed(salon, Led.CALLED_OFF)
    assert addresses(NIA) == listed(salon, Led.NOTHING)
    assert addresses(SARA, TOM, EVE, KIM, NIA) == listed(salon, None)
    book(salon, EVE, "massage tomorrow at 15")
    assert addresses(KIM) == listed(salon, Led.CALLED_OFF), "what counts is the last"
    assert addresses(SARA, EVE) == listed(salon, Led.REQUESTED)
    assert [] == listed(salon, Led.CALLED_OFF, channel="whatsapp"), "beside the other filters"


def test_a_wish_for_another_time_waits_too_and_is_found_until_it_is_answered(salon: Salon) -> None:
    book(salon, SARA, "massage tomorrow at 10")
    salon.text(OMAR, "APPROVE 1")
    assert [] == listed(salon, Led.REQUESTED)
    salon.text(SARA, "move 1 to tomorrow 13:00")
    salon.text(SARA, "yes")
    assert addresses(SARA) == listed(salon, Led.REQUESTED) == listed(salon, Led.BOOKED)
    salon.text(OMAR, "DECLINE 1")
    assert [] == listed(salon, Led.REQUESTED)


def test_what_waits_to_be_paid_is_found_until_it_is(salon: Salon, tmp_path: Path) -> None:
    path = tmp_path / "business.toml"
    asks = '[[policies]]\npayment = "full"\npayment_minutes = 60\n'
    path.write_text(f"{BUSINESS}\n{asks}", encoding="utf-8")
    load_business(salon.desk.database, path, now=salon.desk.clock.now())
    book(salon, SARA, "massage tomorrow at 10")
    assert [] == listed(salon, Led.UNPAID)
    salon.text(OMAR, "APPROVE 1")
    assert {1: "approved"} == salon.statuses()
    assert addresses(SARA) == listed(salon, Led.UNPAID)
    assert [] == listed(salon, Led.BOOKED) == listed(salon, Led.REQUESTED) == listed(salon, Led.NOTHING)
    salon.text(OMAR, "PAID 1")
    assert {1: "confirmed"} == salon.statuses()
    assert (addresses(SARA), []) == (listed(salon, Led.BOOKED), listed(salon, Led.UNPAID))


def test_a_client_is_found_in_whichever_of_their_conversations(salon: Salon) -> None:
    there = Phone("Sara", "whatsapp", SARA.address)
    salon.text(there, "hi")
    book(salon, SARA, "massage tomorrow at 10")
    salon.text(OMAR, "APPROVE 1")
    assert 2 == len(listed(salon, Led.BOOKED))
    assert [] == listed(salon, Led.NOTHING)


@pytest.mark.parametrize("led", list(Led))
def test_coordinators_have_led_to_nothing_and_their_list_stays_theirs(salon: Salon, led: Led) -> None:
    salon.text(OMAR, "today")
    assert [] == listed(salon, led)
    assert addresses(OMAR) == listed(salon, None, team=True)


def test_a_page_goes_on_behind_the_last_of_the_same_kind(salon: Salon) -> None:
    people = [Phone(f"{n}", "sms", f"+9745559{n:04}") for n in range(PAGE + 5)]
    for number, phone in enumerate(people):
        salon.text(phone, "agent" if number % 9 == 0 else "hi")
    book(salon, people[7], "massage tomorrow at 10")
    wanted = Wanted(led=Led.NOTHING)
    first = salon.desk.database.read(lambda session: inbox_rows(session, wanted, None))
    assert PAGE + 1 == len(first)
    last = first[PAGE - 1]
    behind = Place(last.needs_person, last.last_message_at, last.id)
    then = salon.desk.database.read(lambda session: inbox_rows(session, wanted, behind))
    assert first[PAGE].id == then[0].id
    found = [row.address for row in [*first[:PAGE], *then]]
    assert addresses(*(one for one in people if one is not people[7])) == sorted(found)
