"""What a provider told, as it is kept until we know of what."""

from datetime import datetime
from typing import Any

from conversations.money import Money
from conversations.payments import Outcome, PaymentNews


def dump(news: PaymentNews) -> dict[str, Any]:
    """As JSON, without what is empty. The payer's phone is not kept."""
    said = {
        "outcome": news.outcome.value,
        "payment_id": news.payment_id,
        "checkout_id": news.checkout_id,
        "merchant_id": news.merchant_id,
        "transaction_id": news.transaction_id,
        "amount": [news.amount.amount, news.amount.currency] if news.amount is not None else None,
        "code": news.code,
        "words": news.words,
        "at": news.at.isoformat() if news.at is not None else None,
    }
    return {name: value for name, value in said.items() if value not in (None, "")}


def load(said: dict[str, Any]) -> PaymentNews:
    values = dict(said)
    values["outcome"] = Outcome(values["outcome"])
    if "amount" in values:
        values["amount"] = Money(*values["amount"])
    if "at" in values:
        values["at"] = datetime.fromisoformat(values["at"])
    return PaymentNews(**values)
