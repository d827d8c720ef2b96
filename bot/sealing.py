"""Answers to an intake as nobody reads them without the key: Fernet tokens (github.com/fernet/spec)."""

from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken


class WrongKey(Exception):
    """No key of ours opens this."""


class Sealer:
    """The first of the keys (commas between) seals; every one opens."""

    def __init__(self, keys: str) -> None:
        self._fernets = [Fernet(key.strip()) for key in keys.split(",")]

    def seal(self, words: str, now: datetime) -> str:
        return self._fernets[0].encrypt_at_time(words.encode(), int(now.timestamp())).decode()

    def open(self, sealed: str) -> str:
        """Raises WrongKey."""
        for fernet in self._fernets:
            try:
                return fernet.decrypt(sealed.encode()).decode()
            except InvalidToken:
                continue
        raise WrongKey
