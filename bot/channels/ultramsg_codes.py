"""UltraMsg's errors and acknowledgements, as our own words. It numbers nothing: an error names the field at fault."""

from types import MappingProxyType
from typing import Final

from conversations.delivery import Delivery, SendFailure

FAILURES: Final = MappingProxyType(
    {
        "token": SendFailure.SETUP,
        "to": SendFailure.WRONG_ADDRESS,
        "body": SendFailure.CONTENT,
    }
)
"""Field → failure, the first that is named. What names none is judged by its HTTP status."""

ACKS: Final = MappingProxyType(
    {
        "pending": Delivery.SENT,  # UltraMsg has it, the phone does not yet: to us that is sent
        "server": Delivery.SENT,
        "device": Delivery.DELIVERED,
        "read": Delivery.READ,
        "played": Delivery.READ,
    }
)
"""`data.ack` → delivery."""
