"""The tables of what providers say: closed, walked in full, and each failure is either passing or for good."""

from collections.abc import Mapping

import pytest

from bot.channels import twilio_codes, ultramsg_codes, whatsapp_codes
from bot.commands.dead_letters import REASONS
from conversations.delivery import Delivery, SendFailure
from conversations.rules.retries import next_try

TABLES: dict[str, Mapping[int, SendFailure] | Mapping[str, SendFailure]] = {
    "twilio": twilio_codes.FAILURES,
    "whatsapp_cloud": whatsapp_codes.FAILURES,
    "ultramsg": ultramsg_codes.FAILURES,
}
PASSING = {
    "twilio": {
        *(20429, 30001, 63018, 14107, 30003, 30005, 30008, 21612, 30036, 30450, 30610, 63032),
        *(20003, 20404, 21408, 21606, 21608, 30002, 30034, 57012, 63038),  # once an operator has put the account right
    },
    "whatsapp_cloud": {
        *(1, 2, 4, 80007, 130429, 131000, 131016, 131056, 131057, 130472, 131048, 131049),
        *(0, 3, 10, 100, 190, *range(200, 300), 368, 131031, 131037, 131042),
        *(132000, 132001, 132012, 132015, 132016),
    },
    "ultramsg": {"token"},
}
FOR_GOOD = {
    "twilio": {
        *(21610, 63014, 21211, 21614, 21635, 30006, 63003, 63024, 63016),
        *(21617, 21620, 30004, 30007, 63013, 63021),
    },
    "whatsapp_cloud": {
        *(131047, 131021, 131026, 130403, 131050),
        *(131008, 131009, 131051, 131052, 131053, 132005, 132007),
    },
    "ultramsg": {"to", "body"},
}


@pytest.mark.parametrize("channel", TABLES)
def test_every_code_is_told_to_pass_or_to_be_for_good(channel: str) -> None:
    table = TABLES[channel]
    passing = {code for code, failure in table.items() if failure.may_pass_later}
    assert (PASSING[channel], FOR_GOOD[channel]) == (passing, set(table) - passing)


@pytest.mark.parametrize("failure", SendFailure)
def test_what_passes_is_tried_again_and_nothing_else(failure: SendFailure) -> None:
    assert failure.may_pass_later == (next_try(1, failure, 0.5) is not None)
    assert failure in REASONS


@pytest.mark.parametrize("statuses", [twilio_codes.STATUSES, whatsapp_codes.STATUSES, ultramsg_codes.ACKS])
def test_no_report_puts_a_text_back_into_our_hands(statuses: Mapping[str, Delivery]) -> None:
    assert set(statuses.values()) <= {Delivery.SENT, Delivery.DELIVERED, Delivery.READ, Delivery.FAILED}
