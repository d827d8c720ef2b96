"""What an import reads and what becomes of it: the rows of another system's file, and an outcome for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256


class ImportKind(StrEnum):
    """What a file holds, a row each."""

    APPOINTMENTS = "appointments"
    """Appointments with preferred and confirmed times."""
    ONE_ON_ONE = "one_on_one"
    """Bookings of a teacher's own time."""
    BOOKINGS = "bookings"
    """Bookings of seats in classes; the classes come with them."""
    ICS = "ics"
    """Somebody's calendar: appointments, and other times that are busy."""
    CLIENTS = "clients"


SESSIONS = "sessions"
"""The kind under which the classes of older bookings are kept in mind."""


class Became(StrEnum):
    """What became of a row."""

    IMPORTED = "imported"
    UNCHANGED = "unchanged"
    """It was taken over before, and says what it said then."""
    CHANGED = "changed"
    """It was taken over before, and says something else now: what is here stays as it is."""
    CONFLICT = "conflict"
    """Something here stands in its way."""
    REFUSED = "refused"
    """It cannot be read, or not be understood."""
    SKIPPED = "skipped"
    """It says nothing that could be taken over, such as a busy time that has passed."""


TROUBLES = (Became.CHANGED, Became.CONFLICT, Became.REFUSED)
"""Those that somebody has to look at."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row: its line in the file, and what it says by name of column. `fault`: why it cannot be read."""

    line: int
    values: Mapping[str, str]
    fault: str = ""

    @property
    def checksum(self) -> str:
        """The same for the same words, whatever empty columns stand beside them."""
        said = "\x1e".join([f"{name}\x1f{value}" for name, value in sorted(self.values.items()) if value])
        return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row; `number` is that of the row here, where there is one."""

    line: int
    legacy_id: str
    became: Became
    number: int | None = None
    reason: str = ""


class BadValue(Exception):
    """A row cannot be understood; why, in words that go behind its line."""


class InTheWay(Exception):
    """A row cannot be taken over as things are here; why, in the same form."""
