"""How fast the console's pages are rendered on the server, with 100,000 conversations and 1,000,000 messages: the first
page and a deep one alike."""

import random
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from tempfile import TemporaryDirectory

from flask.testing import FlaskClient
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from bot.channels.simulator import SIMULATOR, SimulatorChannel
from bot.clock import Clock
from bot.commands.opening import DEMONSTRATION, load_business
from bot.console.door import COOKIE
from bot.console.secrets import new_token, token_hash
from bot.database import Database
from bot.desk import Desk
from config import Settings
from conversations.booking import BookingStatus, BookingType
from conversations.dialogue import State
from conversations.payments import RequestStatus
from handlers.console.signed_in import let_in
from handlers.profile import Overrides, Profiles
from models.bookings import bookings
from models.clients import clients
from models.conversations import conversations
from models.inbox_listing import Led
from models.messages import Direction, messages
from models.operators import Role, add_operator
from models.payments import payment_requests
from tests.databases import chosen, postgresql_server
from webhooks import create_app

ROUNDS = 20
SAID = """massage tomorrow morning please haircut at three pm can you move my booking to friday thank you see you then
what does it cost for two people my name is sara ahmed yes no cancel therapy session with doctor lina next week monday
evening"""
WORDS = SAID.split()
RARE = "zanzibar"
OFTEN = (BookingStatus.CONFIRMED, *(BookingStatus.COMPLETED,) * 4, BookingStatus.CANCELLED, BookingStatus.DECLINED)


def main() -> None:
    people, each = (int(argument) for argument in (*sys.argv[1:3], "100000", "10")[:2])
    print(f"{'database':12}{'page':28}{'median ms':>11}{'p95 ms':>9}")
    for kind, url in _databases():
        with _filled(url, people, each) as (client, last, deep):
            pages = {
                "inbox": "/console/inbox", "inbox, deep": f"/console/inbox?behind={deep}",
                "inbox, needs a person": "/console/inbox?view=needs",
                "inbox, not delivered": "/console/inbox?view=undelivered",
                "inbox, a state": "/console/inbox?state=completed",
                **{f"inbox, {led}": f"/console/inbox?outcome={led}" for led in Led},
                **{f"inbox, {led}, deep": f"/console/inbox?outcome={led}&behind={deep}" for led in Led},
                "search, a common word": "/console/inbox?q=massage",
                "search, two common words": "/console/inbox?q=massage+friday",
                "search, deep": f"/console/inbox?q=massage&before={people * each // 3}",
                "search, a rare word": f"/console/inbox?q={RARE}",
                "search, none": "/console/inbox?q=nowhere",
                "thread": f"/console/c/{last}", "thread, looked at again": f"/console/c/{last}/live",
            }  # fmt: skip
            for name, path in pages.items():
                median, late = timed(client, path)
                print(f"{kind:12}{name:28}{median:11.1f}{late:9.1f}", flush=True)


