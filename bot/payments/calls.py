"""What payment providers tell by a call of theirs, taken in."""

from functools import partial

from sqlalchemy.orm import Session

from bot.desk import Desk
from bot.logs import log, new_trace
from bot.payments.stripe_inbound import Dispute
from conversations.payments import PaymentNews, RefundNews
from handlers.circumstances import Circumstances
from handlers.provider_called import dispute_called, payment_called, refund_called

News = PaymentNews | RefundNews | Dispute


def take_call(desk: Desk, provider: str, call_id: str, news: News, *, is_signed: bool) -> None:
    """In one transaction; what was told before changes nothing. Raises DatabaseAway: then it is told again, or asked
    for."""
    trace = new_trace()
    take = partial(_take, provider=provider, call_id=call_id, news=news, is_signed=is_signed)
    is_new = desk.database.transact(lambda session: take(session, circumstances=desk.circumstances(trace)))
    log.info("payment_call", provider=provider, call=call_id, kind=type(news).__name__, new=is_new, trace=trace)
    desk.wake.ring()


def _take(
    session: Session, *, provider: str, call_id: str, news: News, is_signed: bool, circumstances: Circumstances
) -> bool:
    match news:
        case PaymentNews():
            return payment_called(session, provider, call_id, news, circumstances, is_signed=is_signed)
        case RefundNews():
            return refund_called(session, provider, call_id, news, circumstances)
        case Dispute():
            return dispute_called(session, provider, call_id, news.transaction_id, news.code, circumstances)
