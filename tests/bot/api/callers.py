"""Callers of the API by role, for the tests of single endpoints."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.console.secrets import new_token, token_hash
from bot.desk import Desk
from handlers.api.tokens_kept import make_token
from models.api import add_token
from models.clients import client_for
from models.operators import Role
from tests.conftest import MakeDesk
from tests.handlers.planner import BUSINESS, Planner
from webhooks import create_app


class Callers:
    """Calls a desk's API as an admin, an operator, a viewer, one staff member or one client."""

    def __init__(self, desk: Desk, clock: SetClock) -> None:
        self.desk, self.clock = desk, clock
        self.web: FlaskClient = create_app(desk).test_client()
        self._tokens: dict[str, str] = {}

    def __call__(self, who: str, method: str, path: str, **how: Any) -> TestResponse:
        """`who`: "admin", "operator", "viewer", "staff Rita", "client +97455501234" or "nobody"."""
        headers = how.pop("headers", {}) | ({"Authorization": f"Bearer {self._token(who)}"} if who != "nobody" else {})
        self.clock.move(timedelta(milliseconds=1))  # no two deeds happen at one moment
        return self.web.open(path, method=method, headers=headers, **how)

    def get(self, who: str, path: str, **query: Any) -> Any:
        """What is answered; only where all is well."""
        answer = self(who, "GET", path, query_string=query)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.json

    def does(self, who: str, method: str, path: str, **body: Any) -> tuple[int, Any]:
        """Status and document."""
        answer = self(who, method, path, json=body)
        return answer.status_code, answer.json

    def refused(self, who: str, method: str, path: str, **body: Any) -> tuple[int, str]:
        """Status and code of the problem."""
        status, document = self.does(who, method, path, **body)
        return status, document["code"]

    def staff(self, who: str) -> int:
        """The number of a staff member, by name or as it is."""
        people = self.desk.database.read(self.desk.profiles.current).staff
        return int(who) if who.isdigit() else next(one.id for one in people if one.name == who)

    def _token(self, who: str) -> str:
        if who not in self._tokens:
            self._tokens[who] = new_token()
            self.desk.database.transact(lambda session: self._kept(session, who, token_hash(self._tokens[who])))
        return self._tokens[who]

    def _kept(self, session: Any, who: str, kept: str) -> None:
        kind, _, which = who.partition(" ")
        now = self.desk.clock.now()
        if kind == "client":
            number = client_for(session, which, "", now)
            add_token(session, token_hash=kept, client_id=number, scopes=[], created_at=now)
            return
        make_token(
            session, name=who, role=Role(kind), staff_id=self.staff(which) if which else None, scopes=[], lasts=None,
            token_hash=kept, by=None, now=now,
        )  # fmt: skip


def planner_at(make_desk: MakeDesk, clock: SetClock, folder: Path) -> Planner:
    """The wedding planner's desk."""
    desk, path = make_desk(), folder / "planner.toml"
    path.write_text(BUSINESS, encoding="utf-8")
    load_business(desk.database, path)
    return Planner(desk, clock)
