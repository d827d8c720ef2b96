"""Whether Stripe lets us in, where payment by card is set up. Nothing is asked of anybody."""

from collections.abc import Iterator

from bot.clock import Clock
from bot.doctor.finding import Finding, good, look, wrong
from config import Settings


def card_payments(settings: Settings) -> Iterator[Finding]:
    if not settings.has_stripe:
        return
    yield _asked(settings)
    if not settings.public_url:
        yield look(
            "PUBLIC_URL is not set: set it, or Stripe cannot tell us of payments and clients have no page to pay."
        )
    else:
        words = "for checkout.session.*, payment_intent.payment_failed, refund.* and charge.dispute.created"
        yield good(f"Set as Stripe's webhook endpoint, {words}: {settings.public_url}/webhooks/stripe")


def _asked(settings: Settings) -> Finding:
    from bot.payments.base import ProviderAway, ProviderRefused
    from bot.payments.stripe_checkout import StripeCheckout
    from bot.payments.stripe_inbound import is_live

    key = settings.stripe_api_key.get_secret_value()
    stripe = StripeCheckout(key, Clock().now, settings.stripe_api_base)
    try:
        stripe.try_out()
    except ProviderRefused as error:
        return wrong(f"Stripe: does not let us in ({error.code}). Look at STRIPE_API_KEY.")
    except ProviderAway as error:
        return wrong(f"Stripe: no answer that can be used ({error.words}). Look at STRIPE_API_BASE, or try again.")
    finally:
        stripe.close()
    if is_live(key) is False:
        return look("Stripe: lets us in, but with a test key: cards are not charged. Set the live key and its secret.")
    return good("Stripe: lets us in.")
