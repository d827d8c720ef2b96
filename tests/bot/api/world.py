"""The house of two doors: who is in it, and what its API answers them. What is Sara's and Lina's is neither Tom's nor
Maya's, and each has the same of everything (played.py)."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import Row, Table, select
from werkzeug.test import TestResponse

from bot.clock import SetClock
from bot.desk import Desk
from bot.intake import receive
from bot.stories import Phone, Player
from conversations.messages import Inbound
from handlers.invariants_checked import broken_invariants
from models.bookings import bookings
from models.clients import clients
from models.outbox import outbox_after

LINA, MAYA = 1, 2
"""Staff."""
SARA = Phone("Sara", "sms", "+97455501111")
TOM = Phone("Tom", "sms", "+97455502222")
ZED = Phone("Zed", "sms", "+97455503333")
"""A client of both."""
OMAR = Phone("Omar", "sms", "+97455500000")
MONA = Phone("Mona", "sms", "+97455500001")
"""Coordinators, of Lina's bookings and of Maya's."""
MARKS = {
    "sara": ("Saraphina", "97455501111", "sara.aquamarine", "saraswish", "sarasnote", "sarasreason"),
    "tom": ("Tomasso", "97455502222", "tom.bellweather", "tomswish", "tomsnote", "tomsreason"),
}
"""What stands in nothing but theirs."""
FOR_STAFF_ALONE = ("sarasnote", "tomsnote")
"""What no client reads."""
ROLES = ("client", "other_client", "staff", "other_staff", "viewer", "operator", "admin")
"""Names of tokens: `client` is Sara's, `staff` Lina's, the others Tom's and Maya's. Beside these there are `reading`
(an operator's that only reads sessions), `revoked`, `expired` and `switched_off` (admins'), and None for no token."""
NOT_THEIRS = {"client": "tom", "other_client": "sara", "staff": "tom", "other_staff": "sara"}
"""Whose marks they must never read."""
_NUMBERS = count(1)


@dataclass
class World:
    """The house, its web application, and tokens by name."""

    desk: Desk
    clock: SetClock
    web: Flask
    tokens: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, role: str | None = "operator", **how: Any) -> TestResponse:
        """`role` names a token, or is one; `how`: json, data, headers, query_string … as Flask's test client has it."""
        headers = dict(how.pop("headers", {}))
        if role is not None:
            headers.setdefault("Authorization", f"Bearer {self.tokens.get(role, role)}")
        return self.web.test_client().open(path, method=method, headers=headers, **how)

    def says(self, phone: Phone, *texts: str) -> list[str]:
        """What a phone reads by texting, as fast as people do."""
        before = max((row.id for row in self._texts(0)), default=0)
        for text in texts:
            self.clock.move(timedelta(seconds=30))
            said = Inbound(phone.channel, f"said-{next(_NUMBERS)}", phone.address, phone.address, text)
            receive(self.desk, said)
            self.settle()
        return [row.body for row in self._texts(before) if row.address == phone.address]

    def read_by(self, phone: Phone) -> list[str]:
        """All that a phone has read."""
        return [row.body for row in self._texts(0) if row.address == phone.address]

    def settle(self) -> None:
        """All that is due is done and sent."""
        Player(self.desk, self.clock).settle()

    def passes(self, **time: float) -> None:
        self.clock.move(timedelta(**time))
        self.settle()

    def service(self, name: str) -> int:
        """The number of a service."""
        profile = self.desk.database.read(self.desk.profiles.current)
        return next(one.id for one in profile.services if one.name == name)

    def rows(self, table: Table, **fits: Any) -> list[Row[Any]]:
        """Those in which these columns have these values, in order of their keys."""
        statement = select(table).where(*(table.c[name] == value for name, value in fits.items()))
        ordered = statement.order_by(*table.primary_key)
        return self.desk.database.read(lambda session: list(session.execute(ordered)))

    def client(self, phone: Phone) -> int:
        return int(self.rows(clients, phone=phone.address)[0].id)

    def bookings(self, phone: Phone, status: str = "") -> list[int]:
        """The numbers of a client's, of all or of one status."""
        found = self.rows(bookings, client_id=self.client(phone))
        return [row.id for row in found if not status or row.status.value == status]

    def status(self, booking_id: int) -> str:
        return str(self.rows(bookings, id=booking_id)[0].status.value)

    def check(self) -> None:
        """What must always hold, holds."""
        now = self.clock.now()
        broken = self.desk.database.read(lambda session: list(broken_invariants(session, now)))
        assert not broken, broken

    def _texts(self, since: int) -> list[Row[Any]]:
        return list(self.desk.database.read(lambda session: outbox_after(session, since)))
