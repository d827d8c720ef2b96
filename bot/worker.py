"""The worker: the dispatcher, the schedule and the calendars, in this process."""

from typing import TYPE_CHECKING

from sqlalchemy.engine import URL

from bot.calendars.loop import CalendarLoop
from bot.desk import Desk
from bot.dispatcher import Dispatcher
from bot.schedule import Schedule

if TYPE_CHECKING:
    from bot.listener import Listener

POLL_SECONDS = 0.1
"""How often work is looked for where other processes leave it and no bell tells of it: SQLite and MariaDB."""
SWEEP_SECONDS = 1.0
"""How often it is looked for behind the bell."""


class Worker:
    """What works in the background. Any number of them may run, on any number of machines."""

    def __init__(self, desk: Desk, *, alone: bool = True) -> None:
        """`alone`: no other process leaves work for this one, so its own bell tells of all there is."""
        url = desk.database.engine.url
        self.listener = _listener(url, desk) if url.get_backend_name() == "postgresql" else None
        is_told = alone or self.listener is not None
        self.dispatcher = Dispatcher(desk, poll=SWEEP_SECONDS if is_told else POLL_SECONDS)
        self.schedule = Schedule(desk)
        self.calendars = CalendarLoop(desk)

    def start(self) -> None:
        if self.listener is not None:
            self.listener.start()
        self.dispatcher.start()
        self.schedule.start()
        self.calendars.start()

    def stop(self) -> None:
        """Finish what is under way, and stop."""
        self.calendars.stop()
        self.schedule.stop()
        self.dispatcher.stop()
        if self.listener is not None:
            self.listener.stop()


def _listener(url: URL, desk: Desk) -> "Listener":
    from bot.listener import Listener

    return Listener(url, desk.wake)
