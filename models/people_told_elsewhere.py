"""What other systems know of somebody who is forgotten: webhooks that were told or wait, events in other calendars."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from conversations.rules.outgoing import DeliveryState
from models.belongings import Belongings, numbers_in, numbers_where, parts
from models.bookings import booking_transitions, bookings
from models.calendar_events import ENDED, FORGOTTEN
from models.calendars import calendar_events, calendars
from models.insert import insert_all_unless_there
from models.ledger import ledger_entries
from models.outgoing_webhooks import Source, webhook_deliveries, webhook_events
from models.people_forgotten import empty
from models.personal_data import emptied


def empty_webhooks(session: Session, of: Belongings) -> None:
    """What other systems were told, or are about to be."""
    transitions = numbers_in(session, booking_transitions.c.booking_id, of.bookings)
    entries = numbers_in(session, ledger_entries.c.payment_id, of.payments)
    about = (
        (Source.TRANSITION, transitions), (Source.MOVE, of.bookings), (Source.ACTIVITY, of.activities),
        (Source.LEDGER, entries),
    )  # fmt: skip
    own = webhook_events.c
    events = [
        number for source, numbers in about for some in parts(numbers)
        for number in numbers_where(session, webhook_events, own.source == source, own.source_id.in_(some))
    ]  # fmt: skip
    empty(session, own.id, events)
    for some in parts(events):
        told = webhook_deliveries.c.event_id.in_(some)
        session.execute(update(webhook_deliveries).where(told).values(**emptied(webhook_deliveries)))
        waits = told, webhook_deliveries.c.due_at.is_not(None)
        values = {"due_at": None, "state": DeliveryState.DROPPED}
        session.execute(update(webhook_deliveries).where(*waits).values(**values))


def tell_webhooks(session: Session, client_id: int, now: datetime) -> None:
    """Other systems are to forget them too."""
    values = {"source": Source.FORGOTTEN, "source_id": client_id, "at": now, "type": "", "uid": "", "body": ""}
    session.execute(webhook_events.insert().values(**values))


def take_out_of_calendars(session: Session, of: Belongings) -> int:
    """Their bookings are taken out of every other calendar that they may have been written into; of how many."""
    own = bookings.c
    rows: list[dict[str, Any]] = []
    for some in parts(of.bookings):
        again = calendar_events.c.booking_id.in_(some), calendar_events.c.removed.is_(False)
        session.execute(update(calendar_events).where(*again).values(version=FORGOTTEN))
        written = select(calendars.c.id, own.id).join(bookings, own.staff_id == calendars.c.staff_id)
        there = own.id.in_(some), own.status.not_in(ENDED), calendars.c.writes.is_(True), calendars.c.active.is_(True)
        rows += [
            {"calendar_id": calendar_id, "booking_id": booking_id, "version": FORGOTTEN, "etag": "", "removed": False}
            for calendar_id, booking_id in session.execute(written.where(*there))
        ]
    insert_all_unless_there(session, calendar_events, rows)
    return len(rows)
