"""The work unit: one booking, six texts in and eight messages out, and how what is heard of it is checked."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

SERVICES = (
    "Facial", "Haircut", "Manicure", "Massage", "Pedicure", "Physiotherapy", "Piano lesson", "Pilates", "Reflexology",
    "Therapy", "Yoga", "Tailoring", "Tattoo", "Maths lesson", "Spanish lesson", "Guitar lesson",
)  # fmt: skip
"""Each has its own coordinator: nobody answers more than thirty requests a minute by hand, and the product takes who
does for a program."""
FIRST_HOUR, HOURS = 8, 12
STEPS = 6
COMMANDED_STEP = 5
"""The coordinator's, after the client's five."""
FAULTS = ("lost", "doubled", "disordered", "crossed")
_PROMPT = re.compile(r"NEW BOOKING REQUEST #(\d+)\nClient: (\+\d+)")
_NUMBER = re.compile(r"#(\d+)")


@dataclass(frozen=True, slots=True)
class Message:
    """One that is expected: the text that causes it, who gets it, and what must stand in it."""

    step: int
    to_client: bool
    holds: tuple[str, ...]


@dataclass(slots=True)
class Talk:
    """One client's conversation, number `number` of a run that begins on `today`; what has been heard of it."""

    number: int
    today: date
    booking: str = ""
    step: int = -1
    heard: list[int] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    _written: tuple[str, tuple[Message, ...]] = ("-", ())

    @property
    def phone(self) -> str:
        return f"+9745{5_000_000 + self.number:07}"

    @property
    def service(self) -> str:
        return SERVICES[self.number % len(SERVICES)]

    @property
    def coordinator(self) -> str:
        return coordinator_of(self.number % len(SERVICES))

    @property
    def day(self) -> date:
        return self.today + timedelta(days=2 + self.number // len(SERVICES) // HOURS)

    @property
    def hour(self) -> int:
        return FIRST_HOUR + self.number // len(SERVICES) % HOURS

    def said(self, step: int) -> tuple[str, str]:
        """Who texts, and what."""
        if step == COMMANDED_STEP:
            return self.coordinator, f"APPROVE {self.booking}"
        spoken = f"{self.hour % 12 or 12}{'am' if self.hour < 12 else 'pm'}"
        texts = ("book", self.service.lower(), f"{self.day.day} {self.day:%B}", spoken, "yes")
        return self.phone, texts[step]

    def expected(self) -> tuple[Message, ...]:
        """As far as its booking's number is known by now."""
        if self._written[0] != self.booking:
            self._written = self.booking, self._write()
        return self._written[1]

    def _write(self) -> tuple[Message, ...]:
        day, short = f"{self.day:%A} {self.day.day} {self.day:%B}", f"{self.day:%a} {self.day.day} {self.day:%b %Y}"
        time, name = f"{self.hour:02}:00", self.service
        when = f"{day} {self.day.year}, {time}"
        return (
            Message(0, True, ("Which service would you like?", *SERVICES)),
            Message(1, True, (f"{name}: which day suits you?",)),
            Message(2, True, (f"{day}: which time?",)),
            Message(3, True, (f"{name} (60 min)", when, "Reply YES")),
            Message(4, True, (f"Thank you! Your request #{self.booking}", f"{name}, {when}")),
            Message(5, True, (f"Confirmed! #{self.booking}: {name}", when)),
            Message(
                4, False, (f"REQUEST #{self.booking}\nClient: {self.phone}", f"Service: {name}", f"{short}, {time}")
            ),
            Message(5, False, (f"APPROVED: Appointment #{self.booking} confirmed",)),
        )

    def hear(self, to: str, text: str) -> int | None:
        """Note one message; the step that caused it, or None where it is none of what is expected here."""
        if prompt := _PROMPT.search(text):
            self.booking = self.booking or prompt[1]
        elif not self.booking and (thanks := _NUMBER.search(text)):
            self.booking = thanks[1]
        expected = self.expected()
        own = [at for at, one in enumerate(expected) if to == (self.phone if one.to_client else self.coordinator)]
        found = next((at for at in own if all(words in text for words in expected[at].holds)), None)
        if found is None:
            self.faults["crossed"] += 1
            return None
        if found in self.heard:
            self.faults["doubled"] += 1
            return None
        missing = [at for at in own if at < found and at not in self.heard]
        self.faults["disordered"] += bool(missing or expected[found].step > self.step)
        self.heard.append(found)
        return expected[found].step

    def has_all_of(self, step: int) -> bool:
        return all(at in self.heard for at, one in enumerate(self.expected()) if one.step <= step)

    def close(self) -> None:
        """Nothing more is waited for: what has not come is lost."""
        self.faults["lost"] += len(self.expected()) - len(self.heard)


def coordinator_of(service: int) -> str:
    return f"+9746{6_000_000 + service:07}"


def about(text: str) -> tuple[str, str]:
    """Of a coordinator's message: its booking's number and, where it stands there, the client's phone."""
    if prompt := _PROMPT.search(text):
        return prompt[1], prompt[2]
    number = _NUMBER.search(text)
    return (number[1] if number else ""), ""
