"""What the simulator's phones show, and how the conversation of one of them stands."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.dialogue import Dialogue, State
from conversations.layout import Capabilities, Shape, shape
from conversations.messages import Choice
from conversations.rules.routes import SIMULATOR
from conversations.session_types import Name
from conversations.stored import load
from handlers.circumstances import Circumstances
from handlers.profile import Profile
from models.bookings import booking_by_id
from models.messages import Direction
from models.phones import client_phones, on_screen, on_their_way, phones_at

MOST_PHONES = 8
"""Clients whose phones are shown: those who wrote last."""
MOST_TEXTS = 60


@dataclass(frozen=True, slots=True)
class Text:
    """One bubble. `choices` are what the channel shows under it, in this shape; `sent_as` is what a reply quotes it by;
    `commands` are what a coordinator may answer to it."""

    id: int
    is_own: bool
    words: str
    at: datetime
    choices: tuple[Choice, ...]
    shape: Shape
    outbox_id: int | None
    sent_as: str
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone: `texts` oldest first; `is_awaited` while an answer is on its way to it."""

    address: str
    name: str
    is_coordinators: bool
    texts: tuple[Text, ...]
    is_awaited: bool
    is_opted_out: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one conversation. `booking_status`: of the booking it made last, or has under discussion."""

    address: str
    state: State
    dialogue: Dialogue
    services: tuple[Name, ...]
    staff: str
    booking_status: BookingStatus | None


@dataclass(frozen=True, slots=True)
class Line:
    """Which phones there are, in the order in which they are shown; `found` are the conversations of those that have
    one, and `version` changes whenever any of them does."""

    clients: tuple[str, ...]
    coordinators: tuple[str, ...]
    found: dict[str, Row[Any]]
    due: dict[int, tuple[int, int]]
    newest: str
    """The client who wrote or was written to last; "" where none has."""

    @property
    def version(self) -> tuple[Any, ...]:
        rows = [self.found.get(one) for one in (*self.clients, *self.coordinators)]
        heads = [(r.id, r.newest_message, r.newest_turn, r.name, r.opted_out_at) if r else None for r in rows]
        return self.clients, self.coordinators, tuple(heads), tuple(sorted(self.due.items()))


def phones_in_line(session: Session, added: Sequence[str], circumstances: Circumstances) -> Line:
    """The phones that have texted, those `added` by hand, and the coordinators'; read by the ends of indexes."""
    profile = circumstances.profiles.current(session)
    coordinators = _coordinators(profile)
    newest = [one for one in client_phones(session, SIMULATOR, MOST_PHONES) if one not in coordinators]
    wanted = {*newest, *added} - set(coordinators)
    found = phones_at(session, SIMULATOR, {*wanted, *coordinators})
    clients = sorted(wanted & found.keys(), key=lambda one: found[one].id)
    clients += [one for one in added if one in wanted and one not in found]
    first, *others = coordinators or ("",)
    team = (*((first,) if first else ()), *(one for one in others if one in found))
    due = on_their_way(session, [row.id for row in found.values()], circumstances.now)
    return Line(tuple(clients), team, found, due, newest[0] if newest else "")


def phone_of(session: Session, line: Line, address: str, name: str, circumstances: Circumstances) -> Phone:
    """One of them as it is seen; `name` is what it was given by hand."""
    profile, row = circumstances.profiles.current(session), line.found.get(address)
    is_coordinators = address in line.coordinators
    if is_coordinators:
        name = next((one.name for one in profile.coordinators if one.phone == address), "")
    if row is None:
        return Phone(address, name, is_coordinators, (), is_awaited=False, is_opted_out=False)
    rows = on_screen(session, row.id, MOST_TEXTS)
    capabilities = circumstances.channels.get(SIMULATOR, Capabilities())
    open_prompts = dict(_open_prompts(rows)) if is_coordinators else {}
    texts = tuple(_text(one, capabilities, open_prompts.get(one.id, ())) for one in rows)
    is_awaited = row.id in line.due
    return Phone(address, row.name or name, is_coordinators, texts, is_awaited, row.opted_out_at is not None)


def standing_of(session: Session, line: Line, address: str, circumstances: Circumstances) -> Standing:
    """What is known of the conversation of this address; of one that has not begun, nothing."""
    profile, row = circumstances.profiles.current(session), line.found.get(address)
    dialogue = load(row.dialogue) if row is not None else Dialogue()
    staff_id = dialogue.staff_id or dialogue.offered_staff_id
    booking = booking_by_id(session, dialogue.booking_id) if dialogue.booking_id is not None else None
    return Standing(
        address, State(row.state) if row is not None else State.INITIAL, dialogue,
        tuple(profile.names_of_services[one] for one in dialogue.service_ids if one in profile.names_of_services),
        next((one.name for one in profile.staff if one.id == staff_id), ""),
        booking.status if booking is not None else None,
    )  # fmt: skip


def _coordinators(profile: Profile) -> list[str]:
    """Their phones, the default coordinator's first, each once."""
    default = profile.coordinator_for(0, 0)
    everybody = [*((default,) if default is not None else ()), *profile.coordinators]
    return list(dict.fromkeys(one.phone for one in everybody if one.phone))


def _open_prompts(rows: Collection[Row[Any]]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Under the last text about each request that still waits, the commands that answer it."""
    last = {row.booking_id: row for row in rows if row.booking_id is not None}
    for booking_id, row in last.items():
        if row.booking_status == BookingStatus.PENDING and row.series_id is None:
            yield row.id, (f"APPROVE {booking_id}", f"DECLINE {booking_id}")


def _text(row: Row[Any], capabilities: Capabilities, commands: tuple[str, ...]) -> Text:
    is_own = row.direction == Direction.IN
    words = row.body if is_own else row.words
    choices = tuple((key, label) for key, label in row.choices or ())
    return Text(
        row.id, is_own, words, row.at, choices, shape(words, choices, capabilities), row.outbox_id, row.sent_as or "",
        commands,
    )  # fmt: skip
