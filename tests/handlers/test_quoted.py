"""What a client reads that something costs is what is written of it, and what they are asked to pay."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.desk import Desk
from bot.stories import Phone, Player
from models.bookings import bookings
from tests.conftest import MakeDesk
from tests.handlers.till import AMINA, SARA, ZAWADI, Till

DISTANCE = Path(__file__).parent.parent / "stories" / "distance.toml"
YOGA = Path(__file__).parent / "yoga.toml"
CLAIRE = Phone("Claire", "sms", "+33612345678", "Claire")
KAMAU = Phone("Kamau", "sms", "+254722000009", "Kamau")


@pytest.fixture
def till(make_desk: MakeDesk, clock: SetClock) -> Iterator[Till]:
    """Tuesday 10 March 2026, 10:15 in Nairobi."""
    with Till(make_desk, clock, business=DISTANCE) as till:
        yield till
        till.check()


def written(till: Till) -> tuple[int, str, int]:
    row = till.booking()
    return row.price, row.currency, row.session_rate


def test_a_kenyan_is_asked_in_shillings_on_the_phone_first(till: Till) -> None:
    till.requests("couples therapy")
    assert "14,500.00 KES" in "".join(till.texts(AMINA))
    assert (1_450_000, "KES", 1_450_000) == written(till)
    till.says(ZAWADI, "approve 1")
    assert 14500 == till.prompt.asked["Amount"]
    assert "M-Pesa" in till.last(AMINA)
    till.pays_by_phone()
    assert [(1_450_000, "KES")] == [(each.received, each.currency) for each in till.payments()]


def test_others_are_asked_in_their_own_money_or_the_services(till: Till) -> None:
    till.approved("individual therapy", CLAIRE)
    assert (7500, "EUR", 7500) == written(till)
    assert [] == till.daraja.prompts and till.link(CLAIRE)
    till.approved("individual therapy", SARA, "13 march 10am")
    assert (7900, "USD", 7900) == written(till)


def test_a_series_is_written_as_it_was_read(till: Till) -> None:
    till.says(AMINA, "individual therapy every thursday at 10 for 3 weeks", "yes")
    found = till.desk.database.read(
        lambda session: session.execute(select(bookings.c.price, bookings.c.currency)).all()
    )
    assert [(950_000, "KES")] * 3 == [tuple(row) for row in found]


def test_who_is_booked_by_hand_is_booked_in_the_money_of_their_own_country(till: Till) -> None:
    till.says(ZAWADI, f"BOOK {CLAIRE.address} Claire individual therapy 12 march 10:00")
    assert (7500, "EUR", 7500) == written(till)
    till.says(ZAWADI, f"PACK {CLAIRE.address} 10 individual therapy")
    assert "750.00 EUR" in till.last(ZAWADI)


def test_several_services_are_in_the_services_money_where_not_all_have_the_clients(till: Till) -> None:
    till.requests("individual therapy and report")
    assert "119.00 USD" in "".join(till.texts(AMINA))
    assert (11_900, "USD", 11_900) == written(till)


def test_a_seat_is_written_as_it_was_read(desk: Desk, clock: SetClock, tmp_path: Path) -> None:
    path = tmp_path / "yoga.toml"
    text = YOGA.read_text(encoding="utf-8").replace('price = "12.00"', 'price = "12.00"\nprices = { KES = "2000" }')
    path.write_text(text, encoding="utf-8")
    load_business(desk.database, path, now=clock.now())
    player = Player(desk, clock, phones={"Kamau": KAMAU})
    said = player.play("clock 2026-03-10 10:15\nperson Kamau sms +254722000009\n"
                       "Kamau> yoga monday 16 march 9am, 2 people\nKamau> yes\n")  # fmt: skip
    assert "4,000.00 KES" in said
    row = desk.database.read(lambda session: session.execute(select(bookings)).one())
    assert (400_000, "KES", 200_000) == (row.price, row.currency, row.session_rate)


def test_services_that_share_the_clients_money_alone_are_a_visit_for_them(
    make_desk: MakeDesk, clock: SetClock, tmp_path: Path
) -> None:
    text = DISTANCE.read_text(encoding="utf-8").replace(
        'price = "40.00"', 'price = "30.00"\ncurrency = "GBP"\nprices = { KES = "5000" }'
    )
    path = tmp_path / "distance.toml"
    path.write_text(text, encoding="utf-8")
    with Till(make_desk, clock, business=path) as till:
        till.requests("individual therapy and report")
        assert (1_450_000, "KES", 1_450_000) == written(till)
        till.says(ZAWADI, f"BOOK {KAMAU.address} Kamau individual therapy and report 13 march 10:00")
        assert (1_450_000, "KES", 1_450_000) == written(till)
        assert "ask_which_first" in till.says(SARA, "individual therapy and report 14 march 10am")[0]
        till.check()
