"""What a deed is told by the body that calls it: the time, the settings that matter, the id that runs through logs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from conversations.layout import Capabilities
from conversations.values import made_often
from handlers.at_once import RoomFor, no_room
from handlers.profile import Profiles


@made_often
@dataclass(frozen=True, slots=True)
class Circumstances:
    """`now` is aware UTC. `channels` are those that are set up, with what each can show."""

    now: datetime
    trace: str
    profiles: Profiles
    channels: Mapping[str, Capabilities]
    burst: timedelta = timedelta(0)
    patience: timedelta = timedelta(0)
    """How long the turn of a text that we do not understand waits for an interpreter; zero where there is none."""
    race_lost: Callable[[], None] = lambda: None
    """Told each time that a turn lost a race and is stepped again."""
    starts_over: bool = False
    """Whoever called does all of the transaction again where a race is lost: nothing has to be undone in part."""
    seal: Callable[[str, datetime], str] | None = None
    """Makes words unreadable for whoever lacks the key; None where there is no key."""
    fingerprint: Callable[[str, str], str] | None = None
    """A keyed hash of an address on a channel; None where there is no key, as in a trial."""
    new_token: Callable[[], str | None] = lambda: None
    """What opens the page of a new booking: 256 bits that nobody can guess."""
    room_for: RoomFor = no_room
    """Room with the senders of this process, for a text that leaves at once."""
