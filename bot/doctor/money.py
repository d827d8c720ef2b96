"""Money that a person must look at: what is to be paid back by hand, and calls about payments that nobody knows."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy.orm import Session

from bot.desk import Desk
from bot.doctor.finding import Finding, look
from models.provider_calls import calls_unknown
from models.refunds import refunds_by_hand

MOST = 20
PATIENCE = timedelta(minutes=10)
"""A call may come before the answer that makes its payment known."""


def money(session: Session, desk: Desk) -> Iterator[Finding]:
    bookings = sorted({row.booking_id for row in refunds_by_hand(session, MOST) if row.booking_id is not None})
    if bookings:
        named = ", ".join(f"#{number}" for number in bookings)
        yield look(f"Payments: money is to be paid back by hand, for {named}. REFUND 12 DONE says that it has been.")
    if unknown := calls_unknown(session, desk.clock.now() - PATIENCE, MOST):
        named = ", ".join(f"{row.provider} {row.about}" for row in unknown)
        yield look(f"Payments: these are of nothing that we know; look for them at the provider: {named}.")
