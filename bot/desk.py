"""The running program's parts, put together from the settings in one place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, partial
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from bot.channels.base import Channel
from bot.channels.simulator import SCREEN, SimulatorChannel
from bot.clock import Clock
from bot.database import Database
from bot.journal import Journal
from bot.metrics import RACES_LOST
from bot.paces import paces
from bot.payments.providers import Providers, methods
from bot.senders_here import SendersHere
from bot.wake import Wake
from config import Settings
from conversations.rules.pacing import Paces
from conversations.rules.routes import EMAIL
from handlers.circumstances import Circumstances
from handlers.profile import Overrides, Profiles

if TYPE_CHECKING:
    from bot.interpreter import Interpreter
    from bot.sealing import Sealer

TOKEN_BYTES = 32
PATIENCE = timedelta(seconds=4)
"""Until a turn goes on without the interpreter, which takes three at most; where it died, the schedule sees to it."""


@dataclass(frozen=True)
class Desk:
    """Everything that a webhook, the dispatcher, the schedule or a command needs."""

    settings: Settings
    database: Database
    clock: Clock
    channels: Mapping[str, Channel]
    profiles: Profiles
    wake: Wake = field(default_factory=Wake)
    interpreter: "Interpreter | None" = None
    paces: Mapping[str, Paces] = field(default_factory=dict)
    senders_here: SendersHere = field(default_factory=SendersHere)

    @cached_property
    def journal(self) -> Journal:
        """Where messages wait while the database is away."""
        return Journal(self.settings.journal_dir)

    @cached_property
    def providers(self) -> Providers:
        """Who is spoken to about payments."""
        return Providers(self)

    @cached_property
    def sealer(self) -> "Sealer | None":
        """What seals and opens the answers to an intake, where there is a key."""
        if not self.settings.has_intake:
            return None
        from bot.sealing import Sealer

        return Sealer(self.settings.encryption_key.get_secret_value())

    def fingerprint(self, channel: str, address: str) -> str:
        """What is kept of an address that is to be known again and told to nobody: it takes SECRET_KEY to make it.
        Raises OSError where there is no key and none can be made."""
        from hashlib import sha256
        from hmac import digest

        from bot.console.secrets import secret_key

        return digest(secret_key(self.settings), f"suppressed {channel} {address}".encode(), sha256).hex()

    def circumstances(self, trace: str, *, starts_over: bool = False) -> Circumstances:
        """What a deed is told, as of now. `starts_over`: whether all of its transaction is done again where a race is
        lost."""
        return self._circumstances(now=self.clock.now(), trace=trace, starts_over=starts_over)

    @cached_property
    def _circumstances(self) -> Callable[..., Circumstances]:
        """What is the same for every deed."""
        return partial(
            Circumstances,
            profiles=self.profiles,
            channels={name: channel.capabilities for name, channel in self.channels.items()},
            burst=timedelta(milliseconds=self.settings.burst_ms),
            patience=PATIENCE if self.interpreter is not None else timedelta(0),
            race_lost=RACES_LOST.add,
            seal=self.sealer.seal if self.sealer is not None else None,
            fingerprint=self.fingerprint,
            new_token=partial(token_urlsafe, TOKEN_BYTES),
            room_for=self.senders_here.room_for,
        )


def open_desk(settings: Settings, clock: Clock | None = None, database: Database | None = None) -> Desk:
    """Put the parts together. Nothing is asked of a database or a provider yet."""
    return Desk(
        settings=settings,
        database=database or Database(settings.database),
        clock=clock or Clock(),
        channels=_channels(settings),
        profiles=Profiles(overrides(settings)),
        interpreter=_interpreter(settings) if settings.has_llm else None,
        paces=paces(settings),
    )


def overrides(settings: Settings) -> Overrides:
    """What the environment says of the business."""
    prefix, _, phone = settings.coordinator_phone_number.rpartition(":")
    return Overrides(
        name=settings.business_name,
        zone=settings.zone,
        region=settings.default_region,
        language=settings.default_language,
        coordinator_phone=phone,
        coordinator_channel=prefix,
        public_url=settings.public_url,
        seals=settings.has_intake,
        pays_by=methods(settings),
    )


def _interpreter(settings: Settings) -> "Interpreter":
    from bot.completions import Completions
    from bot.interpreter import Interpreter

    return Interpreter(Completions(settings.llm_api_base, settings.llm_api_key.get_secret_value(), settings.llm_model))


def _channels(settings: Settings) -> dict[str, Channel]:
    """Those that are set up. A provider's library is imported only where it is."""
    channels: dict[str, Channel] = {}
    if settings.has_twilio:
        channels |= _twilio(settings)
    if settings.has_whatsapp:
        from bot.channels.whatsapp import WhatsAppChannel

        channels["whatsapp_cloud"] = WhatsAppChannel(
            settings.whatsapp_graph_version, settings.whatsapp_token.get_secret_value(),
            settings.whatsapp_phone_number_id, settings.whatsapp_template, settings.whatsapp_api_base,
        )  # fmt: skip
    if settings.has_ultramsg:
        from bot.channels.ultramsg import UltraMsgChannel

        token = settings.ultramsg_token.get_secret_value()
        channels["ultramsg"] = UltraMsgChannel(settings.ultramsg_instance_id, token, settings.ultramsg_api_base)
    if settings.has_email:
        channels[EMAIL] = _email(settings)
    if settings.has_simulator:
        channels["simulator"] = SimulatorChannel(capabilities=SCREEN)
    return channels


def _email(settings: Settings) -> Channel:
    from bot.channels.email import EmailChannel, mail_server

    return EmailChannel(mail_server(settings), settings.smtp_from, Clock().now)


def _twilio(settings: Settings) -> dict[str, Channel]:
    from bot.channels.twilio import TwilioChannel

    callback = f"{settings.public_url}/webhooks/twilio/status" if settings.public_url else ""
    sid, token = settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value()
    found: dict[str, Channel] = {}
    if settings.twilio_sms_number or settings.twilio_messaging_service_sid:
        found["sms"] = TwilioChannel(
            "sms", sid, token, numbers=_numbers(settings.twilio_sms_number),
            messaging_service_sid=settings.twilio_messaging_service_sid, api_base=settings.twilio_api_base,
            status_callback_url=callback,
        )  # fmt: skip
    if settings.twilio_whatsapp_number:
        found["whatsapp"] = TwilioChannel(
            "whatsapp", sid, token, numbers=_numbers(settings.twilio_whatsapp_number),
            api_base=settings.twilio_api_base, status_callback_url=callback,
        )  # fmt: skip
    return found


def _numbers(number: str) -> tuple[str, ...]:
    return (number.rpartition(":")[2],) if number else ()
