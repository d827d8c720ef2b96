"""Every table, so that importing this one module knows the whole schema."""

from models.agreements import agreements_accepted
from models.api import api_answers, api_tokens, sign_in_codes
from models.audit import audit_log
from models.audit_seals import audit_seals
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
from models.engagements import (
    activity_log,
    budget_lines,
    client_records,
    engagement_work,
    engagements,
    milestones,
)
from models.inbox import canned_replies, conversation_labels, conversation_notes, labels, saved_filters
from models.ledger import ledger_entries
from models.legacy import legacy_records
from models.messages import messages
from models.operators import operator_links, operator_sessions, operators
from models.outbox import outbox
from models.outgoing_webhooks import webhook_deliveries, webhook_endpoints, webhook_events
from models.payments import payment_requests, payments
from models.prepaid import pack_uses, prepaid_packs
from models.provider_calls import provider_calls, provider_tokens
from models.refunds import refunds
from models.retention import retention_marks
from models.scheduled_notices import scheduled_notices
from models.scheduled_texts import scheduled_texts
from models.send_budgets import send_budgets
from models.suppressions import suppressions
from models.waitlist import waitlist_entries

__all__ = [
    "activity_log",
    "agreements_accepted",
    "api_answers",
    "api_tokens",
    "audit_log",
    "audit_seals",
    "blocks",
    "booking_policies",
    "booking_series",
    "booking_series_items",
    "booking_transitions",
    "bookings",
    "budget_lines",
    "business",
    "busy_times",
    "calendar_events",
    "calendars",
    "canned_replies",
    "claims",
    "class_sessions",
    "client_records",
    "clients",
    "command_log",
    "consents",
    "conversation_labels",
    "conversation_notes",
    "conversations",
    "coordinators",
    "date_overrides",
    "engagement_work",
    "engagements",
    "labels",
    "ledger_entries",
    "legacy_records",
    "messages",
    "metadata",
    "milestones",
    "operator_links",
    "operator_sessions",
    "operators",
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
    "retention_marks",
    "saved_filters",
    "scheduled_notices",
    "scheduled_texts",
    "send_budgets",
    "service_staff",
    "services",
    "sign_in_codes",
    "staff",
    "staff_shifts",
    "stretches",
    "suppressions",
    "turns",
    "waitlist_entries",
    "webhook_deliveries",
    "webhook_endpoints",
    "webhook_events",
]
