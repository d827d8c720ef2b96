"""Stories: whole conversations as transcripts, played on the real path. What comes out must be what is written.

    business salon.toml                          another business than the one that is loaded, from the story's folder
    clock 2026-03-10 10:15                       the business's wall time
    person Sara sms +97455501234                 a phone; a coordinator's is one like any other
    person Lea whatsapp +15005550006 Lea Roux    with the name that the channel shows
    Sara> book                                   Sara texts; a line below that begins with | goes on with the text
    Omar (#1)> yes                               the same, quoting the message about booking 1
    Sara> [image] here it is                     with a picture
    wait 30 minutes
    again                                        the provider delivers the last text a second time
    bookings                                     what the bookings table holds by now
    console Ana takes Sara                       an operator takes Sara's conversation over
    console Ana tells Sara Hello!                writes to her in their own words
    console Ana returns Sara                     hands her back to the desk
    console Ana commands approve 1               and commands, as a coordinator would

Everything else is written by the player: `  Sara< …` what a phone receives, `  (Sara: initial → confirmed)` a change
of state.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.desk import Desk
from bot.dispatcher import Dispatcher
from bot.intake import receive
from bot.logs import new_trace
from bot.payments.loop import PaymentLoop
from bot.payments.providers import methods
from bot.schedule import run_due
from conversations.booking import BookingStatus
from conversations.messages import Inbound
from handlers.console.commanded import commanded
from handlers.console.signed_in import Who
from handlers.console.stepped_in import hand_back, take_over, write
from models.bookings import bookings_in
from models.business import touch_business
from models.conversations import conversation_id_for, newest_conversations
from models.operators import Role, add_operator, operator_by_login
from models.outbox import outbox_after

_SAID = re.compile(r"(\w+)(?: \(#(\d+)\))?> ?(.*)")
_GOES_ON = re.compile(r" {4}\| ?(.*)")
_TOKEN = re.compile(r"(?<=/)[A-Za-z0-9_-]{43}(?=\s|$)")
"""Another at every telling."""
_WRITTEN_BY_US = re.compile(r"  ([+\w]+<|\(|#)")


class UnreadableStory(Exception):
    """A line that is no direction and nothing that a player writes."""


@dataclass(frozen=True, slots=True)
class Phone:
    name: str
    channel: str
    address: str
    profile_name: str = ""


@dataclass
class Player:
    """Plays one story on a desk whose clock is set by hand."""

    desk: Desk
    clock: SetClock
    folder: Path = Path()
    """Where the business files lie that stories name."""
    elsewhere: Mapping[str, Callable[[str], None]] = field(default_factory=dict)
    """What happens outside, by the word that a story has for it; what stands behind the word is handed over."""
    phones: dict[str, Phone] = field(default_factory=dict)
    _count: int = 0
    _seen: int = 0
    _last: Inbound | None = None
    _states: dict[int, str] = field(default_factory=dict)

    def play(self, story: str) -> str:
        """The story as it really goes: its directions, and what comes of each."""
        lines: list[str] = []
        for direction in _directions(story):
            lines += direction
            lines += self._follow(direction)
        return "\n".join(lines) + "\n"

    def say(self, phone: Phone, text: str, about: int | None = None) -> list[str]:
        """One phone texts; what every phone receives by it."""
        media = ("https://example.test/picture.jpg",) if text.startswith("[image]") else ()
        self._count += 1
        self._last = Inbound(
            channel=phone.channel,
            provider_id=f"in-{self._count}",
            address=phone.address,
            phone=phone.address if phone.address.startswith("+") else None,
            text=text.removeprefix("[image]").strip(),
            profile_name=phone.profile_name,
            media=media,
            quoted_id=self._message_about(phone, about) if about is not None else "",
        )
        receive(self.desk, self._last)
        return self.settle()

    def settle(self) -> list[str]:
        """Let everything that is due be done and sent, and write down what it came to."""
        dispatcher = Dispatcher(self.desk)
        payments = PaymentLoop(self.desk) if methods(self.desk.settings) else None
        while run_due(self.desk) + (payments.run_due() if payments else 0) + dispatcher.send_due():
            pass
        dispatcher.stop()
        return self.desk.database.read(self._news)

    def _follow(self, direction: list[str]) -> list[str]:
        head = direction[0]
        word, _, rest = head.partition(" ")
        if said := _SAID.fullmatch(head):
            text = "\n".join([said.group(3), *(_GOES_ON.fullmatch(line).group(1) for line in direction[1:])])  # type: ignore[union-attr]
            return self.say(self.phones[said.group(1)], text, int(said.group(2)) if said.group(2) else None)
        match word:
            case "" | "#":
                return []
            case "business":
                load_business(
                    self.desk.database, self.folder / rest, now=self.clock.now(),
                    overrides=self.desk.profiles.overrides,
                )  # fmt: skip
                return []
            case "clock":
                zone = self.desk.database.read(self.desk.profiles.current).business.zone
                self.clock.at = datetime.fromisoformat(rest).replace(tzinfo=zone).astimezone(UTC)
                return self.settle()
            case "person":
                name, channel, address, *more = rest.split(" ", 3)
                self.phones[name] = Phone(name, channel, address, more[0] if more else "")
                return []
            case "wait":
                number, unit = rest.split()
                self.clock.move(timedelta(**{unit if unit.endswith("s") else f"{unit}s": int(number)}))
                return self.settle()
            case "again":
                assert self._last is not None
                receive(self.desk, replace(self._last))
                return self.settle()
            case "bookings":
                return self.desk.database.read(self._bookings)
            case "console":
                name, deed, wanted = rest.split(" ", 2)
                return self._console(name, deed, wanted)
            case _ if word in self.elsewhere:
                self.elsewhere[word](rest)
                return self.settle()
        raise UnreadableStory(head)

    def _console(self, name: str, deed: str, rest: str) -> list[str]:
        """An operator does something at the console; what they read there, and what every phone receives by it."""
        told = self.desk.circumstances(new_trace())
        who = self.desk.database.transact(lambda session: _operator(session, name, told.now))
        if deed == "commands":
            self._count += 1
            answer = self.desk.database.transact(lambda s: commanded(s, rest, f"form-{self._count}", who, told))
            read = [line for text in answer.texts for line in text.splitlines()]
            return [*(f"  # {line}".rstrip() for line in read), *self.settle()]
        whom, _, words = rest.partition(" ")
        conversation = self.desk.database.read(lambda session: self._conversation_of(session, whom))
        self.desk.database.transact(
            lambda session: {
                "takes": lambda: take_over(session, conversation, who, told),
                "tells": lambda: write(session, conversation, words, who, told),
                "returns": lambda: hand_back(session, conversation, who, told),
            }[deed]()
        )
        return self.settle()

    def _conversation_of(self, session: Session, name: str) -> int:
        phone = self.phones[name]
        return conversation_id_for(session, phone.channel, phone.address, self.clock.now())

    def _news(self, session: Session) -> list[str]:
        """What has been received since the last look, and which states have changed."""
        names = {(phone.channel, phone.address): phone.name for phone in self.phones.values()}
        lines = []
        for row in sorted(newest_conversations(session, 100), key=lambda row: row.id):
            before = self._states.get(row.id, "initial")
            name = names.get((row.channel, row.address), row.address)
            if row.state.value != before:
                lines.append(f"  ({name}: {before} → {row.state.value})")
            self._states[row.id] = row.state.value
        for row in outbox_after(session, self._seen):
            self._seen = row.id
            first, *more = _TOKEN.sub("…", row.body).splitlines() or [""]
            unsent = "" if row.status.value == "sent" else f" [{row.status.value}]"
            lines.append(f"  {names.get((row.channel, row.address), row.address)}< {first}{unsent}".rstrip())
            lines += [f"    | {line}".rstrip() for line in more]
        return lines

    def _bookings(self, session: Session) -> list[str]:
        return [_booking_line(row) for row in bookings_in(session, BookingStatus, 1000)]

    def _message_about(self, phone: Phone, booking_id: int) -> str:
        sent = self.desk.database.read(lambda session: outbox_after(session, 0))
        about = [row.provider_id for row in sent if row.address == phone.address and row.booking_id == booking_id]
        return str(about[-1])


def _operator(session: Session, name: str, now: datetime) -> Who:
    """The operator of this name, who is there from their first deed on."""
    row = operator_by_login(session, name.casefold())
    if row is None:
        add_operator(session, login=name.casefold(), name=name, role=Role.OPERATOR, created_at=now)
        touch_business(session)
        row = operator_by_login(session, name.casefold())
    assert row is not None
    return Who(row.id, row.name, row.login, Role(row.role), row.staff_id, 0, has_totp=False)


def _directions(story: str) -> Iterator[list[str]]:
    """The directions of a story, each with the lines that go on with it; what a player wrote is left out."""
    current: list[str] = []
    ours = False
    for line in story.splitlines():
        if _GOES_ON.fullmatch(line):
            if not ours:
                current.append(line)
        elif _WRITTEN_BY_US.match(line):
            ours = True
        else:
            if current:
                yield current
            current, ours = [line], False
    if current:
        yield current


def _booking_line(row: Row[Any]) -> str:
    def at(moment: datetime | None) -> str:
        return f"{moment.astimezone(ZoneInfo(row.timezone)):%a %d %b %H:%M}" if moment is not None else "-"

    return (
        f"  #{row.id} {row.status.value} with {row.staff_name}: starts {at(row.start_at)},"
        f" asked {at(row.preferred_datetime)},"
        f" confirmed {at(row.confirmed_datetime)}"
    )
