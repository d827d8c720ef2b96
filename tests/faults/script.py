"""What happens in a run, all of it drawn from a seed: who texts what, what the coordinators answer, and each kill."""

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tests.faults.courses import Course, drawn
from tests.faults.points import POINTS, Point, Reached

SERVICES = ("therapy", "massage", "maths", "facial")
"""Paid in full by card, a deposit by card, by phone in shillings, not beforehand."""
BY_PHONE, UNPAID = "maths", "facial"
"""Whoever books the second opens a course with it, and is asked about that before their YES."""
HOURS = range(9, 19)
FIRST_DAY = 6
"""Days from today to the first slot: later than any clock of the suite is ahead."""
REFUSED_NUMBERS = ("+15005550001", "+15005550004", "+15005550009")
"""Twilio takes no text to these."""
CALM_EVERY = 6
"""After every so many kills nothing is killed until what was under way is settled: that is how recovery is measured."""
ASKED_WHO = r"Who is going to learn"
ASKED, REQUESTED, CONFIRMED = r"Reply YES to book", r"Your request #(\d+)", r"Confirmed! #"


@dataclass(frozen=True, slots=True)
class Slot:
    """One of two hours that one client may have of one staff member; nobody else is given the same."""

    client: int
    second: bool = False

    @property
    def service(self) -> str:
        return SERVICES[self.client % len(SERVICES)]

    @property
    def hour(self) -> int:
        return HOURS[self._number % len(HOURS)]

    def day(self, today: date) -> date:
        return today + timedelta(days=FIRST_DAY + self._number // len(HOURS))

    def when(self, today: date) -> str:
        return f"{self.day(today):%d %B %Y} at {self.hour}:00"

    @property
    def _number(self) -> int:
        return 2 * (self.client // len(SERVICES)) + self.second


class Decision(StrEnum):
    """What the coordinator does with a request; NONE lets it run out."""

    NONE = "none"
    APPROVE = "approve"
    DECLINE = "decline"
    MODIFY = "modify"


class Pay(StrEnum):
    """What a client does who is asked to pay, on the page or on their phone."""

    AT_ONCE = "at once"
    TWICE = "twice"
    """From two tabs; or on the phone and by card."""
    REFUSED = "refused"
    """At the first try the card is declined, or the prompt cancelled."""
    LATE = "late"
    """They have the page or the prompt open, and pay when the deadline is over."""
    NEVER = "never"


class Then(StrEnum):
    """What becomes of a booking that is paid."""

    HAD = "had"
    CANCELLED = "cancelled"
    """By the client, who may be faster than their money."""
    CALLED_OFF = "called off"
    """By the coordinator."""
    PART_BACK = "part back"
    ALL_BACK = "all back"
    """The coordinator gives money back; the booking stands."""


PAYS = ((Pay.AT_ONCE, 45), (Pay.TWICE, 20), (Pay.REFUSED, 10), (Pay.LATE, 15), (Pay.NEVER, 10))
THENS = ((Then.HAD, 35), (Then.CANCELLED, 30), (Then.CALLED_OFF, 10), (Then.PART_BACK, 15), (Then.ALL_BACK, 10))


@dataclass(frozen=True, slots=True)
class Say:
    """One text, of which Twilio delivers `deliveries` copies at once, and the answer that must come (a pattern)."""

    words: str
    expect: str = ""
    deliveries: int = 1


@dataclass(frozen=True, slots=True)
class Together:
    """Texts sent without waiting for answers, and the answer that comes of them in the end."""

    words: tuple[str, ...]
    expect: str


class Stop(StrEnum):
    """How somebody ends our texts: by the carrier's word, which the carrier answers, or in their own."""

    CARRIER = "STOP"
    PLAIN = "stop texting me"


@dataclass(frozen=True, slots=True)
class Person:
    """A client. `slot` is the hour that must be booked for them, and for nobody else; None where that is open. `other`
    is the hour a coordinator may propose instead. Who says `stop` does so behind their request, and START later. `pay`
    is None where nothing is to be paid; `course` is what they tell of theirs, where their booking opens one."""

    phone: str
    texts: tuple[Say | Together, ...]
    slot: Slot | None = None
    other: Slot | None = None
    decision: Decision = Decision.NONE
    stop: Stop | None = None
    refused: bool = False
    pay: Pay | None = None
    then: Then = Then.HAD
    course: Course | None = None


class Story(StrEnum):
    """What kind of client somebody is."""

    BOOK = "book"
    STOP = "stop"
    """They book, and then want no more texts, for a while."""
    RIVALS = "rivals"
    """Two want one and the same hour."""
    REFUSED = "refused"
    """Twilio takes no text to them."""
    CANCELS = "cancels"
    """They book and pay at once, from two tabs where that is by card, and then want their money back."""


STORIES = ((Story.BOOK, 70), (Story.STOP, 14), (Story.RIVALS, 10), (Story.REFUSED, 6))


class Target(StrEnum):
    """What a kill meets: whoever gets to a point, one of the processes, or all."""

    POINT = "point"
    CHILD = "child"
    """One that gunicorn has started, and will start again."""
    MAIN = "main"
    """One that the operator has started, without its children."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Kill:
    """`after` seconds. `number` picks the process; for a point it is the pass at which it happens."""

    after: float
    target: Target
    number: int
    point: Point | None = None
    calm: bool = False

    def needs(self, reached: Reached) -> bool:
        return self.point is not None and self.point.reached is reached

    @property
    def name(self) -> str:
        return self.point.name if self.point is not None else f"any moment: {self.target}"


@dataclass(frozen=True, slots=True)
class Kills:
    """Those while people text, those when days have passed, and those about the journal: each while the database is
    away, or just back."""

    early: tuple[Kill, ...]
    late: tuple[Kill, ...]
    away: tuple[Kill, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """One round, on a fresh database. `today` only dates the texts. `stories` are told as often as they weigh."""

    seed: str
    today: date
    stories: tuple[tuple[Story, int], ...] = STORIES

    def people(self) -> Iterator[Person]:
        """Without end."""
        number = 0
        while True:
            chance = random.Random(f"{self.seed} person {number}")
            stories, weights = zip(*self.stories, strict=True)
            story = chance.choices(stories, weights)[0]
            for person in _people(chance, story, number, self.today):
                yield person
                number += 1

    def kills(self, count: int, points: Sequence[Point] = POINTS, *, also_between: bool = True) -> Kills:
        """So many kills: at the points, each in its turn, and every second one at any moment, if `also_between`."""
        chance = random.Random(f"{self.seed} kills")
        now, ahead, journal = (
            [point for point in points if point.reached in wanted]
            for wanted in ((Reached.ALWAYS, Reached.IN_ONE), (Reached.AHEAD,), (Reached.AWAY, Reached.BACK))
        )
        chance.shuffle(now)
        chance.shuffle(journal)
        late, away = (
            [Kill(0.0, Target.POINT, 1, point) for point in some[: max(1, count // 8)]] for some in (ahead, journal)
        )
        early = []
        for number in range(count - len(late) - len(away)):
            calm = number % CALM_EVERY == CALM_EVERY - 1
            if also_between and number % 2:
                target = chance.choice((Target.CHILD, Target.CHILD, Target.MAIN, Target.ALL))
                early.append(Kill(chance.uniform(0.2, 1.6), target, chance.randrange(8), None, calm))
            else:
                point = now[(number // 2 if also_between else number) % len(now)]
                early.append(Kill(chance.uniform(0.1, 0.8), Target.POINT, chance.randint(1, 3), point, calm))
        return Kills(tuple(early), tuple(late), tuple(away))

    def fingerprint(self, kills: Kills) -> str:
        """Of these kills and the first people: the same for the same seed, whatever the day."""
        same = Script(self.seed, date(2026, 1, 1), self.stories)
        people = [person for person, _ in zip(same.people(), range(200), strict=False)]
        return hashlib.sha256(repr((people, kills)).encode()).hexdigest()[:12]


def _people(chance: random.Random, story: Story, number: int, today: date) -> Iterator[Person]:
    """Those whom one story takes."""
    slot, other = Slot(number), Slot(number, second=True)
    if story is Story.RIVALS and slot.service == UNPAID:
        story = Story.BOOK  # who of two has the hour is asked more than the other
    match story:
        case Story.RIVALS:
            wish = Say(f"{slot.service} {slot.when(today)}", f"{ASKED}|nearest")
            yes = Say("yes", f"{REQUESTED}|[Ww]hich|nearest|free")
            yield from (Person(f"+97455{number + 1 + one:06}", (wish, yes)) for one in range(2))
        case Story.REFUSED:
            words = f"{slot.service} on {slot.day(today):%d %B %Y}"
            yield Person(chance.choice(REFUSED_NUMBERS), (Say(words),), refused=True)
        case _:
            decision = chance.choices(tuple(Decision), (40, 35, 10, 15))[0]
            stop = chance.choice(tuple(Stop)) if story is Story.STOP else None
            course = drawn(chance, number, today) if slot.service == UNPAID else None
            texts = _texts(chance, slot, today, course)
            pay, then = _money(chance, story)
            if stop or story is Story.CANCELS:
                decision = Decision.APPROVE
            if course is not None:
                yield Person(f"+97455{number + 1:06}", texts, slot, other, decision, stop, course=course)
                return
            phone = f"+25471{number + 1:07}" if slot.service == BY_PHONE else f"+97455{number + 1:06}"
            yield Person(phone, texts, slot, other, decision, stop, pay=pay, then=then)


def _money(chance: random.Random, story: Story) -> tuple[Pay, Then]:
    """What they do about paying, and what follows."""
    pays, thens = zip(*PAYS, strict=True), zip(*THENS, strict=True)
    pay, then = (chance.choices(*choices)[0] for choices in (pays, thens))
    match story:
        case Story.STOP:
            return Pay.NEVER, Then.HAD
        case Story.CANCELS:
            return Pay.TWICE, Then.CANCELLED
    return pay, then


def _texts(chance: random.Random, slot: Slot, today: date, course: Course | None) -> tuple[Say | Together, ...]:
    """The ways to a request."""
    copies = chance.choice((1, 1, 1, 2, 3))
    yes = Say(chance.choice(("yes", "yes, my name is Sara Ahmed")), REQUESTED, copies)
    asked, answers = (ASKED, ()) if course is None else (ASKED_WHO, tuple(_answers(chance, course)))
    day, hour = f"{slot.day(today):%d %B %Y}", f"{slot.hour}:00"
    match chance.randrange(4):
        case 0:
            return Say("hi", "Which service", copies), Say(f"{slot.service} {day} at {hour}", asked), *answers, yes
        case 1:
            return Say(f"{slot.service} {day} at {hour}", asked, copies), *answers, yes
        case 2:
            in_steps = (Say("book", "Which service"), Say(slot.service, "which day"), Say(day, "which time"))
            return *in_steps, Say(f"at {hour}", asked, copies), *answers, yes
        case _:
            bits = [slot.service, f"on {day}", f"at {hour}"]
            if course is None:  # else what comes last is taken for an answer
                bits += ["hello", "my name is Lea Haddad"]
            chance.shuffle(bits)
            return Together(tuple(bits), asked), *answers, yes


def _answers(chance: random.Random, course: Course) -> Iterator[Say]:
    """To what is asked about a course, each of which may be delivered several times."""
    for words, expect in (
        (course.name, "When is the exam"),
        (f"{course.event:%d %B %Y}", "Which email"),
        (course.email or "skip", "level now"),
        ("skip", ASKED),
    ):
        yield Say(words, expect, chance.choice((1, 1, 1, 2, 3)))
