"""Twilio's error codes and statuses, as our own words; and what sending and hearing from it have in common."""

from types import MappingProxyType
from typing import Final

from conversations.delivery import Delivery, SendFailure

SMS: Final = "sms"
WHATSAPP: Final = "whatsapp"
OUTBOX: Final = "outbox"
"""The query parameter of our status callback URL that carries the outbox id there and back."""
FAILURES: Final = MappingProxyType(
    {
        # Not processed, or queues are full: the same message may pass later, and so for every other one.
        20429: SendFailure.TOO_FAST,
        30001: SendFailure.TOO_FAST,
        63018: SendFailure.TOO_FAST,
        # Over 30 fast replies between two numbers: Twilio's guard against loops blocks them for 30 s.
        14107: SendFailure.TOO_FAST_FOR_ONE,
        # Said STOP, or blocked us.
        21610: SendFailure.OPTED_OUT,
        63014: SendFailure.OPTED_OUT,
        # No such number, a landline, or nobody on WhatsApp.
        21211: SendFailure.WRONG_ADDRESS,
        21614: SendFailure.WRONG_ADDRESS,
        21635: SendFailure.WRONG_ADDRESS,
        30006: SendFailure.WRONG_ADDRESS,
        63003: SendFailure.WRONG_ADDRESS,
        63024: SendFailure.WRONG_ADDRESS,
        # Phone off, no route, validity over, unknown: perhaps later, else a person must know.
        21612: SendFailure.UNREACHABLE,
        30003: SendFailure.UNREACHABLE,
        30005: SendFailure.UNREACHABLE,
        30008: SendFailure.UNREACHABLE,
        30036: SendFailure.UNREACHABLE,
        # Guards over one recipient: traffic pumping, quiet hours, held back by Meta. They lift with time, not haste.
        30450: SendFailure.UNREACHABLE,
        30610: SendFailure.UNREACHABLE,
        63032: SendFailure.UNREACHABLE,
        # Free text outside WhatsApp's 24 hours.
        63016: SendFailure.WINDOW_CLOSED,
        # Our account, sender or registration.
        20003: SendFailure.SETUP,
        20404: SendFailure.SETUP,
        21408: SendFailure.SETUP,
        21606: SendFailure.SETUP,
        21608: SendFailure.SETUP,
        30002: SendFailure.SETUP,
        30034: SendFailure.SETUP,
        57012: SendFailure.SETUP,
        63038: SendFailure.SETUP,  # the account's daily cap: nobody gets anything until tomorrow, so alarm
        # This text will never pass.
        21617: SendFailure.CONTENT,
        21620: SendFailure.CONTENT,
        30004: SendFailure.CONTENT,
        30007: SendFailure.CONTENT,
        63013: SendFailure.CONTENT,
        63021: SendFailure.CONTENT,
    }
)
"""Code → failure, the same for a refused send and for a status callback. https://www.twilio.com/docs/api/errors"""

STATUSES: Final = MappingProxyType(
    {
        # Twilio has it from the first of these on, which is all that SENT says.
        "accepted": Delivery.SENT,
        "scheduled": Delivery.SENT,
        "queued": Delivery.SENT,
        "sending": Delivery.SENT,
        "sent": Delivery.SENT,
        "delivered": Delivery.DELIVERED,
        "read": Delivery.READ,
        "undelivered": Delivery.FAILED,
        "failed": Delivery.FAILED,
        "canceled": Delivery.FAILED,
    }
)
"""MessageStatus → delivery. https://www.twilio.com/docs/messaging/guides/track-outbound-message-status"""
