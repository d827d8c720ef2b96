"""What is to be done about an attempt to pay at its provider, and when it is looked at next."""

from datetime import datetime, timedelta
from enum import StrEnum

from conversations.payments import PaymentMethod, PaymentStatus
from conversations.rules.payments import GIVEN_UP, LIVING

LEASE = timedelta(seconds=60)
"""How long nobody else does what one process has begun to do."""
_MPESA = tuple(timedelta(seconds=seconds) for seconds in (75, 60, 120, 300))
_CARD = tuple(timedelta(minutes=minutes) for minutes in (3, 7, 20, 60))
"""From one look to the next, the last for ever: a call that never comes is asked for."""
_BEGIN = tuple(timedelta(seconds=seconds) for seconds in (3, 7, 15, 30, 60))
TAKE_AGAIN = timedelta(seconds=30)
"""When what is held is tried to be taken again."""


class Step(StrEnum):
    NOTHING = "nothing"
    BEGIN = "begin"
    LOOK = "look"
    END = "end"
    """Let it be paid no more."""
    CAPTURE = "capture"
    """Take what is held on the card."""
    GIVE_UP = "give_up"
    """Nothing can be asked of it any more."""


def next_step(
    method: PaymentMethod,
    status: PaymentStatus,
    begun_at: datetime | None,
    checkout_id: str,
    now: datetime,
    due_at: datetime,
    lapses_at: datetime,
    *,
    is_open: bool,
    is_approved: bool = True,
    is_held: bool = False,
) -> Step:
    """`is_open`: whether its booking still wants the money; `is_approved`: whether it may be taken, too; `is_held`:
    whether it is held on the card. A prompt is never sent twice: where nobody knows whether
    the first one was, nothing is done until its time is over. What was given up is looked at where its provider has
    said something else since."""
    if status in GIVEN_UP and checkout_id:
        return Step.END if method is PaymentMethod.CARD else Step.LOOK
    if status not in LIVING or status is PaymentStatus.PROOF_SUBMITTED:
        return Step.NOTHING
    if method is PaymentMethod.MPESA and begun_at is None:
        return Step.BEGIN if is_open and now < due_at else Step.GIVE_UP
    if not checkout_id:
        if method is PaymentMethod.MPESA and now < lapses_at:
            return Step.NOTHING
        return Step.GIVE_UP
    if is_held and is_open:
        return Step.CAPTURE if is_approved else Step.LOOK
    if method is PaymentMethod.CARD and (now >= due_at or not is_open):
        return Step.END
    return Step.LOOK


def begin_again(now: datetime, tries: int) -> datetime:
    """When a prompt is sent that could not be sent so many times: the client waits for it."""
    return now + _BEGIN[min(tries, len(_BEGIN) - 1)]


def look_again(method: PaymentMethod, now: datetime, looks: int) -> datetime:
    """When an attempt is looked at next that has been looked at so many times."""
    waits = _MPESA if method is PaymentMethod.MPESA else _CARD
    return now + waits[min(looks, len(waits) - 1)]
