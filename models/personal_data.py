"""What of every table's text is personal, and what becomes of it where somebody is forgotten. A column that is not here
fails a test (tests/handlers/test_personal_data.py): whoever adds one says what it holds."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Enum, String, Table
from sqlmodel import AutoString

from models.tables import metadata


class Fate(StrEnum):
    """What becomes of a column's words where somebody is forgotten."""

    BLANKED = "blanked"
    """Emptied in the rows that are theirs."""
    REPLACED = "replaced"
    """Something that tells nothing of them stands in their rows."""
    DELETED = "deleted"
    """Their rows go."""
    SWEPT = "swept"
    """It is others', and may name them: their name, number, address and words are taken out of it."""
    KEPT = "kept"
    """It tells nothing of a client."""


BLANKED, REPLACED, DELETED, SWEPT, KEPT = Fate
FATES: Mapping[str, Mapping[str, Fate]] = {
    "activity_log": {"who": KEPT, "action": KEPT, "data": BLANKED},
    "agreements_accepted": {"version": KEPT},
    "api_answers": {"key_hash": KEPT, "fingerprint": KEPT, "headers": SWEPT, "body": SWEPT},
    "api_tokens": {"token_hash": DELETED, "name": DELETED, "scopes": DELETED},
    "audit_seals": {"hash": KEPT},
    "audit_log": dict.fromkeys(("who", "action", "subject", "words", "source"), KEPT),
    "blocks": {"reason": SWEPT, "made_by": KEPT},
    "booking_series": {
        "days_of_week": KEPT, "timezone": KEPT, "attendee": BLANKED, "client_note": BLANKED,
        "meeting_provider": KEPT, "meeting_link": BLANKED, "meeting_passcode": BLANKED,
    },
    "booking_series_items": {"reason": KEPT},
    "booking_transitions": {"who": KEPT, "why": BLANKED},
    "bookings": {
        "more_service_ids": KEPT, "attendee": BLANKED, "session_type": KEPT, "timezone": KEPT, "currency": KEPT,
        "decided_by": KEPT, "decline_reason": BLANKED, "cancelled_by": KEPT, "cancel_reason": BLANKED,
        "client_note": BLANKED, "staff_note": BLANKED, "meeting_provider": KEPT, "meeting_link": BLANKED,
        "meeting_passcode": BLANKED, "session_notes": BLANKED, "session_proof": BLANKED, "attendance": KEPT,
        "intake_answers": BLANKED, "agreement_version": KEPT, "page_token": BLANKED,
    },
    "budget_lines": {"key": KEPT, "title": BLANKED},
    "business": dict.fromkeys(
        ("name", "timezone", "region", "language", "currency", "phone", "address", "quiet_hours", "holidays",
         "review_link", "answers", "payment_instructions"), KEPT,
    ),
    "busy_times": {"uid": KEPT},
    "calendar_events": {"etag": KEPT},
    "calendars": {
        "name_key": KEPT, "address": KEPT, "sync_token": KEPT, "error": SWEPT, "broken_events": SWEPT,
    },
    "canned_replies": {"name": KEPT, "body": SWEPT},
    "class_sessions": {
        "name_key": KEPT, "title": SWEPT, "timezone": KEPT, "meeting_provider": KEPT, "meeting_link": KEPT,
        "meeting_passcode": KEPT,
    },
    "client_records": {
        "name": BLANKED, "name_key": BLANKED, "email": BLANKED, "email_key": BLANKED, "phone": BLANKED,
        "budget": BLANKED, "notes": BLANKED,
    },
    "clients": {"phone": BLANKED, "name": BLANKED, "email": BLANKED, "language": BLANKED},
    "command_log": {"words": SWEPT, "undo": SWEPT},
    "consents": {"words": BLANKED},
    "conversation_notes": {"who": DELETED, "body": DELETED},
    "conversations": {
        "channel": KEPT, "address": REPLACED, "dialogue": BLANKED, "language": BLANKED, "intake_draft": BLANKED,
    },
    "coordinators": dict.fromkeys(
        ("name_key", "name", "phone", "channel", "language", "timezone", "quiet_hours", "digest_at", "summary_at",
         "email"), KEPT,
    ),
    "engagement_work": {"kind": KEPT, "brief": BLANKED, "error": BLANKED},
    "engagements": {
        "kind": KEPT, "name": BLANKED, "venue": BLANKED, "currency": KEPT, "requests": BLANKED,
    },
    "labels": {"name": SWEPT},
    "ledger_entries": {"currency": KEPT, "who": KEPT, "why": BLANKED},
    "legacy_records": {"kind": KEPT, "legacy_id": REPLACED, "table_name": KEPT, "checksum": REPLACED},
    "messages": {
        "channel": KEPT, "provider_id": REPLACED, "body": BLANKED, "media": BLANKED, "quoted_id": BLANKED,
        "opt_out": KEPT, "trace": KEPT, "raw": BLANKED,
    },
    "milestones": {"key": KEPT, "title": BLANKED, "description": BLANKED},
    "operator_links": {"token_hash": KEPT},
    "operator_sessions": {"token_hash": KEPT, "browser": KEPT},
    "operators": dict.fromkeys(("login", "name", "phone", "email", "password_hash", "totp_secret"), KEPT),
    "outbox": {
        "kind": KEPT, "channel": KEPT, "address": REPLACED, "lane": REPLACED, "body": BLANKED, "choices": BLANKED,
        "provider_id": REPLACED, "failure_code": KEPT, "failure_words": BLANKED, "told": KEPT, "subject": BLANKED,
        "entries": BLANKED, "trace": KEPT,
    },
    "payment_requests": {"currency": KEPT, "token": BLANKED, "instructions": BLANKED},
    "payments": {
        "currency": KEPT, "idempotency_key": KEPT, "url": BLANKED, "checkout_session_id": KEPT,
        "checkout_request_id": KEPT, "merchant_request_id": KEPT, "transaction_id": KEPT, "phone": BLANKED,
        "result_code": KEPT, "result_desc": BLANKED, "proof_kind": KEPT, "proof": BLANKED, "verified_by": KEPT,
    },
    "prepaid_packs": {"currency": KEPT, "sold_by": KEPT},
    "proposals": {"words": BLANKED, "proposed_by": KEPT},
    "provider_calls": {"provider": KEPT, "call_id": KEPT, "about": KEPT, "news": BLANKED},
    "provider_tokens": {"name": KEPT, "token": KEPT},
    "refunds": {
        "currency": KEPT, "reason": BLANKED, "asked_by": KEPT, "idempotency_key": KEPT, "provider_refund_id": KEPT,
        "result_code": KEPT, "result_desc": BLANKED, "done_by": KEPT,
    },
    "resources": {"name_key": KEPT, "name": KEPT, "kind": KEPT},
    "retention_marks": {"name": KEPT},
    "saved_filters": {"name": SWEPT, "query": SWEPT},
    "scheduled_texts": {"who": DELETED, "body": DELETED},
    "send_budgets": {"channel": KEPT, "address": DELETED},
    "services": dict.fromkeys(
        ("name_key", "name", "aliases", "currency", "session_type", "category", "engagement", "place", "resource_kind",
         "reminder_minutes", "agreement_version", "agreement", "intake", "prices"), KEPT,
    ),
    "sign_in_codes": {"phone_hash": KEPT, "code_hash": KEPT},
    "staff": dict.fromkeys(
        ("name_key", "name", "timezone", "feed_token", "email", "meeting_provider", "meeting_link", "meeting_passcode"),
        KEPT,
    ),
    "suppressions": {"address_hash": KEPT},
    "turns": {"cause": KEPT, "dialogue_after": BLANKED, "fault": BLANKED, "trace": KEPT},
    "waitlist_entries": {"wanted": KEPT, "passed_starts": KEPT},
    "webhook_deliveries": {"subject": KEPT, "words": BLANKED},
    "webhook_endpoints": dict.fromkeys(("url", "events", "secret", "old_secret", "closed_why"), KEPT),
    "webhook_events": {"type": KEPT, "uid": KEPT, "body": BLANKED},
}  # fmt: skip
"""Every text column of every table. What is BLANKED is also SWEPT in the rows of others: somebody else's note may name
them too."""
LISTS = frozenset(
    {"messages.media", "outbox.choices", "outbox.entries", "command_log.undo", "calendars.broken_events"}
)  # fmt: skip
"""JSON columns that are lists; the others are objects."""


def is_text(column: Column[Any]) -> bool:
    """Whether it may hold anybody's words."""
    return isinstance(column.type, String | AutoString | JSON) and not isinstance(column.type, Enum)


def emptied(table: Table) -> dict[str, Any]:
    """The columns of a table that are blanked, each with what stands for nothing in it."""
    names = (name for name, fate in FATES[table.name].items() if fate is BLANKED)
    return {name: nothing(table.c[name]) for name in names}


def nothing(column: Column[Any]) -> Any:
    """What an empty column of this kind holds."""
    if isinstance(column.type, JSON):
        return [] if f"{column.table.name}.{column.name}" in LISTS else {}
    return None if column.nullable else ""


def naming(table: Table) -> list[Column[Any]]:
    """The columns in which others' rows may name somebody."""
    return [table.c[name] for name, fate in FATES.get(table.name, {}).items() if fate in (BLANKED, SWEPT)]


def may_name() -> list[Table]:
    """The tables that have such columns."""
    return [table for table in metadata.sorted_tables if naming(table)]
