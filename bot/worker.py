"""The worker: the dispatcher, the schedule, the calendars, the payments and outgoing webhooks, in this process."""

from typing import TYPE_CHECKING

from sqlalchemy.engine import URL

from bot.calendars.loop import CalendarLoop
from bot.desk import Desk
from bot.dispatcher import Dispatcher
from bot.outgoing.loop import WebhookLoop
from bot.payments.providers import methods
from bot.schedule import Schedule
from conversations.rules.routes import EMAIL
from models.outbox_claims import EVERYTHING, Carries

if TYPE_CHECKING:
    from bot.listener import Listener
    from bot.payments.loop import PaymentLoop

POLL_SECONDS = 0.1
"""How often work is looked for where other processes leave it and no bell tells of it: SQLite and MariaDB."""
SWEEP_SECONDS = 1.0
"""How often it is looked for behind the bell."""
MAIL_SENDERS = 2
"""Emails have senders of their own, so that a slow mail server keeps no text waiting."""


class Worker:
    """What works in the background. Any number of them may run, on any number of machines."""

    def __init__(self, desk: Desk, *, alone: bool = True) -> None:
        """`alone`: no other process leaves work for this one, so its own bell tells of all there is."""
        url = desk.database.engine.url
        desk.clock.is_shared = not alone
        self.listener = _listener(url, desk) if url.get_backend_name() == "postgresql" else None
        is_told = alone or self.listener is not None
        poll, has_email = SWEEP_SECONDS if is_told else POLL_SECONDS, desk.settings.has_email
        self.dispatcher = Dispatcher(desk, poll=poll, carries=Carries(but=EMAIL) if has_email else EVERYTHING)
        self.emails = Dispatcher(desk, MAIL_SENDERS, SWEEP_SECONDS, Carries(only=EMAIL)) if has_email else None
        self.schedule = Schedule(desk)
        self.calendars = CalendarLoop(desk)
        self.webhooks = WebhookLoop(desk)
        self.payments = _payments(desk) if methods(desk.settings) else None

    def start(self) -> None:
        if self.listener is not None:
            self.listener.start()
        self.dispatcher.start()
        if self.emails is not None:
            self.emails.start()
        self.schedule.start()
        self.calendars.start()
        self.webhooks.start()
        if self.payments is not None:
            self.payments.start()

    def stop(self) -> None:
        """Finish what is under way, and stop."""
        self.calendars.stop()
        self.webhooks.stop()
        if self.payments is not None:
            self.payments.stop()
        self.schedule.stop()
        self.dispatcher.stop()
        if self.emails is not None:
            self.emails.stop()
        if self.listener is not None:
            self.listener.stop()


def _listener(url: URL, desk: Desk) -> "Listener":
    from bot.listener import Listener

    return Listener(url, desk.wake, desk.database.engine)


def _payments(desk: Desk) -> "PaymentLoop":
    from bot.payments.loop import PaymentLoop

    return PaymentLoop(desk)
