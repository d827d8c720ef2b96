"""A booking as a calendar shows it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from conversations.booking import BookingStatus

_MOMENTS = ("start", "end", "created", "updated")


@dataclass(frozen=True, slots=True)
class Entry:
    """One booking as a calendar shows it. Times are aware, `start` and `end` in the booking's zone; `url` and `place`
    may be ""."""

    booking_id: int
    uid: UUID
    version: int
    status: BookingStatus
    start: datetime
    end: datetime
    title: str
    details: str
    place: str
    url: str
    created: datetime
    updated: datetime


def written(entry: Entry) -> dict[str, Any]:
    """As JSON, which `read` takes."""
    zone = entry.start.tzinfo
    moments = {name: getattr(entry, name).isoformat() for name in _MOMENTS}
    return {**asdict(entry), **moments, "uid": str(entry.uid), "zone": zone.key if isinstance(zone, ZoneInfo) else ""}


def read(values: Mapping[str, Any]) -> Entry:
    """What `written` has written."""
    fields = {name: value for name, value in values.items() if name != "zone"}
    moments = {name: datetime.fromisoformat(values[name]) for name in _MOMENTS}
    if values["zone"]:
        moments |= {name: moments[name].astimezone(ZoneInfo(values["zone"])) for name in ("start", "end")}
    return Entry(**{**fields, **moments, "uid": UUID(values["uid"]), "status": BookingStatus(values["status"])})
