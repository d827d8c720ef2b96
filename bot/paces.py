"""How fast each channel's provider takes texts: from our number as the settings say, to one person as it says."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from config import Settings
from conversations.rules.pacing import Pace, Paces, per_second

PAIR_RATE: Final = Pace(timedelta(seconds=6), burst=45)
"""WhatsApp, to one person, whoever carries it there: one text in 6 s, 45 at once borrowed from later (error 131056).
https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages"""


def paces(settings: Settings) -> Mapping[str, Paces]:
    """The paces to keep, by channel."""
    return {
        "sms": Paces(per_second(settings.twilio_messages_per_second)),
        "whatsapp": Paces(per_second(settings.twilio_whatsapp_messages_per_second), PAIR_RATE),
        "whatsapp_cloud": Paces(per_second(settings.whatsapp_messages_per_second), PAIR_RATE),
        "ultramsg": Paces(per_second(settings.ultramsg_messages_per_second)),
    }
