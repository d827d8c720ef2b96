"""What goes wrong between us and another calendar, as operators read it."""


class CalendarFailure(Exception):
    """The calendar cannot be read or written now. Its words are a status or a kind of error, never an address, a
    password or what an event says. `is_setup`: somebody must change a setting, and trying again soon is of no use."""

    def __init__(self, words: str, *, is_setup: bool = False, retry_after: float | None = None) -> None:
        super().__init__(words)
        self.words, self.is_setup, self.retry_after = words, is_setup, retry_after


class NotACalendar(CalendarFailure):
    """What came is something else."""

    def __init__(self) -> None:
        super().__init__("what came is no calendar", is_setup=True)


class TokenRefused(Exception):
    """The server does not know any more what has changed since: the calendar is read whole."""


class EventRefused(Exception):
    """The server does not take this one event, and may well take others. Words as in CalendarFailure."""
