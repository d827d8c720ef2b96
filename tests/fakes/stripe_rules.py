"""What Stripe refuses, in its own words."""

import re
from collections.abc import Mapping

THREE_DECIMAL = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
WHOLE = frozenset({"isk", "ugx"})
"""Counted in hundredths that are always 00."""
SMALLEST = {"aed": 200, "gbp": 30, "isk": 7000, "jpy": 80, "kes": 7000, "kwd": 150, "qar": 200, "ugx": 190000}
"""What is worth half a dollar; 50 in other currencies."""
LOCALES = frozenset({"auto", "de", "en", "en-GB", "es", "es-419", "fil", "fr", "fr-CA", "hi-IN", "it", "pt", "pt-BR"})
"""Some of Stripe's; Arabic and Swahili are none of them."""
FIELDS = re.compile(
    r"mode|success_url|cancel_url|client_reference_id|customer_email|expires_at|locale|metadata\[\w+\]"
    r"|payment_intent_data\[capture_method\]|payment_intent_data\[metadata\]\[\w+\]|payment_method_types\[\d+\]|line_items\[0\]\[quantity\]"
    r"|line_items\[0\]\[price_data\]\[(?:currency|unit_amount|product_data\]\[name)\]"
)
PRICE = "line_items[0][price_data]"


class Refused(Exception):
    """An error as Stripe words it. What fails before anything is done is not remembered under its key."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        param: str = "",
        kind: str = "invalid_request_error",
        is_remembered: bool = False,
    ) -> None:
        super().__init__(message)
        self.status, self.is_remembered = status, is_remembered
        self.error = {"type": kind, "code": code, "message": message, "param": param}


def check_page(form: Mapping[str, str], now: int) -> None:
    """Raises Refused for what Stripe would not take, before anything is done."""
    if unknown := next((name for name in form if not FIELDS.fullmatch(name)), ""):
        raise Refused(400, "parameter_unknown", f"Received unknown parameter: {unknown}", unknown)
    for name in ("mode", f"{PRICE}[currency]", f"{PRICE}[unit_amount]", f"{PRICE}[product_data][name]", "success_url"):
        if not form.get(name):
            raise Refused(400, "parameter_missing", f"Missing required param: {name}.", name)
    currency, amount = form[f"{PRICE}[currency]"], int(form[f"{PRICE}[unit_amount]"])
    if not re.fullmatch("[a-z]{3}", currency):
        raise Refused(400, "", f"Invalid currency: {currency}", f"{PRICE}[currency]")
    if (currency in THREE_DECIMAL and amount % 10) or (currency in WHOLE and amount % 100):
        raise Refused(400, "invalid_charge_amount_no_decimal_compatible", "Invalid amount.", f"{PRICE}[unit_amount]")
    if amount < SMALLEST.get(currency, 50):
        words = "The Checkout Session's total amount must convert to at least 50 cents."
        raise Refused(400, "amount_too_small", words)
    if not now + 1800 <= int(form["expires_at"]) <= now + 86400:
        words = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation."
        raise Refused(400, "", words, "expires_at")
    if form.get("locale", "auto") not in LOCALES:
        raise Refused(400, "", "Invalid locale", "locale")
    if "@" not in form.get("customer_email", "@"):
        words = f"Invalid email address: {form['customer_email']}"
        raise Refused(400, "email_invalid", words, "customer_email")


def inside(form: Mapping[str, str], name: str) -> dict[str, str]:
    """The fields `name[…]` of a form."""
    pattern = re.compile(re.escape(name) + r"\[(\w+)\]")
    return {found[1]: value for field, value in form.items() if (found := pattern.fullmatch(field))}
