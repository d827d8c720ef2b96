"""The payment providers that are set up, made when the first is needed: their libraries are heavy."""

from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from bot.payments.base import CardProvider, PaymentProvider
from config import Settings
from conversations.payments import PaymentMethod

if TYPE_CHECKING:
    from bot.desk import Desk

STRIPE, MPESA = "stripe", "mpesa"
NAMES = {PaymentMethod.CARD: STRIPE, PaymentMethod.MPESA: MPESA}


def methods(settings: Settings) -> tuple[PaymentMethod, ...]:
    """How clients can pay by a provider. A page to pay on needs an address."""
    by_card = settings.has_stripe and settings.public_url
    found = ((PaymentMethod.MPESA, settings.has_mpesa), (PaymentMethod.CARD, by_card))
    return tuple(method for method, is_there in found if is_there)


def home(settings: Settings) -> str:
    """What tells our payments from those of others on the same account."""
    return urlsplit(settings.public_url).hostname or ""


class Providers:
    """Each made once."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._made: dict[PaymentMethod, PaymentProvider] = {}

    def of(self, method: PaymentMethod) -> PaymentProvider:
        """Raises KeyError where it is not set up."""
        if method not in self._made:
            self._made[method] = _MAKE[method](self._desk)
        return self._made[method]

    def by_card(self, method: PaymentMethod) -> CardProvider:
        """The one that this method has, for what only cards can do. Raises KeyError where it is another method, or is
        not set up."""
        if method is not PaymentMethod.CARD:
            raise KeyError(method)
        return cast(CardProvider, self.of(method))


def _stripe(desk: "Desk") -> PaymentProvider:
    from bot.payments.stripe_checkout import StripeCheckout

    settings = desk.settings
    if not settings.has_stripe:
        raise KeyError(PaymentMethod.CARD)
    return StripeCheckout(
        settings.stripe_api_key.get_secret_value(), desk.clock.now, settings.stripe_api_base, home(settings)
    )


def _mpesa(desk: "Desk") -> PaymentProvider:
    from bot.payments.mpesa import open_mpesa

    if not desk.settings.has_mpesa:
        raise KeyError(PaymentMethod.MPESA)
    return open_mpesa(desk.settings, desk.database, desk.clock.now)


_MAKE = {PaymentMethod.CARD: _stripe, PaymentMethod.MPESA: _mpesa}
