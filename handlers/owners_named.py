"""Who owns a piece of time, in words by which an operator finds them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from models.blocks import block_by_id
from models.bookings import booking_by_id
from models.claims import Holder
from models.class_sessions import class_by_id


def owners_named(session: Session, stretches: Iterable[Row[Any]], zone: ZoneInfo) -> str:
    """The holders of these stretches, each once; "" for none."""
    return "; ".join(dict.fromkeys(_name(session, row, zone) for row in stretches))


def _name(session: Session, stretch: Row[Any], zone: ZoneInfo) -> str:
    number = stretch.holder_id
    match stretch.holder:
        case Holder.BOOKING:
            row = booking_by_id(session, number)
            whose = row and (row.client_name or row.client_phone)
            return f"booking #{number}" + (f" ({whose}, {_at(row.start_at, zone)})" if row is not None else "")
        case Holder.CLASS:
            row = class_by_id(session, number)
            title = row and (row.title or row.service_name)
            return f"class {number}" + (f" ({title}, {_at(row.start_at, zone)})" if row is not None else "")
        case Holder.BLOCK:
            row = block_by_id(session, number)
            reason = f" ({row.reason})" if row is not None and row.reason else ""
            return f"a block from {_at(stretch.start_at, zone)}{reason}"
        case Holder.PROPOSAL:
            return f"a time that is proposed to a client ({_at(stretch.start_at, zone)})"
        case Holder.CONVERSATION:
            return f"a client is being asked for their YES to {_at(stretch.start_at, zone)}"
        case _:
            return f"a time that is offered to who waits for it ({_at(stretch.start_at, zone)})"


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %d %b %Y, %H:%M}"
