"""Which rows a transaction may see: the desk's work all of them, a staff member's sign-in what hangs on their own
bookings. Every table is in exactly one of three lists; how the databases hold to it is in `row_policies` (PostgreSQL),
`row_views` (SQLite) and `row_filter` (MariaDB)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Self


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows a transaction sees; without a staff member it is the desk's own work, which sees every row."""

    staff_id: int | None = None

    @classmethod
    def staff(cls, staff_id: int) -> Self:
        """What this staff member may see, to be read and not to be written."""
        return cls(int(staff_id))


DESK: Final = Scope()


class OutOfScope(Exception):
    """A statement that a staff member's scope does not let through: it writes, or asks for what they may not see."""


@dataclass(frozen=True, slots=True)
class By:
    """Why a row is theirs: `column` has their number, or that of a row of `table` that is theirs (its `key`)."""

    column: str
    table: str = ""
    key: str = "id"
    when: str = ""
    """What else must hold of the row, as SQL."""


_BY_BOOKING = (By("booking_id", "bookings"),)
_BY_CONVERSATION = (By("conversation_id", "conversations"),)
_BY_ENGAGEMENT = (By("engagement_id", "engagements"),)

SHARED: Final = frozenset(
    (
        "booking_policies", "business", "coordinators", "date_overrides", "labels", "resources", "service_staff",
        "services", "staff", "staff_shifts",
    )
)  # fmt: skip
"""The business itself: everybody who signs in sees it whole, but for the columns that are HIDDEN."""

NOBODYS: Final = frozenset(
    (
        "alembic_version", "api_answers", "api_tokens", "audit_log", "audit_seals", "canned_replies", "command_log",
        "conversation_notes", "legacy_records", "operator_links", "operator_sessions", "operators", "provider_calls",
        "provider_tokens", "retention_marks", "saved_filters", "send_budgets", "sign_in_codes", "suppressions",
        "webhook_deliveries", "webhook_endpoints", "webhook_events",
    )
)  # fmt: skip
"""No staff member's business: a statement that names one of them is refused."""

OWN: Final[Mapping[str, tuple[By, ...]]] = MappingProxyType(
    {
        "activity_log": (*_BY_BOOKING, *_BY_ENGAGEMENT),
        "agreements_accepted": (By("client_id", "clients"),),
        "blocks": (By("staff_id"),),
        "booking_series": (By("staff_id"),),
        "booking_series_items": (By("series_id", "booking_series"),),
        "booking_transitions": _BY_BOOKING,
        "bookings": (By("staff_id"),),
        "budget_lines": _BY_ENGAGEMENT,
        "busy_times": (By("calendar_id", "calendars"),),
        "calendar_events": _BY_BOOKING,
        "calendars": (By("staff_id"),),
        "claims": (By("stretch_id", "stretches"),),
        "class_sessions": (By("staff_id"),),
        "client_records": (By("id", "engagements", "record_id"),),
        "clients": (By("id", "bookings", "client_id"),),
        "consents": _BY_CONVERSATION,
        "conversation_labels": _BY_CONVERSATION,
        "conversations": (By("client_id", "bookings", "client_id"),),
        "engagement_work": _BY_BOOKING,
        "engagements": (*_BY_BOOKING, By("series_id", "booking_series")),
        "ledger_entries": _BY_BOOKING,
        "messages": _BY_CONVERSATION,
        "milestones": _BY_ENGAGEMENT,
        "outbox": _BY_CONVERSATION,
        "pack_uses": _BY_BOOKING,
        "payment_requests": _BY_BOOKING,
        "payments": _BY_BOOKING,
        "prepaid_packs": (By("id", "pack_uses", "pack_id"),),
        "proposals": _BY_BOOKING,
        "refunds": _BY_BOOKING,
        "scheduled_notices": _BY_BOOKING,
        "scheduled_texts": _BY_CONVERSATION,
        "stretches": (
            By("scarce_id", when="scarce = 'staff'"),
            By("scarce_id", "class_sessions", when="scarce = 'seat'"),
            By("holder_id", "bookings", when="holder = 'booking'"),
        ),
        "turns": _BY_CONVERSATION,
        "waitlist_entries": (By("staff_id"), By("class_session_id", "class_sessions")),
    }
)
"""Their own rows, for any one of these reasons."""

HIDDEN: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "calendars": frozenset(("address", "sync_token")),
        "coordinators": frozenset(("channel", "email", "phone")),
        "staff": frozenset(("feed_token",)),
    }
)
"""Columns that open something, or are private: they are not there for a staff member."""
