"""What is to be done about payments and refunds at their providers: written down before and after, asked in between,
with no transaction open."""

from functools import partial

from bot.desk import Desk
from bot.logs import log, new_trace
from bot.payments.base import Asked, Known, ProviderAway, ProviderRefused, ProviderUnclear
from bot.payments.providers import NAMES
from conversations.money import Money
from conversations.payments import Outcome, PaymentNews, RefundNews
from conversations.rules.payment_steps import TAKE_AGAIN, Step, look_again
from handlers.money_returned import refund_due, refund_heard, refund_put_off
from handlers.payment_begun import Attempt, attempt_begun, attempt_due, attempt_put_off, card_attempt
from handlers.payment_heard import payment_heard
from handlers.provider_called import heard_of, known_by
from models.payments import payment_by_id


def open_checkout(desk: Desk, token: str) -> str:
    """Where the client who has this token pays by card now; "" where nothing is to be paid any more. Raises
    ProviderAway, ProviderRefused, KeyError where nobody can pay by card, DatabaseAway."""
    trace = new_trace()
    attempt = desk.database.transact(lambda session: card_attempt(session, token, desk.circumstances(trace)))
    if attempt is None:
        return ""
    return attempt.url if attempt.checkout_id else _begin(desk, attempt, trace)


def carry_out(desk: Desk, payment_id: int) -> bool:
    """What is to be done about this payment now, if anything is. Raises DatabaseAway."""
    trace = new_trace()
    attempt = desk.database.transact(lambda session: attempt_due(session, payment_id, desk.circumstances(trace)))
    if attempt is None:
        return False
    try:
        if attempt.step is Step.BEGIN:
            _begin(desk, attempt, trace)
        else:
            _look(desk, attempt, trace)
    except ProviderRefused as refused:
        log.warning("payment_refused", payment=payment_id, method=attempt.method, code=refused.code, why=refused.words)
        news = PaymentNews(Outcome.FAILED, payment_id, code=refused.code, words=refused.words)
        if attempt.step is Step.BEGIN:
            desk.database.transact(lambda session: payment_heard(session, news, desk.circumstances(trace)))
        else:
            _put_off(desk, attempt, None, trace)
    except ProviderAway as away:
        log.warning("payment_provider_away", payment=payment_id, method=attempt.method, why=away.words)
        again = TAKE_AGAIN.total_seconds() if attempt.step is Step.CAPTURE else None
        _put_off(desk, attempt, away.retry_after or again, trace)
    except ProviderUnclear:
        log.warning("payment_unclear", payment=payment_id, method=attempt.method)
    desk.wake.ring()
    return True


def carry_out_refund(desk: Desk, refund_id: int) -> bool:
    """Give money back, or see what has become of that. Raises DatabaseAway."""
    now = desk.clock.now()
    row = desk.database.transact(lambda session: refund_due(session, refund_id, now))
    if row is None:
        return False
    payment = desk.database.read(lambda session: payment_by_id(session, row.payment_id))
    assert payment is not None
    try:
        provider = desk.providers.by_card(row.method)
        if row.provider_refund_id:
            news = provider.look_at_refund(row.provider_refund_id)
        else:
            amount = Money(row.amount, row.currency)
            news = provider.refund(row.id, payment.transaction_id or "", amount, row.idempotency_key)
    except ProviderRefused as refused:
        log.error("refund_refused", refund=refund_id, code=refused.code, why=refused.words)
        news = RefundNews(Outcome.FAILED, refund_id, code=refused.code, words=refused.words)
    except (ProviderAway, ProviderUnclear, KeyError) as away:
        log.warning("refund_put_off", refund=refund_id, why=str(away))
        later = look_again(row.method, now, row.looks)
        desk.database.transact(lambda session: refund_put_off(session, refund_id, later, desk.clock.now()))
        return True
    desk.database.transact(lambda session: refund_heard(session, news, desk.clock.now()))
    return True


def _begin(desk: Desk, attempt: Attempt, trace: str) -> str:
    """Where it is paid, "" for on the phone. What the provider told meanwhile happens now."""
    back_to = f"{desk.settings.public_url}/pay/{attempt.token}/back" if attempt.token else desk.settings.public_url
    begun = desk.providers.of(attempt.method).begin(
        Asked(
            attempt.payment_id, attempt.booking_id, attempt.amount, attempt.words, attempt.key, attempt.ends_at,
            attempt.phone, attempt.email, attempt.language, attempt.is_hold, back_to,
        )
    )  # fmt: skip
    save = partial(
        attempt_begun, payment_id=attempt.payment_id, checkout_id=begun.checkout_id, merchant_id=begun.merchant_id,
        url=begun.url,
    )  # fmt: skip
    url = desk.database.transact(lambda session: save(session, circumstances=desk.circumstances(trace)))
    name = NAMES[attempt.method]
    desk.database.transact(lambda session: known_by(session, name, attempt.payment_id, desk.circumstances(trace)))
    return url


def _look(desk: Desk, attempt: Attempt, trace: str) -> None:
    provider = desk.providers.of(attempt.method)
    known = Known(attempt.payment_id, attempt.checkout_id, attempt.amount, attempt.transaction_id)
    match attempt.step:
        case Step.CAPTURE:
            news = desk.providers.by_card(attempt.method).capture(known, f"{attempt.key}-take")
        case Step.END:
            news = provider.end(known)
        case _:
            news = provider.look(known)
    name = NAMES[attempt.method]
    desk.database.transact(lambda session: heard_of(session, name, news, desk.circumstances(trace)))
    is_known = news.outcome is Outcome.AUTHORIZED and attempt.is_held
    if is_known or news.outcome in (Outcome.OPEN, Outcome.PROCESSING):
        _put_off(desk, attempt, None, trace)


def _put_off(desk: Desk, attempt: Attempt, seconds: float | None, trace: str) -> None:
    desk.database.transact(
        lambda session: attempt_put_off(session, attempt.payment_id, seconds, desk.circumstances(trace))
    )
