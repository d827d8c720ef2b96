"""Every table, so that importing this one module knows the whole schema."""

from models.agreements import agreements_accepted
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
from models.ledger import ledger_entries
from models.legacy import legacy_records
from models.messages import messages
from models.outbox import outbox
from models.payments import payment_requests, payments
from models.prepaid import pack_uses, prepaid_packs
from models.provider_calls import provider_calls, provider_tokens
from models.refunds import refunds
from models.scheduled_notices import scheduled_notices
from models.send_budgets import send_budgets
from models.waitlist import waitlist_entries

__all__ = [
    "agreements_accepted",
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
    "ledger_entries",
    "legacy_records",
    "messages",
    "metadata",
    "outbox",
    "pack_uses",
    "payment_requests",
    "payments",
    "prepaid_packs",
    "proposals",
    "provider_calls",
    "provider_tokens",
    "refunds",
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
