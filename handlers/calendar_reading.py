"""What another calendar was found to say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from models.busy_times import Spell


def digest(name: str) -> str:
    """An event's name in another calendar as we keep it: any name fits, no two are taken for one, and none is shown."""
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Reading:
    """Busy times within the window that was asked for. `only` names the events that were read, by their digests; None
    where it was the whole calendar. `ours` is where our own events stand, None where one is gone. `token` is for asking
    for changes the next time, "" where that cannot be."""

    token: str
    spells: tuple[Spell, ...] = ()
    only: frozenset[str] | None = None
    broken: tuple[str, ...] = ()
    ours: Mapping[UUID, tuple[datetime, datetime] | None] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        return self.only is None
