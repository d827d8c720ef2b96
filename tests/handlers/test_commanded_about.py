"""What the audit log says that a command was about, so that whoever looks for a booking finds who did what to it."""

from typing import Any

import pytest
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from bot.logs import new_trace
from handlers.console.commanded import commanded
from handlers.console.commanded_about import MOST
from handlers.console.signed_in import Who
from models.audit import audit_log
from models.business import touch_business
from models.conversations import conversation_id_for
from models.operators import Role, add_operator
from tests.handlers.salon import SARA, TOM, Phone, Salon


class Desk:
    """An operator at the console, and what is written down of what they command."""

    def __init__(self, salon: Salon) -> None:
        self.salon, self._form = salon, 0
        now = salon.desk.clock.now()

        def work(session: Session) -> int:
            number = add_operator(
                session, login="ana", name="Ana", role=Role.OPERATOR, password_hash="kept", created_at=now
            )
            touch_business(session)
            return number

        number = salon.desk.database.transact(work)
        self.ana = Who(number, "Ana", "ana", Role.OPERATOR, None, 0, has_totp=False)

    def command(self, words: str, form: str = "") -> list[str]:
        """The subjects of what was written down for it."""
        self._form += 1
        told, before = self.salon.desk.circumstances(new_trace()), len(self.written())
        self.salon.desk.database.transact(
            lambda session: commanded(session, words, form or f"f{self._form}", self.ana, told)
        )
        new = self.written()[before:]
        assert {"commanded"} >= {row.action for row in new}
        return [row.subject for row in new]

    def written(self) -> list[Row[Any]]:
        statement = select(audit_log).order_by(audit_log.c.id)
        return self.salon.desk.database.read(lambda session: list(session.execute(statement)))


@pytest.fixture
def ana(salon: Salon) -> Desk:
    return Desk(salon)


def conversation(salon: Salon, phone: Phone = SARA) -> str:
    now = salon.desk.clock.now()
    number = salon.desk.database.transact(lambda session: conversation_id_for(session, "sms", phone.address, now))
    return f"conversation {number}"


def test_a_command_is_about_the_bookings_that_it_names_each_once(salon: Salon, ana: Desk) -> None:
    for phone, at in ((SARA, 10), (TOM, 12)):
        salon.text(phone, f"massage tomorrow at {at}")
        salon.text(phone, "yes")
    assert ["booking 1"] == ana.command("SHOW 1")
    assert ["booking 1", "booking 2"] == ana.command("APPROVE 1,2")
    assert ["booking 2"] == ana.command("cancel #2 we are ill", "same")
    assert [] == ana.command("cancel #2 we are ill", "same"), "a form that is sent twice is one command"
    assert ["booking 1", "booking 2"] == ana.command("NOTE 1 brings a towel; SHOW 2")
    assert ["booking 99"] == ana.command("CANCEL 99"), "that there is none is another matter"


def test_one_that_names_none_is_about_the_bookings_that_it_made_changed_or_put_back(salon: Salon, ana: Desk) -> None:
    assert ["booking 1"] == ana.command("BOOK +97455501234 Sara massage tomorrow 10:00")
    assert ["booking 1"] == ana.command("CANCEL 1")
    assert ["booking 1"] == ana.command("undo")
    assert ["booking 2"] == ana.command("BOOK +97455508888 Tom haircut tomorrow 12:00 with Maya")
    asked = ana.command("CLEAR tomorrow ill")
    assert [""] == asked, "it asks first"
    assert {"booking 1", "booking 2"} == set(ana.command("yes"))
    assert "cancelled" in salon.statuses().values()


def test_one_that_only_tells_is_about_nothing_even_after_one_that_did_something(salon: Salon, ana: Desk) -> None:
    ana.command("BOOK +97455501234 Sara massage tomorrow 10:00")
    for words in ("today", "PENDING", "what is this?", "BLOCK friday 10:00-12:00", "<script>alert(1)</script>"):
        assert [""] == ana.command(words), words


def test_one_that_names_a_number_is_about_the_conversation_of_whoever_has_it(salon: Salon, ana: Desk) -> None:
    salon.text(SARA, "hi")
    assert [conversation(salon)] == ana.command(f"PACK {SARA.address} 10 massage 400.00")
    assert [conversation(salon)] == ana.command(f"BOOK {SARA.address} massage in the year one")
    assert [""] == ana.command("BOOK +97455509999 massage in the year one"), "nobody has it"


def test_a_series_is_one_thing(salon: Salon, ana: Desk) -> None:
    salon.text(SARA, "massage every tuesday at 10 for 3 weeks")
    salon.text(SARA, "yes")
    found = ana.command("APPROVE S1")
    assert "series 1" == found[0]
    assert {f"booking {number}" for number in salon.statuses()} == set(found[1:])
    assert ["series 1"] == ana.command("APPROVE S1"), "what changes nothing is about what it names"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("BOOK +97455507777 Layla haircut tomorrow 4pm", "BOOK"),
        ("cancel #2,3 we are ill", "CANCEL 2,3"),
        ("NOTE 1 brings Layla; SHOW 2-4", "NOTE 1; SHOW 2,3,4"),
        ("PAID 12 3500 QX77", "PAID 12"),
        ("DECLINE S3.4 no", "DECLINE S3.4"),
        ("SPENT W1 catering 2500", "SPENT W1"),
        ("yes", ""),
        ("Layla is on +97455507777", ""),
    ],
)
def test_what_is_typed_beside_a_command_is_not_written_down(salon: Salon, ana: Desk, typed: str, kept: str) -> None:
    ana.command(typed)
    assert {kept} == {row.words for row in ana.written()}


def test_however_much_it_names_it_is_written_down_no_more_than_so_often(salon: Salon, ana: Desk) -> None:
    found = ana.command("; ".join(f"SHOW {number}-{number + 40}" for number in (1, 101, 201)))
    assert MOST == len(found) == len(set(found))
