"""How a command ends before its time, and the settings that each needs: light, for whoever is to stay small."""

import sys
from typing import NoReturn

from config import Settings, WrongSettings, read_settings


def stop(words: str) -> NoReturn:
    """End the command with a line for people."""
    print(words, file=sys.stderr, flush=True)
    raise SystemExit(2)


def settings_or_stop() -> Settings:
    try:
        return read_settings()
    except WrongSettings as wrong:
        stop(f"These settings cannot be used:\n{wrong}")
