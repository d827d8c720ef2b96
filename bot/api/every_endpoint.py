"""The API with all its endpoints: importing a file registers what is in it."""

from importlib import import_module

from bot.api.endpoint import ENDPOINTS

FILES = ("described", "sessions", "sign_in", "tokens")
"""The files of bot/api/ that hold endpoints."""

for _name in FILES:
    import_module(f"bot.api.{_name}")

__all__ = ["ENDPOINTS", "FILES"]
