"""A calendar that is published as a file (ICS) somewhere: only read."""

import json
from urllib.parse import urlsplit

from bot.calendars.caldav import own_uid
from bot.calendars.exchange import Exchange
from bot.calendars.failure import CalendarFailure, EventRefused
from bot.calendars.occurrences import Expander, Window
from handlers.calendar_leased import Leased, Removing, Writing
from handlers.calendar_reading import Reading, digest
from models.busy_times import Spell


class Published:
    """One file: `leased.address` is its URL, webcal:// too. The token we keep is what the server says of its age."""

    def __init__(self, exchange: Exchange, leased: Leased) -> None:
        scheme, _, rest = leased.address.partition("://")
        self._exchange, self._leased = exchange, leased
        self._url = f"https://{rest}" if scheme.lower() in ("webcal", "webcals") else leased.address
        if urlsplit(self._url).scheme not in ("http", "https"):
            raise CalendarFailure("its address is none that can be fetched", is_setup=True)

    def read(self) -> Reading | None:
        """What is busy; None where the file is as it was. Raises CalendarFailure."""
        answer = self._exchange.ask("GET", self._url, headers=self._conditions())
        if answer.status == 304:
            return None
        if answer.status != 200:
            raise CalendarFailure(f"HTTP {answer.status}", is_setup=True)
        version = {"etag": answer.headers.get("ETag", ""), "modified": answer.headers.get("Last-Modified", "")}
        window = Window(self._leased.start, self._leased.end, self._leased.zone)
        found = Expander(window).read(answer.body)
        spells = tuple(
            Spell(digest(uid), start, end)
            for uid, stretches in found.spells.items()
            if own_uid(uid, self._leased) is None
            for start, end in stretches
        )
        return Reading(json.dumps(version) if any(version.values()) else "", spells, None, tuple(found.broken))

    def _conditions(self) -> dict[str, str]:
        try:
            known = json.loads(self._leased.token)
        except ValueError:
            return {}
        headers = {"If-None-Match": known.get("etag", ""), "If-Modified-Since": known.get("modified", "")}
        return {name: value for name, value in headers.items() if value}

    def write(self, _writing: Writing) -> str:
        raise EventRefused("a file is only read")

    def remove(self, _removing: Removing) -> None:
        raise EventRefused("a file is only read")