def _book(session: Session, people: range, now: datetime) -> None:
    """Two in five have booked nothing, most others have been here; few wait for an answer or have something to pay, and
    those at all ages."""
    booked: list[tuple[int, BookingStatus]] = []
    for person in people:
        visits = [BookingStatus.COMPLETED] * (person % 5 // 2)
        if person % 5 >= 2:
            visits.append(OFTEN[person % 7])
        if person % 997 == 0:
            visits.append(BookingStatus.PENDING)
        if person % 1009 == 0:
            visits.append(BookingStatus.APPROVED)
        booked += [(person, status) for status in visits]
    first = int(session.execute(select(func.max(bookings.c.id))).scalar_one() or 0) + 1
    rows = [
        {
            "id": number, "version": 1, "booking_type": BookingType.ONE_ON_ONE, "status": status, "service_id": 1,
            "staff_id": 1, "client_id": person, "conversation_id": person, "preferred_datetime": now,
            "start_at": now - timedelta(hours=number), "end_at": now - timedelta(hours=number - 1),
            "timezone": "Asia/Qatar", "requires_approval": True, "price": 5000,
            "currency": "USD", "session_rate": 5000, "intake_answers": {}, "created_at": now, "updated_at": now,
        }
        for number, (person, status) in enumerate(booked, first)
    ]  # fmt: skip
    asked = [
        {
            "booking_id": row["id"], "live_booking_id": row["id"], "client_id": row["client_id"], "version": 1,
            "status": RequestStatus.OPEN, "amount": 5000, "currency": "USD", "due_at": now, "lapses_at": now,
            "created_at": now, "updated_at": now,
        }
        for row in rows
        if row["status"] is BookingStatus.APPROVED
    ]  # fmt: skip
    session.execute(insert(bookings), rows)
    if asked:
        session.execute(insert(payment_requests), asked)


def timed(client: FlaskClient, path: str, rounds: int = ROUNDS, *, again: bool = False) -> tuple[float, float]:
    """Median and 95th percentile, in ms, of so many looks at a page; `again`: at one that has not changed since."""
    seen = {"If-None-Match": client.get(path).headers.get("ETag", "")} if again else {}
    times = sorted(_seconds(client, path, seen) for _ in range(rounds))
    return 1000 * statistics.median(times), 1000 * times[max(0, round(rounds * 0.95) - 1)]


def _seconds(client: FlaskClient, path: str, headers: Mapping[str, str]) -> float:
    begun = time.perf_counter()
    answer = client.get(path, headers=dict(headers))
    assert answer.status_code in (200, 304), (path, answer.status_code)
    return time.perf_counter() - begun


def _databases() -> Iterator[tuple[str, str]]:
    kinds = chosen()
    with TemporaryDirectory() as folder:
        if "sqlite" in kinds:
            yield "sqlite", f"sqlite:///{folder}/bench.db"
    if "postgresql" in kinds:
        with postgresql_server() as server:
            server.create("bench")
            yield "postgresql", server.url("bench")


@contextmanager
def _filled(url: str, people: int, each: int) -> Iterator[tuple[FlaskClient, int, str]]:
    database, chance, now = Database(url), random.Random(1), Clock().now()
    database.migrate()
    load_business(database, DEMONSTRATION)
    for first in range(0, people, 2000):
        numbers = range(first + 1, min(first + 2000, people) + 1)
        at = {number: now - timedelta(seconds=37 * (people - number)) for number in numbers}
        owners = [{"id": n, "phone": f"+9{n:011}", "name": f"Client {n}", "created_at": at[n]} for n in numbers]
        talks = [
            {
                "id": n, "channel": "simulator", "address": f"+9{n:011}", "client_id": n, "dialogue": {},
                "state": chance.choice(list(State)), "last_inbound_at": at[n], "last_message_at": at[n],
                "created_at": at[n], "needs_person": n % 5000 == 0, "is_unread": n % 9 == 0,
            }
            for n in numbers
        ]  # fmt: skip
        texts = [
            {
                "conversation_id": n, "direction": Direction.IN, "channel": "simulator", "provider_id": f"{n}-{place}",
                "body": " ".join(chance.choices(WORDS, k=12)) + f" {RARE}" * ((n * each + place) % 90_001 == 0),
                "media": [], "quoted_id": "", "opt_out": "", "trace": "t", "at": at[n],
            }
            for n in numbers
            for place in range(each)
        ]  # fmt: skip

        def work(session, owners=owners, talks=talks, texts=texts) -> None:  # type: ignore[no-untyped-def]
            session.execute(insert(clients), owners)
            session.execute(insert(conversations), talks)
            session.execute(insert(messages), texts)

        database.transact(work)
        database.transact(lambda session, numbers=numbers: _book(session, numbers, now))  # type: ignore[misc]
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("analyze"))
    yield signed_in(database), people, deep_in(database, people // 3 + 1)
    database.dispose()


def signed_in(database: Database) -> FlaskClient:
    """An admin's browser at the console of a desk over this database."""
    settings = Settings(_env_file=None, simulator=True, secret_key="bench")
    desk = Desk(settings, database, Clock(), {SIMULATOR: SimulatorChannel()}, Profiles(Overrides()))
    token, now = new_token(), Clock().now()

    def sign_in(session: Session) -> None:
        number = add_operator(session, login="bench", name="Bench", role=Role.ADMIN, created_at=now)
        let_in(session, number, token_hash(token), "bench", now)

    database.transact(sign_in)
    client = create_app(desk).test_client()
    client.set_cookie(COOKIE, token, path="/console")
    return client


def deep_in(database: Database, conversation_id: int) -> str:
    """Where in the inbox the page behind this conversation begins."""
    of_it = select(conversations.c.last_message_at).where(conversations.c.id == conversation_id)
    at: datetime = database.read(lambda session: session.execute(of_it).scalar_one())
    return f"0~{at.isoformat().replace('+', '%2B')}~{conversation_id}"


if __name__ == "__main__":
    main()
