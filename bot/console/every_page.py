"""The console with all its pages: importing a file registers what is in it."""

from importlib import import_module

from bot.console.door import console

PAGES = (
    "audit", "bookings", "classes", "commands", "dead_letters", "engagements", "figures", "imports", "inbox",
    "operators", "payments", "people", "person_data", "programs", "requests", "series", "setup", "signing_in",
    "teaching", "threads", "webhooks",
)  # fmt: skip
"""The files of bot/console/ that hold pages."""

for _name in PAGES:
    import_module(f"bot.console.{_name}")

__all__ = ["PAGES", "console"]
