"""START at the very moment in which a text is given up because of STOP."""

from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import Row, select

from bot.database import Database
from bot.desk import Desk
from bot.intake import receive
from conversations.delivery import Delivery
from conversations.messages import Inbound
from handlers.outbox import claim_due
from models.conversations import conversations
from models.outbox import outbox
from models.outbox_claims import claimable
from tests.databases import chosen

pytestmark = pytest.mark.every_database

SARA = "+97455501234"


@pytest.mark.parametrize("kind", [kind for kind in chosen() if kind != "sqlite"], indirect=True)
def test_start_is_not_undone_by_a_text_that_is_given_up_meanwhile(database: Database, desk: Desk) -> None:
    for words in ("STOP", "therapy tomorrow 3pm"):
        receive(desk, Inbound("sms", words, SARA, SARA, words))

    def then_start(*asked: Any) -> list[Row[Any]]:
        rows = claimable(*asked)
        if any(row.opted_out_at is not None for row in rows):
            receive(desk, Inbound("sms", "START", SARA, SARA, "START"))
        return rows

    with patch("handlers.outbox.claimable", then_start):
        assert [] == database.transact(lambda session: claim_due(session, desk.clock.now(), 8))
    assert [None] == read(database, select(conversations.c.opted_out_at).where(conversations.c.address == SARA))
    assert [Delivery.DEAD] == read(database, select(outbox.c.status).where(outbox.c.address == SARA))


def read(database: Database, statement: Any) -> list[Any]:
    return database.read(lambda session: list(session.execute(statement).scalars()))
