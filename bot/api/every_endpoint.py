"""The API with all its endpoints: importing a file registers what is in it."""

from importlib import import_module

from bot.api.endpoint import ENDPOINTS

FILES = (
    "audit", "availability", "blocks", "booking_requests", "class_sessions", "clients", "commands", "conversations",
    "dead_letters", "described", "engagements", "exports", "figures", "imports", "mpesa", "outgoing_webhooks",
    "payments", "policies", "series", "services", "session_deeds", "session_payments",
    "session_wishes", "sessions", "sessions_tried", "sign_in",
    "staff", "tokens", "waitlist",
)  # fmt: skip
"""The files of bot/api/ that hold endpoints."""

for _name in FILES:
    import_module(f"bot.api.{_name}")

__all__ = ["ENDPOINTS", "FILES"]
