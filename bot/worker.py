"""The worker: the dispatcher and the schedule, in this process."""

from bot.desk import Desk
from bot.dispatcher import Dispatcher
from bot.schedule import Schedule


class Worker:
    """What works in the background. Any number of them may run, on any number of machines."""

    def __init__(self, desk: Desk, poll: float = 1.0) -> None:
        self.dispatcher = Dispatcher(desk, poll=poll)
        self.schedule = Schedule(desk)

    def start(self) -> None:
        self.dispatcher.start()
        self.schedule.start()

    def stop(self) -> None:
        """Finish what is under way, and stop."""
        self.schedule.stop()
        self.dispatcher.stop()
