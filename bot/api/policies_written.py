"""A policy, and what holds in the end, as callers read them; and a policy as an admin's program writes it."""

from typing import Annotated

from pydantic import Field

from bot.api.values import MOST_MONEY, Input, Output
from conversations.payments import PaymentRule, PaymentWhen
from conversations.rules.policies import Approval, AtDeadline

Minutes = Annotated[int, Field(ge=0, le=14 * 24 * 60)]
Buffer = Annotated[int, Field(ge=0, le=240)]
Sum = Annotated[int, Field(ge=0, le=MOST_MONEY, description="in minor units of the service's currency")]


class Policy(Output):
    """One policy as it is written; null: it does not say."""

    staff_id: int = Field(description="0: of everybody")
    service_id: int = Field(description="0: of every service")
    requires_approval: Approval | None
    approval_minutes: int | None
    notice_minutes: int | None
    horizon_days: int | None
    buffer_before: int | None
    buffer_after: int | None
    hold_minutes: int | None
    grid_minutes: int | None
    daily_cap: int | None
    weekly_cap: int | None
    cancel_minutes: int | None
    cancel_fee: int | None
    open_requests: int | None
    at_deadline: AtDeadline | None
    waitlist_skips_parties: bool | None
    payment: PaymentRule | None
    deposit: int | None
    deposit_percent: int | None
    payment_minutes: int | None
    payment_when: PaymentWhen | None


class Terms(Output):
    """What holds; sums in minor units of the service's currency."""

    requires_approval: Approval
    approval_minutes: int
    notice_minutes: int
    horizon_days: int
    buffer_before: int
    buffer_after: int
    hold_minutes: int
    grid_minutes: int
    daily_cap: int | None
    weekly_cap: int | None
    cancel_minutes: int
    cancel_fee: int
    open_requests: int
    at_deadline: AtDeadline
    waitlist_skips_parties: bool
    payment: PaymentRule
    deposit: int
    deposit_percent: int
    payment_minutes: int
    payment_when: PaymentWhen


class PolicyWanted(Input):
    """The whole policy; what is left out or null, it does not say."""

    requires_approval: Approval | None = None
    approval_minutes: Annotated[int, Field(ge=10, le=14 * 24 * 60)] | None = None
    notice_minutes: Minutes | None = None
    horizon_days: Annotated[int, Field(ge=1, le=1500)] | None = None
    buffer_before: Buffer | None = None
    buffer_after: Buffer | None = None
    hold_minutes: Annotated[int, Field(ge=1, le=60)] | None = None
    grid_minutes: Annotated[int, Field(ge=5, le=240, multiple_of=5)] | None = None
    daily_cap: Annotated[int, Field(ge=1, le=1000)] | None = None
    weekly_cap: Annotated[int, Field(ge=1, le=7000)] | None = None
    cancel_minutes: Minutes | None = None
    cancel_fee: Sum | None = None
    open_requests: Annotated[int, Field(ge=1, le=100)] | None = None
    at_deadline: AtDeadline | None = None
    waitlist_skips_parties: bool | None = None
    payment: PaymentRule | None = None
    deposit: Annotated[int, Field(ge=1, le=MOST_MONEY)] | None = None
    deposit_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    payment_minutes: Annotated[int, Field(ge=15, le=14 * 24 * 60)] | None = None
    payment_when: PaymentWhen | None = None
