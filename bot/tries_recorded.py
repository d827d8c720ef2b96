"""What came of a try to send: written down where it failed, and told in the log and the metrics."""

import random
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.channels.base import SendError
from bot.desk import Desk
from bot.in_hand import Tried
from bot.lines import About
from bot.logs import log, masked, without_number
from bot.metrics import SEND_FAILURES, SENDS, WEBHOOK_TO_SEND_SECONDS, SendOutcome
from bot.sending import LeaseLost, NotKnownYet, TheirTextFirst
from conversations.delivery import SendFailure
from conversations.rules.retries import next_try
from handlers.outbox import Claimed, message_given_up, message_put_off
from handlers.send_budgets import WHOLE_NUMBER, slowed


def about(claimed: Claimed) -> dict[str, Any]:
    """What a line says of the message it is about."""
    message = claimed.message
    return {
        "trace": claimed.trace, "outbox": message.outbox_id, "channel": claimed.channel,
        "person": masked(message.address),
    }  # fmt: skip


def tell_sent(one: Tried) -> None:
    """The provider has it, and the database knows."""
    claimed = one.claimed
    provider_id = without_number(one.provider_id)
    log.info("message_sent", provider_id=provider_id, attempt=claimed.attempts, **about(claimed))
    SENDS.add(channel=claimed.channel, outcome=SendOutcome.FOUND if one.is_found else SendOutcome.SENT)
    if claimed.asked_at is not None:
        WEBHOOK_TO_SEND_SECONDS.add((one.at - claimed.asked_at).total_seconds(), channel=claimed.channel)


def record_failure(desk: Desk, one: Tried, error: SendError, within: float) -> bool:
    """Put the message off or give it up; whether others must wait because of it. Raises DatabaseAway, also where others
    have kept it from us for so many seconds."""
    claimed = one.claimed
    asked = timedelta(seconds=error.retry_after) if error.retry_after is not None else None
    wait = next_try(claimed.attempts, error.failure, random.random(), asked)  # noqa: S311 - spreads load, no secret
    uncertain = error.failure is SendFailure.UNCERTAIN or claimed.perhaps_sent_since is not None
    slows, until = _slows(claimed, error), one.at + (wait or asked or timedelta(0))

    def work(session: Session) -> bool:
        why = error.failure, error.code, error.words
        if wait is None:
            is_ours = message_given_up(session, claimed, *why, one.at)
        else:
            is_ours = message_put_off(session, claimed, *why, one.at + wait, uncertain=uncertain)
        if slows is not None:
            slowed(session, claimed.channel, slows, until, desk.paces, one.at)
        return is_ours

    is_ours = desk.database.transact(work, within)
    with About(**about(claimed)):
        if isinstance(error, LeaseLost):
            log.error("lease_lost")
        if isinstance(error, LeaseLost) and not is_ours:
            SENDS.add(channel=claimed.channel, outcome=SendOutcome.LEFT)
        else:
            _tell_failed(claimed, error, wait)
        if slows is not None:
            seconds = round((until - one.at).total_seconds())
            log.warning("channel_slowed", one_person=slows != WHOLE_NUMBER, seconds=seconds)
    return slows is not None


def _tell_failed(claimed: Claimed, error: SendError, wait: timedelta | None) -> None:
    SEND_FAILURES.add(channel=claimed.channel, failure=error.failure)
    SENDS.add(channel=claimed.channel, outcome=SendOutcome.GIVEN_UP if wait is None else SendOutcome.PUT_OFF)
    if wait is None:
        log.error("message_given_up", failure=error.failure, code=error.code)
    else:
        seconds = round(wait.total_seconds(), 1)
        log.warning("message_put_off", failure=error.failure, code=error.code, seconds=seconds)


def tell_lost(claimed: Claimed, outcome: SendOutcome, event: str) -> None:
    """Nobody wrote down what came of it: its lease brings the message back, and the provider is asked."""
    if outcome is SendOutcome.BROKE:
        log.exception(event, **about(claimed))
    else:
        log.warning(event, **about(claimed))
    SENDS.add(channel=claimed.channel, outcome=outcome)


def _slows(claimed: Claimed, error: SendError) -> str | None:
    """Whose texts must wait as well: the recipient's, with their address, or everybody's, with none. None: nobody's."""
    if isinstance(error, NotKnownYet | TheirTextFirst):
        return None
    if error.failure is SendFailure.TOO_FAST_FOR_ONE:
        return claimed.message.address
    return WHOLE_NUMBER if error.failure is SendFailure.TOO_FAST or error.retry_after is not None else None
