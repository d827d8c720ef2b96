"""The one clock. Everything else is told the time."""

from datetime import UTC, datetime, timedelta
from threading import Lock


class Clock:
    """The time, in UTC. `ahead` lets a simulation run in the future. `is_shared`: other processes that go by
    clocks of their own may work beside this one."""

    def __init__(self, ahead: timedelta = timedelta(0)) -> None:
        self.ahead = ahead
        self.is_shared = True
        self._moving = Lock()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead  # noqa: TID251 - this is the one place

    def move_to(self, at: datetime) -> None:
        """Let it be `at`, and go on from there. Time never goes backwards: what has been already changes nothing."""
        with self._moving:
            self.ahead += max(at - self.now(), timedelta(0))


class SetClock(Clock):
    """A clock that stands still until it is moved: for stories and tests."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self.at

    def move_to(self, at: datetime) -> None:
        self.at = max(self.at, at.astimezone(UTC))

    def move(self, by: timedelta) -> None:
        self.at += by
