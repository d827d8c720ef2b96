"""docs/states.md: a conversation's states and questions, and a booking's statuses, from their declarations."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

from bot.docs.markdown import block, code, page, table
from conversations.booking import BookingStatus
from conversations.dialogue import Awaiting, State
from conversations.payments import PaymentStatus, RefundStatus
from conversations.rules.payments import PAYMENT_TRANSITIONS, REFUND_TRANSITIONS
from conversations.rules.transitions import LIVE, TRANSITIONS
from conversations.steps import QUESTIONS, STATES

CONVERSATION = (
    "What is known of a new booking decides a conversation's state. The engine refuses a step that is not drawn."
)
QUESTION = "What was asked last decides how a short answer is read. Any question may also be asked again."
BOOKING = "Who moved a booking, when and why is kept for each of these steps. It owns its time while it is: "
PAYMENT = "One attempt to pay; none is ever deleted. Money may come after it was given up, for a callback may be late."
REFUND = "Money on its way back to a client: by card we see to it, any other way a person does, and says so."


def render() -> str:
    rows = [
        (code(asked), ", ".join(code(n) for n in Awaiting if n in QUESTIONS[asked] - {asked})) for asked in Awaiting
    ]
    return page(
        "States",
        "## A conversation",
        CONVERSATION,
        diagram(STATES, [State.INITIAL]),
        "## Its questions",
        QUESTION,
        table(("after", "may be asked"), rows),
        "## A booking",
        BOOKING + ", ".join(code(status) for status in BookingStatus if status in LIVE) + ".",
        diagram(TRANSITIONS, [BookingStatus.PENDING, BookingStatus.APPROVED, BookingStatus.CONFIRMED]),
        "## A payment",
        PAYMENT,
        diagram(PAYMENT_TRANSITIONS, [PaymentStatus.PENDING, PaymentStatus.PROOF_SUBMITTED]),
        "## A refund",
        REFUND,
        diagram(REFUND_TRANSITIONS, [RefundStatus.PENDING]),
    )


def diagram(steps: Mapping[Any, Collection[Any]], firsts: Collection[StrEnum]) -> str:
    """A mermaid diagram, in the order of the declaration; what leads nowhere is an end."""
    lines = ["stateDiagram-v2", *(f"    [*] --> {first}" for first in firsts)]
    for before, afters in steps.items():
        lines += [f"    {before} --> {after}" for after in steps if after in afters]
        lines += [f"    {before} --> [*]"] if not afters else []
    return block("\n".join(lines), "mermaid")
