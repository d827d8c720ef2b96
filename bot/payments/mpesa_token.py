"""The one access token of an app at Daraja. It lives an hour, and a new one kills the one before: so all processes
share it by the database, and one at a time fetches."""

import base64
import hashlib
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.database import Database, DatabaseAway
from bot.payments.base import ProviderAway, ProviderRefused, ProviderUnclear
from bot.payments.mpesa_codes import code_of, failure, is_login_refused
from bot.payments.mpesa_wire import CONNECT_SECONDS, READ_SECONDS, Answer, api_base, ask
from config import Settings
from handlers.provider_tokens import Token, fetching_claimed, fetching_given_up, token_fetched, token_read

PATH = "/oauth/v1/generate?grant_type=client_credentials"
LEASE = timedelta(seconds=CONNECT_SECONDS + 2 * READ_SECONDS + 5)
"""Longer than a fetch may take; whoever dies over it leaves it to others after that."""
MARGIN = timedelta(seconds=60)
"""A token this near its end is not used any more."""
USUAL_LIFE, LONGEST_LIFE = 3599, 86_400
PATIENCE_SECONDS = 10.0
"""How long one waits for another who fetches."""
PAUSE_SECONDS = 0.1


class SharedToken:
    """The token of one app (consumer key and secret). Safe from several threads and processes at once."""

    def __init__(
        self, database: Database, now: Callable[[], datetime], base: str, key: str, secret: str,
        patience: float = PATIENCE_SECONDS,
    ) -> None:  # fmt: skip
        self._database, self._now, self._url, self._patience = database, now, base + PATH, patience
        self._authorization = "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()
        self.name = "mpesa-" + hashlib.sha256(f"{base}\n{key}\n{secret}".encode()).hexdigest()[:16]
        """Another app, or the sandbox, has a token of its own."""

    def get(self, refused: str = "") -> str:
        """A token that is good as far as we know, and is not the `refused` one. Raises ProviderRefused and
        ProviderAway, also where the database is away: nothing was asked of M-Pesa's payers yet."""
        try:
            return self._get(refused)
        except DatabaseAway as away:
            raise ProviderAway(f"database {away.code}") from None

    def _get(self, refused: str) -> str:
        deadline = time.monotonic() + self._patience
        while True:
            held = self._database.read(lambda session: token_read(session, self.name))
            if held.text != refused and self._is_good(held):
                return held.text
            if (until := self._claim(held)) is not None:
                return self._fetch(until)
            if time.monotonic() > deadline:
                raise ProviderAway("somebody else is fetching the token")
            time.sleep(PAUSE_SECONDS)

    def _is_good(self, held: Token) -> bool:
        return bool(held.text) and held.expires_at is not None and self._now() < held.expires_at - MARGIN

    def _claim(self, spent: Token) -> datetime | None:
        """Until when the fetching is ours; None where it is another's."""
        now = self._now()
        if spent.fetching_until is not None and now < spent.fetching_until:
            return None
        until = now + LEASE
        is_ours = self._database.transact(lambda session: fetching_claimed(session, self.name, spent, now, until))
        return until if is_ours else None

    def _fetch(self, until: datetime) -> str:
        """What was fetched is used even where it came too late to be kept: if another's has killed it, it is refused,
        and replaced then."""
        try:
            token = self._fetched()
        except (ProviderRefused, ProviderAway):
            self._database.transact(lambda session: fetching_given_up(session, self.name, until))
            raise
        self._database.transact(lambda session: token_fetched(session, self.name, token, until))
        return token.text

    def _fetched(self) -> Token:
        now = self._now()
        try:
            answer = ask("GET", self._url, self._authorization)
            if text := answer.text("access_token"):
                return Token(text, now + timedelta(seconds=_life(answer)))
            if is_login_refused(answer):
                raise ProviderRefused(code_of(answer) or f"HTTP {answer.status}")
            raise failure(answer)
        except ProviderUnclear as error:
            raise ProviderAway(str(error)) from None  # a token can always be fetched again


def open_token(settings: Settings, database: Database, now: Callable[[], datetime]) -> SharedToken:
    """The token of the app that is set up. Nothing is asked of anybody yet."""
    key, secret = settings.mpesa_consumer_key.get_secret_value(), settings.mpesa_consumer_secret.get_secret_value()
    return SharedToken(database, now, api_base(settings), key, secret)


def _life(answer: Answer) -> int:
    """Seconds; `expires_in` comes as a number or as text."""
    said = answer.text("expires_in")
    return min(int(said), LONGEST_LIFE) if said.isascii() and said.isdigit() and len(said) < 19 else USUAL_LIFE
