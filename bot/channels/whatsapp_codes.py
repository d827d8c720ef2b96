"""The error codes and statuses of WhatsApp's Cloud API, as our own words."""

from types import MappingProxyType
from typing import Final

from conversations.delivery import Delivery, SendFailure

FAILURES: Final = MappingProxyType(
    {
        # Not processed: the same message may pass later.
        1: SendFailure.BUSY,
        2: SendFailure.BUSY,
        131000: SendFailure.BUSY,
        131016: SendFailure.BUSY,
        131057: SendFailure.BUSY,
        # Over the app's, the account's or the number's rate; over the rate to one person.
        4: SendFailure.TOO_FAST,
        80007: SendFailure.TOO_FAST,
        130429: SendFailure.TOO_FAST,
        131056: SendFailure.TOO_FAST_FOR_ONE,
        # The 24 hours are over.
        131047: SendFailure.WINDOW_CLOSED,
        # Not on WhatsApp, has blocked us, or is ourselves.
        131021: SendFailure.WRONG_ADDRESS,
        131026: SendFailure.WRONG_ADDRESS,
        130403: SendFailure.WRONG_ADDRESS,
        # Held back by Meta from this person: it lifts with time, not haste.
        130472: SendFailure.UNREACHABLE,
        131048: SendFailure.UNREACHABLE,
        131049: SendFailure.UNREACHABLE,
        131050: SendFailure.OPTED_OUT,
        # Our token, account, number or template; 100 is also the answer to a phone number id that is not ours.
        0: SendFailure.SETUP,
        3: SendFailure.SETUP,
        10: SendFailure.SETUP,
        100: SendFailure.SETUP,
        190: SendFailure.SETUP,
        **dict.fromkeys(range(200, 300), SendFailure.SETUP),
        368: SendFailure.SETUP,
        131031: SendFailure.SETUP,
        131037: SendFailure.SETUP,
        131042: SendFailure.SETUP,
        132000: SendFailure.SETUP,
        132001: SendFailure.SETUP,
        132012: SendFailure.SETUP,
        132015: SendFailure.SETUP,
        132016: SendFailure.SETUP,
        # This message will never pass.
        131008: SendFailure.CONTENT,
        131009: SendFailure.CONTENT,
        131051: SendFailure.CONTENT,
        131052: SendFailure.CONTENT,
        131053: SendFailure.CONTENT,
        132005: SendFailure.CONTENT,
        132007: SendFailure.CONTENT,
    }
)
"""Code → failure, the same for a refused send and for a status. `error.code` counts, not the HTTP status.
https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes"""

STATUSES: Final = MappingProxyType(
    {
        "sent": Delivery.SENT,
        "delivered": Delivery.DELIVERED,
        "read": Delivery.READ,
        "played": Delivery.READ,
        "failed": Delivery.FAILED,
    }
)
"""`statuses[].status` → delivery."""
