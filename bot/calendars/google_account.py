"""A Google service account: its key file, and the hour-long tokens it is exchanged for.

https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests
"""

import json
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bot.calendars.exchange import Exchange
from bot.calendars.failure import CalendarFailure

TOKEN_ADDRESS = "https://oauth2.googleapis.com/token"  # noqa: S105 - where a token is had, not one
SCOPES = "https://www.googleapis.com/auth/calendar.events https://www.googleapis.com/auth/calendar.freebusy"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
HOUR = timedelta(hours=1)
EARLY = timedelta(minutes=5)
"""How long before its end a token is replaced."""


@dataclass(frozen=True, slots=True)
class Token:
    words: str = field(repr=False)
    until: datetime


class GoogleAccount:
    """One key file. Safe to share between threads; a token is kept while it lasts."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._token: Token | None = None

    def token(self, now: datetime) -> str:
        """What lets us in. Raises CalendarFailure."""
        with self._lock:
            if self._token is None or self._token.until <= now:
                self._token = self._exchanged(now)
            return self._token.words

    def forget(self) -> None:
        """The token was refused before its time."""
        with self._lock:
            self._token = None

    def _exchanged(self, now: datetime) -> Token:
        import jwt  # of no use to who has no Google calendar

        key = _key_file(self._path)
        address = str(key.get("token_uri") or TOKEN_ADDRESS)
        claims = {"iss": key["client_email"], "scope": SCOPES, "aud": address, "iat": now, "exp": now + HOUR}
        try:
            signed = jwt.encode(claims, key["private_key"], "RS256", {"kid": str(key.get("private_key_id", ""))})
        except (ValueError, TypeError, jwt.PyJWTError):
            raise CalendarFailure("GOOGLE_CREDENTIALS_FILE holds no key that can sign", is_setup=True) from None
        form = urlencode({"grant_type": GRANT, "assertion": signed}).encode()
        with Exchange() as exchange:
            answer = exchange.ask("POST", address, form, {"Content-Type": "application/x-www-form-urlencoded"})
        try:
            said: Any = json.loads(answer.body)
            if answer.status != 200:
                raise CalendarFailure(f"Google gives no token: {_short(said.get('error'))}", is_setup=True)
            lasts = timedelta(seconds=int(said.get("expires_in", 3600)))
            return Token(str(said["access_token"]), now + max(lasts - EARLY, timedelta(0)))
        except (ValueError, LookupError, AttributeError, TypeError):
            raise CalendarFailure(f"Google gives no token: HTTP {answer.status}", is_setup=True) from None


def _key_file(path: str) -> dict[str, Any]:
    """Raises CalendarFailure for a file that is no service account's."""
    try:
        key: Any = json.loads(Path(path).read_text(encoding="utf-8"))
        if isinstance(key["client_email"], str) and isinstance(key["private_key"], str):
            return dict(key)
    except (OSError, ValueError, LookupError, TypeError):
        pass
    raise CalendarFailure("GOOGLE_CREDENTIALS_FILE is no service account's key file", is_setup=True)


def _short(word: object) -> str:
    """An error code of OAuth's, never a description, in which stand addresses."""
    return word[:40] if isinstance(word, str) and word.replace("_", "").isalpha() else "refused"
