"""PACK: sessions that a client has paid ahead."""

import re
from decimal import Decimal

from conversations.commands.base import Command, Outcome
from conversations.commands.book import number_in
from conversations.commands.words import read
from conversations.effects import SellPack
from conversations.facts import Facts
from conversations.money import Money, minor_units
from conversations.replies import say
from conversations.rules.prices import quoted

_SOLD = re.compile(r"([0-9]{1,3})\s+(.+?)(?:\s+([0-9]{1,9}(?:[.,][0-9]{1,3})?))?")
MOST = 200


def run(rest: str, facts: Facts) -> Outcome:
    """Whose, how many, of what, and what they paid for all of it, which otherwise is the price of as many."""
    phone, behind = number_in(rest, facts.business.region)
    sold = _SOLD.fullmatch(behind.strip())
    if not phone or sold is None or not 0 < int(sold[1]) <= MOST:
        return Outcome(say("command_pack_how", example=COMMAND.example))
    wished = read(sold[2], facts).service_ids
    found = next((one for one in facts.services() if (one.id,) == wished), None)
    if found is None:
        return Outcome(say("command_pack_how", example=COMMAND.example))
    (found,) = quoted((found,), phone)
    sessions, price = int(sold[1]), Money(found.price.amount * int(sold[1]), found.price.currency)
    if sold[3]:
        try:
            price = Money(minor_units(Decimal(sold[3].replace(",", ".")), found.price.currency), found.price.currency)
        except ValueError:
            return Outcome(say("command_no_amount", example=COMMAND.example))
    reply = say("command_packed", phone=phone, count=sessions, service=found.called, price=price)
    return Outcome(reply, (SellPack(phone, found.id, sessions, price),))


COMMAND = Command("PACK", "PACK +97455501234 10 therapy 700.00", act=run)
