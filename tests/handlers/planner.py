"""A wedding planner's desk and phones: what bookings open there, and a database that fails at one statement."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import Row, Table, delete, event, select
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.database import Database
from bot.desk import Desk
from bot.engagements import see_to_engagements
from bot.intake import receive
from bot.stories import Phone, Player
from conversations.messages import Inbound
from handlers.circumstances import Circumstances
from handlers.engagement_changed import Change, change
from handlers.engagement_followed import follow_booking
from models.bookings import bookings
from models.conversations import conversation_by_id, conversation_id_for
from models.engagement_work import work_due
from models.engagements import (
    activity_log,
    ask_for_work,
    budget_lines,
    client_records,
    engagement_work,
    engagements,
    milestones,
)
from models.outbox import outbox_after

BUSINESS = """
[business]
name = "Amore Weddings"
timezone = "Asia/Qatar"
region = "QA"
currency = "USD"

[[coordinators]]
key = "rita"
name = "Rita"
phone = "+97455500000"
default = true

[[coordinators]]
key = "paul"
name = "Paul"
phone = "+97455500001"

[[staff]]
key = "rita"
name = "Rita"
hours = ["Mon-Sun 09:00-19:00"]

[[staff]]
key = "paul"
name = "Paul"
hours = ["Mon-Sun 09:00-19:00"]
coordinator = "paul"

[[services]]
key = "consultation"
name = "Wedding Consultation"
aliases = ["consultation"]
minutes = 60
price = "0.00"
staff = ["rita"]
category = "Coordination"

[[services]]
key = "seaside"
name = "Beach Planning"
aliases = ["beach"]
minutes = 60
price = "0.00"
staff = ["paul"]
category = "Planning"

[[services]]
key = "tasting"
name = "Cake Tasting"
aliases = ["tasting"]
minutes = 45
price = "40.00"
staff = ["rita"]
category = "Coordination"
engagement = "none"
"""
ANA, BEN = Phone("Ana", "whatsapp", "+97455501234"), Phone("Ben", "whatsapp", "+97455501299")
NOBODY = Phone("Nobody", "whatsapp_cloud", "QA.13491208655302741918")
"""Reached without a number."""
RITA, PAUL = Phone("Rita", "whatsapp", "+97455500000"), Phone("Paul", "whatsapp", "+97455500001")
WEDDING = {
    "name": "Ana & Ben", "event_date": "12 June 2026", "venue": "Oasis Garden", "guests": "160",
    "budget": "50k-100k", "email": "Ana.B@example.com", "requests": "live band",
}  # fmt: skip
WISH = "consultation tomorrow at 3pm"
ASKED = tuple(WEDDING)
"""In the order in which they are asked for."""
DAY = timedelta(days=1)


class Planner:
    """A desk with these phones, and what is in its database."""

    def __init__(self, desk: Desk, clock: SetClock) -> None:
        self.desk, self.clock = desk, clock
        self.player = Player(desk, clock)
        self._numbers = count(1)
        self._read = 0

    def books(self, wish: str, phone: Phone = ANA, **told: str) -> None:
        """A couple answers what is asked, else skips it, and says YES; what it opens is not seen to yet."""
        for text in (wish, *(told.get(detail, "skip") for detail in ASKED), "yes"):
            self.says(phone, text)

    def wedding(self, phone: Phone = ANA, wish: str = WISH, **told: str) -> None:
        self.books(wish, phone, **{**WEDDING, **told})

    def opened(self, **told: str) -> Row[Any]:
        """The one engagement, of a wedding booked and told of; what was said until then counts as read."""
        self.wedding(ANA, WISH, **told)
        self.settle()
        return self.only(engagements)

    def says(self, phone: Phone, text: str) -> None:
        """They text, as fast as people do, and nothing that is due beside the turn is done."""
        self.clock.move(timedelta(seconds=20))
        number = phone.address if phone.address.startswith("+") else None
        receive(self.desk, Inbound(phone.channel, f"text-{next(self._numbers)}", phone.address, number, text))

    def text(self, phone: Phone, words: str) -> str:
        """What that phone reads in answer, with all that is due done."""
        self.says(phone, words)
        return self.settle().get(phone.address, "")

    def opens(self) -> None:
        """Only what is due about engagements is done, once."""
        see_to_engagements(self.desk)

    def afresh(self, brief: Mapping[str, str]) -> None:
        """Nothing was made of booking 1 yet, for which this was told."""

        def work(session: Session) -> None:
            for table in (engagement_work, activity_log, budget_lines, milestones, engagements, client_records):
                session.execute(delete(table))
            ask_for_work(session, 1, "wedding", brief, self.clock.now())

        self.desk.database.transact(work)

    def due(self) -> Row[Any]:
        """The one work that is due."""
        (row,) = self.desk.database.read(lambda session: work_due(session, self.clock.now(), 10))
        return row

    def follows(self, row: Row[Any]) -> None:
        """What is due is done in one transaction, and nobody is told of it. Raises LostRace."""

        def work(session: Session) -> None:
            profile = self.desk.profiles.of_version(session, row.business_version)
            follow_booking(session, row, self.circumstances(), profile)

        self.desk.database.transact(work)

    def does(self, effect: Change) -> None:
        """Rita changes something. Raises LostRace."""

        def work(session: Session) -> None:
            number = conversation_id_for(session, RITA.channel, RITA.address, self.clock.now())
            profile = self.desk.profiles.current(session)
            change(session, effect, conversation_by_id(session, number), self.circumstances(), profile)

        self.desk.database.transact(work)

    def settle(self, after: timedelta = timedelta()) -> dict[str, str]:
        """What each phone has read since the last look, once all is done that is due `after` this time."""
        self.clock.move(after)
        self.player.settle()
        rows = self.desk.database.read(lambda session: outbox_after(session, self._read))
        self._read = rows[-1].id if rows else self._read
        found: dict[str, str] = {}
        for row in rows:
            found[row.address] = f"{found.get(row.address, '')}{row.body}\n"
        return found

    def rows(self, table: Table) -> list[Row[Any]]:
        key = next(iter(table.primary_key))
        return self.desk.database.read(lambda session: list(session.execute(select(table).order_by(key))))

    def only(self, table: Table) -> Row[Any]:
        (row,) = self.rows(table)
        return row

    def statuses(self) -> list[str]:
        """Of the bookings."""
        return [row.status.value for row in self.rows(bookings)]

    def log(self) -> list[str]:
        return [row.action for row in self.rows(activity_log)]

    def circumstances(self) -> Circumstances:
        return self.desk.circumstances("test")


def counted(planner: Planner) -> Mapping[str, int]:
    """How many rows there are of all that one wedding is made of."""
    tables = (client_records, engagements, milestones, budget_lines, activity_log, engagement_work)
    return {table.name: len(planner.rows(table)) for table in tables}


ONE_WEDDING = {
    "client_records": 1, "engagements": 1, "milestones": 6, "budget_lines": 7, "activity_log": 3, "engagement_work": 1,
}  # fmt: skip


@contextmanager
def statements(database: Database, fails_at: int = 0, error: Exception | None = None) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile, BEGIN left out; the one of this number, from 1, raises
    `error`."""
    sent: list[str] = []

    def send(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        if sql.startswith("BEGIN"):
            return
        sent.append(sql)
        if len(sent) == fails_at and error is not None:
            raise error

    event.listen(database.engine, "before_cursor_execute", send)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", send)
