"""The one clock. Everything else is told the time."""

from datetime import UTC, datetime, timedelta


class Clock:
    """The time, in UTC. `ahead` lets a simulation run in the future."""

    def __init__(self, ahead: timedelta = timedelta(0)) -> None:
        self.ahead = ahead

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead  # noqa: TID251 - this is the one place


class SetClock(Clock):
    """A clock that stands still until it is moved: for stories and tests."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> None:
        self.at += by
