"""What holds for one staff member and one service: the most specific policy that says something wins."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from conversations.business import ANY
from conversations.payments import PaymentRule, PaymentWhen

MINUTE = timedelta(minutes=1)


class Approval(StrEnum):
    YES = "yes"
    NO = "no"
    NEW_CLIENTS = "new_clients"


class AtDeadline(StrEnum):
    """What becomes of a request that nobody answers in time."""

    EXPIRE = "expire"
    APPROVE = "approve"


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy as written; None means it does not say. Lengths in minutes, the horizon in days, the fee in minor
    units."""

    staff_id: int = ANY
    service_id: int = ANY
    requires_approval: Approval | None = None
    approval_minutes: int | None = None
    notice_minutes: int | None = None
    horizon_days: int | None = None
    buffer_before: int | None = None
    buffer_after: int | None = None
    hold_minutes: int | None = None
    grid_minutes: int | None = None
    daily_cap: int | None = None
    weekly_cap: int | None = None
    cancel_minutes: int | None = None
    cancel_fee: int | None = None
    open_requests: int | None = None
    at_deadline: AtDeadline | None = None
    waitlist_skips_parties: bool | None = None
    payment: PaymentRule | None = None
    deposit: int | None = None
    deposit_percent: int | None = None
    payment_minutes: int | None = None
    payment_when: PaymentWhen | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds, with every default filled in."""

    requires_approval: Approval = Approval.YES
    approval_minutes: int = 24 * 60
    notice_minutes: int = 60
    horizon_days: int = 365
    buffer_before: int = 0
    buffer_after: int = 0
    hold_minutes: int = 5
    grid_minutes: int = 15
    daily_cap: int | None = None
    """How many bookings one staff member has in a day of theirs at most; None: no limit. `weekly_cap` in a week."""
    weekly_cap: int | None = None
    cancel_minutes: int = 24 * 60
    """How long before the start a client may still cancel or move by themselves."""
    cancel_fee: int = 0
    """What a later cancellation costs; 0: it is for the coordinator to decide."""
    open_requests: int = 2
    """How many requests of one client may wait for an answer at a time."""
    at_deadline: AtDeadline = AtDeadline.EXPIRE
    waitlist_skips_parties: bool = True
    """Whether a party that does not fit into what is free of a class is passed over for the next that does."""
    payment: PaymentRule = PaymentRule.NONE
    """What is to be paid after the approval, before the booking is confirmed."""
    deposit: int = 0
    """In minor units; 0: `deposit_percent` of the price."""
    deposit_percent: int = 50
    payment_minutes: int = 24 * 60
    """How long a client has for it, at most."""
    payment_when: PaymentWhen = PaymentWhen.AFTER_APPROVAL

    @property
    def asks_about_moves(self) -> bool:
        """Whether another time for a booking that stands is for the coordinator to approve. Whoever has one is no new
        client."""
        return self.requires_approval is Approval.YES

    def leaves_to_client(self, start: datetime, now: datetime) -> bool:
        """Whether a client may still cancel or move a booking with this start by themselves. Both aware."""
        return now.astimezone(UTC) <= start.astimezone(UTC) - self.cancel_minutes * MINUTE

    @property
    def before(self) -> timedelta:
        return self.buffer_before * MINUTE

    @property
    def after(self) -> timedelta:
        return self.buffer_after * MINUTE


def terms(policies: Iterable[Policy], staff_id: int, service_id: int) -> Terms:
    """The terms of one staff member's service: staff and service, then staff, then service, then the business."""
    fitting = [p for p in policies if p.staff_id in (ANY, staff_id) and p.service_id in (ANY, service_id)]
    fitting.sort(key=lambda p: (p.staff_id != ANY, p.service_id != ANY))
    said: dict[str, Any] = {}
    for policy in fitting:
        for field in fields(Terms):
            value = getattr(policy, field.name)
            if value is not None:
                said[field.name] = value
    return Terms(**said)
