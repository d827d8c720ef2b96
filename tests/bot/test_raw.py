"""What a provider said of a message is kept for people to look at, without what is secret, and shown on its turn."""

import json

import pytest

from bot.channels.reading import LONGEST_RAW, raw_of
from bot.channels.twilio_inbound import TwilioInbound
from bot.desk import Desk
from bot.intake import receive
from handlers.console.thread_shown import moment_of
from models.messages import HIDDEN, hide

FORM = {
    "AccountSid": "AC123", "MessageSid": "SM1", "From": "+97455501234", "To": "+15005550006", "NumMedia": "0",
    "Body": "hi <b>سارة</b> 🎉",
}  # fmt: skip


def test_secrets_and_long_ends_are_left_out() -> None:
    told = json.loads(
        raw_of({**FORM, "token": "x", "nested": {"apiKey": "y", "list": [{"Secret": "z"}]}}, FORM["Body"])
    )
    assert ("…", "…", "…", "SM1") == (told["AccountSid"], told["token"], told["Body"], told["MessageSid"])
    assert {"apiKey": "…", "list": [{"Secret": "…"}]} == told["nested"]
    assert LONGEST_RAW == len(raw_of({"Body": "a" * 9000}, ""))


@pytest.mark.parametrize("body", ["a\x00b", "\ud83d", "", "\u202e"])
def test_it_can_always_be_stored(body: str) -> None:
    raw_of({"Body": body}, "").encode()
    assert "\x00" not in raw_of({"Body": body}, "")


def test_it_stands_beside_the_turn_until_the_words_are_hidden(desk: Desk) -> None:
    (inbound,) = TwilioInbound("token", ["+15005550006"]).parse(FORM)
    receive(desk, inbound)
    moment = desk.database.read(lambda session: moment_of(session, 1, 1))
    assert moment is not None
    came = moment.exchanges[0]
    assert (False, "sms", "SM1") == (came.is_ours, came.channel, came.provider_id)
    assert ("…", FORM["To"]) == (json.loads(came.raw)["Body"], json.loads(came.raw)["To"])
    desk.database.transact(lambda session: hide(session, [1]))
    moment = desk.database.read(lambda session: moment_of(session, 1, 1))
    assert moment is not None
    assert (HIDDEN,) == moment.heard
    assert not [one for one in moment.exchanges if not one.is_ours]
