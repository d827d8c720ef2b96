"""Every table, so that importing this one module knows the whole schema."""

from models.base import metadata
from models.blocks import blocks
from models.booking_series import booking_series, booking_series_items
from models.bookings import booking_transitions, bookings, proposals
from models.business import (
    booking_policies,
    business,
    coordinators,
    date_overrides,
    resources,
    service_staff,
    services,
    staff,
    staff_shifts,
)
from models.calendars import busy_times, calendar_events, calendars
from models.claims import claims, stretches
from models.class_sessions import class_sessions
from models.clients import clients
from models.command_log import command_log
from models.consents import consents
from models.conversations import conversations, turns
from models.legacy import legacy_records
from models.messages import messages
from models.outbox import outbox
from models.scheduled_notices import scheduled_notices
from models.send_budgets import send_budgets
from models.waitlist import waitlist_entries

__all__ = [
    "blocks",
    "booking_policies",
    "booking_series",
    "booking_series_items",
    "booking_transitions",
    "bookings",
    "business",
    "busy_times",
    "calendar_events",
    "calendars",
    "claims",
    "class_sessions",
    "clients",
    "command_log",
    "consents",
    "conversations",
    "coordinators",
    "date_overrides",
    "legacy_records",
    "messages",
    "metadata",
    "outbox",
    "proposals",
    "resources",
    "scheduled_notices",
    "send_budgets",
    "service_staff",
    "services",
    "staff",
    "staff_shifts",
    "stretches",
    "turns",
    "waitlist_entries",
]
