"""Every table, so that importing this one module knows the whole schema."""

from models.base import metadata
from models.bookings import booking_transitions, bookings, proposals
from models.business import (
    booking_policies,
    business,
    coordinators,
    service_staff,
    services,
    staff,
    staff_shifts,
)
from models.claims import claims, stretches
from models.clients import clients
from models.consents import consents
from models.conversations import conversations, turns
from models.messages import messages
from models.outbox import outbox
from models.send_budgets import send_budgets

__all__ = [
    "booking_policies", "booking_transitions", "bookings", "business", "claims", "clients", "consents", "conversations",
    "coordinators", "messages", "metadata", "outbox", "proposals", "send_budgets", "service_staff", "services", "staff",
    "staff_shifts", "stretches", "turns",
]  # fmt: skip
