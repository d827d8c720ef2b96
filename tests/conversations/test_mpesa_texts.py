"""What a client is told by M-Pesa and passes on: the code, the amount and the moment, and never the balance."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.money import Money
from conversations.rules.mpesa import NAIROBI
from conversations.rules.mpesa_texts import Confirmation, read_confirmation

PAYBILL = (
    "UA51ABCDEF Confirmed. Ksh1,500.00 sent to CORNER HOUSE for account BK12 on 5/1/26 at 2:30 PM. New M-PESA balance "
    "is Ksh9,876.54. Transaction cost, Ksh23.00."
)
EXPECTED = Confirmation("UA51ABCDEF", Money(150_000, "KES"), datetime(2026, 1, 5, 14, 30, tzinfo=NAIROBI))


@pytest.mark.parametrize(
    "text",
    [
        PAYBILL,
        PAYBILL.lower(),
        PAYBILL.upper(),
        PAYBILL.replace(" ", "\n"),
        PAYBILL.replace(" ", "\u00a0"),
        f"Hi, I have paid, see here:\n\n{PAYBILL}\nthank you",
        f"[05/01, 14:31] MPESA: {PAYBILL}",
        "UA51ABCDEF confirmed.Ksh1,500 paid to CORNER HOUSE. on 5/1/26 at 2:30 PM.New M-PESA balance is Ksh9,876.54.",
        "UA51ABCDEF Confirmed. Ksh1500.00 paid to CORNER HOUSE Till Number 987654 on 05/01/2026 at 14:30. New balance",
        "UA51ABCDEF Confirmed. You have paid KES 1,500.00 to CORNER HOUSE for account BK12 on 5/1/26 at 2.30PM. New",
        "UA51ABCDEF Confirmed.\nKsh. 1,500.0 sent to\nJANE W 0712345678\non 5/1/26 at 2:30 PMNew M-PESA balance is",
        "UA51ABCDEF Imethibitishwa. Ksh1,500.00 imetumwa kwa CORNER HOUSE kwa akaunti BK12 tarehe 5/1/26 saa 2:30 PM.",
        "UA51ABCDEF Imethibitishwa Ksh1,500.00 zimetumwa kwa CORNER HOUSE mnamo 5/1/26 saa 2:30 PM Baki yako ni Ksh1.",
        "UA51ABCDEF Imethibitishwa. Umelipa Ksh1,500.00 kwa CORNER HOUSE 5/1/26 2:30 PM.Baki yako mpya katika M-PESA",
    ],
)
def test_a_payment_is_read_in_each_of_its_forms(text: str) -> None:
    assert read_confirmation(text) == EXPECTED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "UA51ABCDEF",
        "I paid Ksh1,500.00 to CORNER HOUSE on 5/1/26 at 2:30 PM",
        "UA51ABCDEF Confirmed. You have received Ksh1,500.00 from JANE W 0712345678 on 5/1/26 at 2:30 PM.",
        "UA51ABCDEF Imethibitishwa. Umepokea Ksh1,500.00 kutoka JANE W mnamo 5/1/26 saa 2:30 PM",
        "UA51ABCDEF confirmed.You bought Ksh50.00 of airtime on 5/1/26 at 2:30 PM.New M-PESA balance is Ksh6.11.",
        "UA51ABCDEF Confirmed. on 5/1/26 at 2:30 PM Give Ksh1,000.00 cash to AGENT New M-PESA balance is Ksh1,338.00",
        "UA51ABCDEF Confirmed. Transaction UA51ABCDEE has been reversed. Ksh1,500.00 has been returned to your account",
        "UA51ABCDEF Imethibitishwa. Baki yako ni: Akaunti ya M-PESA : Ksh263.47 Tarehe 5/1/26 saa 2:30 PM.",
        "UA51ABCDEF Confirmed. Fuliza M-PESA amount is Ksh50.00. Access fee charged Ksh5.00.",
        "UA51ABCDE Confirmed. Ksh1,500.00 sent to CORNER HOUSE on 5/1/26 at 2:30 PM.",
        "UA51ABCDEFG Confirmed. Ksh1,500.00 sent to CORNER HOUSE on 5/1/26 at 2:30 PM.",
        "ABCDEFGHIJ Confirmed. Ksh1,500.00 sent to CORNER HOUSE on 5/1/26 at 2:30 PM.",
        "UA51ABCDEF Confirmed. Ksh0.00 sent to CORNER HOUSE on 5/1/26 at 2:30 PM.",
        "UA51ABCDEF Confirmed. USD1,500.00 sent to CORNER HOUSE on 5/1/26 at 2:30 PM.",
        "UA51ABCDEF Confirmed. Ksh15,00.00 sent to CORNER HOUSE on 5/1/26 at 2:30 PM.",
    ],
)
def test_what_is_no_payment_that_went_out_proves_nothing(text: str) -> None:
    assert read_confirmation(text) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("on 5/1/26 at 12:05 AM", datetime(2026, 1, 5, 0, 5, tzinfo=NAIROBI)),
        ("on 31/12/26 at 12:05 PM", datetime(2026, 12, 31, 12, 5, tzinfo=NAIROBI)),
        ("on 5/1/26 at 8.02am", datetime(2026, 1, 5, 8, 2, tzinfo=NAIROBI)),
        ("on 5/1/26 at 14:30 Amount you can transact", datetime(2026, 1, 5, 14, 30, tzinfo=NAIROBI)),
        ("on 13/13/26 at 2:30 PM", None),
        ("on 5/1/26 at 14:30 PM", None),
        ("on 5/1/26", None),
        ("", None),
    ],
)
def test_a_moment_that_cannot_be_read_does_not_spoil_the_rest(written: str, expected: datetime | None) -> None:
    found = read_confirmation(f"UA51ABCDEF Confirmed. Ksh79.50 sent to X {written}")
    assert Confirmation("UA51ABCDEF", Money(7950, "KES"), expected) == found


def test_of_two_texts_the_first_payment_counts() -> None:
    received = "UB62ABCDEF Confirmed. You have received Ksh70.00 from JANE on 4/1/26 at 2:30 PM"
    assert read_confirmation(f"{received} {PAYBILL} {PAYBILL.replace('UA51', 'UC73')}") == EXPECTED


def test_the_balance_is_not_kept() -> None:
    assert "987654" not in repr(read_confirmation(PAYBILL)).replace("_", "").replace(",", "")


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    assert read_confirmation(text) is None
    found = read_confirmation(f"UA51ABCDEF Confirmed. Ksh1,500.00 sent to {text}")
    assert found is None or ("UA51ABCDEF", 150_000) == (found.code, found.amount.amount)
