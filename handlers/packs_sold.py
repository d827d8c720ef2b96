"""Sessions paid ahead: sold by a coordinator, told to the client, and what is left of them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.effects import SellPack
from conversations.events import Event, PackSold
from conversations.payments import PackView, PaymentMethod, PaymentStatus
from conversations.rules.payments import Split
from handlers.booked_for import room_of
from handlers.circumstances import Circumstances
from handlers.money_moved import take_in
from handlers.profile import Profile
from handlers.requests_decided import decider
from models.clients import client_for
from models.payments import add_payment, payment_by_id
from models.prepaid import add_pack, pack_by_id, packs_of


def sell_pack(
    session: Session, effect: SellPack, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event] | None:
    """The client has them; what they paid for them is in the books."""
    now, who = circumstances.now, decider(conversation, profile)
    client_id = client_for(session, effect.phone, "", now)
    room = room_of(session, effect.phone, client_id, conversation.channel, circumstances)
    pack_id = add_pack(
        session, now, client_id=client_id, service_id=effect.service_id, sessions=effect.sessions,
        price=effect.price.amount, currency=effect.price.currency, sold_by=who,
    )  # fmt: skip
    if effect.price.amount:
        payment_id = add_payment(
            session, now, client_id=client_id, method=PaymentMethod.DESK, status=PaymentStatus.PENDING,
            amount=effect.price.amount, currency=effect.price.currency, result_desc="", verified_by=who,
            verified_at=now,
        )  # fmt: skip
        payment = payment_by_id(session, payment_id)
        assert payment is not None
        take_in(session, payment, effect.price, Split(effect.price.amount, 0), who, f"pack {pack_id}", now)
    if room is None:
        return None
    return room, PackSold(pack_view(pack_by_id(session, pack_id), profile))


def packs(session: Session, client_id: int, circumstances: Circumstances, profile: Profile) -> Sequence[PackView]:
    """What a client has left, what ends soonest first."""
    return [pack_view(row, profile) for row in packs_of(session, client_id, circumstances.now)]


def pack_view(row: Row[Any], profile: Profile) -> PackView:
    return PackView(profile.names_of_services.get(row.service_id, ""), row.sessions_left)
