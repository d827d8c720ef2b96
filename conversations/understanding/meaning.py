"""What a text can mean, and what must be known to read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from conversations.business import Service, Shift, Staff
from conversations.dialogue import Awaiting, Option
from conversations.values import made_often


class Certainty(StrEnum):
    NOTHING = "nothing"
    """The text says nothing about it."""
    CERTAIN = "certain"
    AMBIGUOUS = "ambiguous"
    """It says something that has several readings: ask."""
    IMPOSSIBLE = "impossible"
    """It says something that cannot be: refuse, with the reason."""


class Intent(StrEnum):
    """What the person wants done, apart from the slots their text fills."""

    BOOK = "book"
    BACK = "back"
    START_OVER = "start_over"
    NEVER_MIND = "never_mind"
    HELP = "help"
    MENU = "menu"
    PERSON = "person"
    MY_BOOKINGS = "my_bookings"
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    LATE = "late"
    """They are on their way, and will not be there in time."""
    PRICE = "price"
    WHERE = "where"
    HOURS = "hours"
    WHY_NOT = "why_not"
    """Why a day or a time cannot be had."""
    WAIT = "wait"
    """To be told when what is full comes free."""
    LEAVE = "leave"
    """A waiting list, not our texts."""
    PAY = "pay"
    """For what waits to be paid, now."""
    PAY_BY_CARD = "pay_by_card"
    PAY_BY_PHONE = "pay_by_phone"
    PAID = "paid"
    """They say that they have."""
    BALANCE = "balance"
    """What they have paid ahead, or have with us."""
    USUAL = "usual"
    """What they had before, once more."""
    GREETING = "greeting"
    THANKS = "thanks"
    LANGUAGE = "language"


PAYING = frozenset({Intent.PAY, Intent.PAY_BY_CARD, Intent.PAY_BY_PHONE, Intent.PAID})
"""Wishes only of somebody who has something to pay: of anybody else the same words are no wish."""


class Answer(StrEnum):
    YES = "yes"
    NO = "no"


@made_often
@dataclass(frozen=True, slots=True)
class DateReading:
    """A date, as said. `dates` holds the one meant, or, when ambiguous, each reading in calendar order; a single
    one where some word beside it may belong to it and was not understood ("did you mean wednesday?").

    `reason`, when impossible: `no_such_date` (31 February), `past`, or `weekday_conflict` ("monday 14th march", a
    Saturday; `dates` then ends with the Monday that is nearest). `words` is the part of the text it was read from.
    """

    certainty: Certainty = Certainty.NOTHING
    dates: tuple[date, ...] = ()
    reason: str = ""
    words: str = ""
    earliest: date | None = None
    latest: date | None = None
    """Both ends of a stretch of days ("next week", "from monday to wednesday"), or one of an open one ("after the
    5th"): AMBIGUOUS, with its first days in `dates`, seven at most."""
    excluded: tuple[date, ...] = ()
    """Days that were ruled out ("not friday")."""


@made_often
@dataclass(frozen=True, slots=True)
class TimeReading:
    """A time of day, as said: wall time. `times` as in DateReading. A bound or a range has no `times` but `earliest`,
    `latest` or both ("after 4", "between 2 and 4", "morning"). `reason`, when impossible: `no_such_time` (25:00),
    or `skipped`, with the time, where the clocks go forward over it."""

    certainty: Certainty = Certainty.NOTHING
    times: tuple[time, ...] = ()
    earliest: time | None = None
    latest: time | None = None
    reason: str = ""
    words: str = ""


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Every `every` days, weeks or months; `words` as they were said. 0: again and again, without saying how often."""

    every: int
    unit: Unit
    words: str = ""
    weekdays: tuple[int, ...] = ()
    """Those that were named, in order; Monday is 0."""


@dataclass(frozen=True, slots=True)
class Length:
    """How long it goes on: so many times, until a day (included), or for so many units from the first."""

    count: int | None = None
    until: date | None = None
    lasting: tuple[int, Unit] | None = None


Pair = tuple[date | None, time | None]
"""A day and a time that were named together; either may be left open."""


@dataclass(frozen=True)
class Understood:
    """Everything one text was understood to say; every part may be absent. Without slots, as Dialogue: a copy with some
    of its many parts changed is quickly made."""

    intent: Intent | None = None
    answer: Answer | None = None
    choice: Option | None = None
    """The offered option that was picked, by key or by its words."""
    service_ids: tuple[int, ...] = ()
    """Best first; more than one means the text fits several alike: ask."""
    staff_id: int | None = None
    date: DateReading = DateReading()
    time: TimeReading = TimeReading()
    name: str = ""
    moments: tuple[Pair, ...] = ()
    """Alternatives that name day and time in pairs ("mon 3pm or tue 4pm")."""
    seats: int | None = None
    """For how many people, where that was said, or where they were named one by one."""
    visit: tuple[tuple[int, ...], ...] = ()
    """Services that were named apart, to be had in one visit, each with all that fit ("cut and colour"); () for one."""
    adds: bool = False
    """What is named comes beside what is wanted already ("and a manicure")."""
    without: tuple[int, ...] = ()
    """Services that are not wanted after all ("without the massage")."""
    further: str = ""
    """The words of a second wish, where it has a service and a day or time of its own."""
    attendee: str = ""
    """Who it is for, where that is not who texts: "Amina (daughter)", "daughter"."""
    for_self: bool = False
    """It is for who texts, and for nobody else."""
    email: str = ""
    note: str = ""
    """What the business should know, as it was typed."""
    same_time: bool = False
    """The time of day of the booking they speak of ("same time next week")."""
    recurrence: Recurrence | None = None
    to_series: bool = False
    """They speak of a series that they have ("add 24 dec to my series")."""
    length: Length | None = None
    """How often in all, or until when: beside a recurrence, or where that was asked."""
    delay: int | None = None
    """By how many minutes they will be late, where they say that they will be."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What `intent`, `services` and `seats` were read from; the other parts hold their words themselves."""
    language: str = ""
    """The language the text is surely in ("es"); "" where its words do not tell."""

    @property
    def fills_nothing(self) -> bool:
        """No slot, no choice, no answer, and no wish but a greeting."""
        is_wish = self.intent not in (None, Intent.GREETING) or self.answer is not None
        return not (is_wish or self.name or self.email or self.note) and self.is_slotless

    @property
    def is_slotless(self) -> bool:
        """Nothing that a booking is made of, whatever else it tells."""
        return (
            self.choice is None
            and not self.service_ids
            and self.staff_id is None
            and self.seats is None
            and self.date.certainty is Certainty.NOTHING
            and self.time.certainty is Certainty.NOTHING
            and not (self.same_time or self.for_self or self.without or self.recurrence or self.length)
            and not self.attendee
        )


@dataclass(frozen=True)
class Context:
    """What a text is read against. `now` is aware, in the business's zone; `shifts` are the opening hours that decide a
    bare hour ("at 3"); `day` is the date under discussion. Without slots, as Understood."""

    now: datetime
    language: str = "en"
    region: str = ""
    services: tuple[Service, ...] = ()
    staff: tuple[Staff, ...] = ()
    shifts: tuple[Shift, ...] = ()
    options: tuple[Option, ...] = ()
    awaiting: Awaiting = Awaiting.NOTHING
    day: date | None = None
    wanted: tuple[int, ...] = ()
    """The services that are being booked."""
    may_owe: bool = True
    """Something may wait to be paid."""
