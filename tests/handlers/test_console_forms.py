"""Forms of the console: sent twice, sent from an old page, sent with words that look like commands."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.console.door import COOKIE
from bot.console.secrets import new_token, token_hash
from bot.desk import Desk
from bot.logs import new_trace
from bot.stories import Phone
from handlers.console.commanded import commanded, known_as
from handlers.console.signed_in import Who, let_in
from handlers.console.stepped_in import Outcome, hand_back, write
from models.audit import audit_log
from models.bookings import bookings
from models.business import touch_business
from models.conversations import conversation_id_for
from models.operators import Role, add_operator
from models.outbox import outbox_after
from models.payments import payment_requests
from tests.conftest import MakeDesk
from tests.handlers.salon import SARA, TOM, Salon
from tests.handlers.till import BRIAN, ZAWADI, Till
from webhooks import create_app

Give = Callable[..., list[str]]


def operator(desk: Desk, name: str = "Ana") -> Who:
    def work(session: Session) -> int:
        number = add_operator(
            session, login=name.casefold(), name=name, role=Role.OPERATOR, password_hash="kept",
            created_at=desk.clock.now(),
        )  # fmt: skip
        touch_business(session)
        return number

    return Who(desk.database.transact(work), name, name.casefold(), Role.OPERATOR, None, 0, has_totp=False)


def signed_in(desk: Desk, who: Who) -> FlaskClient:
    token, now = new_token(), desk.clock.now()
    desk.database.transact(lambda session: let_in(session, who.id, token_hash(token), "a browser", now))
    web = create_app(desk).test_client()
    web.set_cookie(COOKIE, token, path="/console")
    return web


def form_of(web: FlaskClient, path: str, button: str) -> dict[str, str]:
    """The hidden fields of the form that has this button."""
    page = web.get(path).get_data(as_text=True)
    form = next(part for part in re.findall(r"<form.*?</form>", page, re.DOTALL) if button in part)
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def sent_to(desk: Desk, phone: Phone) -> list[str]:
    rows = desk.database.read(lambda session: outbox_after(session, 0))
    return [row.body for row in rows if row.address == phone.address]


@pytest.fixture
def till(make_desk: MakeDesk, clock: SetClock) -> Iterator[Till]:
    with Till(make_desk, clock, by_phone=False, by_card=False) as till:
        yield till
        till.check()


@pytest.fixture
def give(salon: Salon) -> Give:
    """Gives a command as an operator does."""
    ana = operator(salon.desk)

    def command(words: str, form: str = "") -> list[str]:
        told = salon.desk.circumstances(new_trace())
        work = lambda session: commanded(session, words, form or new_token(), ana, told)  # noqa: E731
        return list(salon.desk.database.transact(work).texts)

    return command


def test_a_form_with_other_words_is_another_command(salon: Salon, give: Give) -> None:
    salon.text(SARA, "haircut tomorrow at 3pm")
    salon.text(SARA, "yes")
    first = give("MODIFY 1 yesterday 5pm", "f")
    assert first == give("MODIFY 1 yesterday 5pm", "f")
    second = give("MODIFY 1 tomorrow 6pm", "f")
    assert first != second
    assert "18:00" in "".join(second)
    assert second == give("MODIFY 1 tomorrow 6pm", "f")
    assert known_as("f" * 200, "a") != known_as("f" * 200, "b")


def test_the_answer_of_the_words_that_were_sent_is_shown(salon: Salon) -> None:
    web = signed_in(salon.desk, operator(salon.desk))
    salon.text(SARA, "haircut tomorrow at 3pm")
    salon.text(SARA, "yes")
    sent = form_of(web, "/console/booking/1", ">Modify<")
    pages = [
        web.post("/console/command", data=sent | {"more": more}, follow_redirects=True).get_data(as_text=True)
        for more in ("yesterday 5pm", "tomorrow 6pm")
    ]
    assert ["18:00" in page for page in pages] == [False, True]


def test_no_command_of_an_operator_is_dropped_however_many_they_give(salon: Salon, give: Give) -> None:
    assert all(give(f"SHOW {number}") for number in range(1, 36))
    assert all(give("PENDING") for _ in range(8))


@pytest.mark.parametrize("between", ["; ", "\n", "\r\n", ";;\n "])
def test_what_is_typed_beside_a_button_is_no_command(salon: Salon, between: str) -> None:
    web = signed_in(salon.desk, operator(salon.desk))
    for phone, hour in ((SARA, 3), (TOM, 5)):
        salon.text(phone, f"haircut tomorrow at {hour}pm")
        salon.text(phone, "yes")
    sent = form_of(web, "/console/booking/1", ">Decline<")
    web.post("/console/command", data=sent | {"more": f"we are full{between}approve 2 if she does not"})
    salon.player.settle()
    assert {1: "declined", 2: "pending"} == salon.statuses()
    assert "we are full, approve 2 if she does not" in sent_to(salon.desk, SARA)[-1]


class TestWriting:
    def number(self, salon: Salon) -> int:
        salon.text(SARA, "hi")
        now = salon.desk.clock.now()
        return salon.desk.database.transact(lambda s: conversation_id_for(s, "sms", SARA.address, now))

    def writes(self, salon: Salon, number: int, text: str, who: Who, form: str) -> Outcome:
        told = salon.desk.circumstances(new_trace())
        return salon.desk.database.transact(lambda session: write(session, number, text, who, told, form))

    def test_a_form_that_is_sent_twice_is_one_text(self, salon: Salon) -> None:
        number = self.number(salon)
        web = signed_in(salon.desk, operator(salon.desk))
        sent = form_of(web, f"/console/c/{number}", ">Send<") | {"text": "Your total is 50", "kind": "text"}
        answers = [web.post(f"/console/c/{number}/write", data=sent) for _ in range(2)]
        assert [303, 303] == [answer.status_code for answer in answers]
        assert answers[0].location == answers[1].location
        salon.player.settle()
        assert 1 == sum("Your total is 50" in text for text in sent_to(salon.desk, SARA))
        rows = salon.desk.database.read(lambda s: s.execute(select(audit_log.c.action)).scalars().all())
        assert 1 == rows.count("wrote")

    def test_other_words_another_form_and_another_operator_are_texts_of_their_own(self, salon: Salon) -> None:
        number, ana, eve = self.number(salon), operator(salon.desk), operator(salon.desk, "Eve")
        for text, form in (("one", "f"), ("two", "f"), ("one", "g"), ("one", "f")):
            assert Outcome.DONE is self.writes(salon, number, text, ana, form)
        assert ["one", "two", "one"] == [text for text in sent_to(salon.desk, SARA) if text in ("one", "two")]
        assert Outcome.OTHERS is self.writes(salon, number, "one", eve, "f")
        told = salon.desk.circumstances(new_trace())
        salon.desk.database.transact(lambda session: hand_back(session, number, ana, told))
        assert Outcome.DONE is self.writes(salon, number, "one", eve, "f")
        assert Outcome.DONE is self.writes(salon, number, "one", ana, "f"), "it was sent, whoever has them now"
        assert 3 == sent_to(salon.desk, SARA).count("one")


class TestOldPagesOfMoney:
    def test_it_is_there_is_for_what_the_page_showed(self, till: Till) -> None:
        till.approved(who=BRIAN)
        till.says(BRIAN, "i just paid, the reference is trx-889911")
        web = signed_in(till.desk, operator(till.desk))
        sent = form_of(web, "/console/payment/1", "It is there")
        assert "PAID 1 3500.00" == sent["words"]

        def dearer(session: Session) -> None:
            session.execute(update(payment_requests).values(amount=700_000, version=payment_requests.c.version + 1))
            session.execute(update(bookings).values(price=700_000, version=bookings.c.version + 1))

        till.desk.database.transact(dearer)
        web.post("/console/command", data=sent)
        assert [350_000] == [one.received for one in till.payments()]

    @pytest.mark.parametrize("path", ["/console/payment/1", "/console/payments?view=refunds"])
    def test_it_is_given_back_is_for_what_the_page_showed(self, till: Till, path: str) -> None:
        number = till.approved(who=BRIAN)
        till.says(ZAWADI, f"PAID {number}", f"REFUND {number} 1000")
        web = signed_in(till.desk, operator(till.desk))
        sent = form_of(web, path, "given back")
        assert f"REFUND {number} DONE 1000.00" == sent["words"]
        till.says(ZAWADI, f"REFUND {number}")
        page = web.post("/console/command", data=sent, follow_redirects=True).get_data(as_text=True)
        assert "3,500.00" in page
        assert {"pending"} == {one.status for one in till.refunds()}
        web.post("/console/command", data=form_of(web, path, "given back"))
        assert {"succeeded"} == {one.status for one in till.refunds()}

    def test_visits_of_a_series_are_given_back_together(self, till: Till) -> None:
        till.says(BRIAN, "therapy every week from 12 march 10am, 2 times", "yes")
        till.says(ZAWADI, "approve s1", "paid 1", "paid 2", "refund 1", "refund 2")
        assert [350_000, 350_000] == [one.amount for one in till.refunds()]
        web = signed_in(till.desk, operator(till.desk))
        sent = form_of(web, "/console/series/1", "given back")
        assert "REFUND S1 DONE 7000.00" == sent["words"]
        web.post("/console/command", data=sent)
        assert {"succeeded"} == {one.status for one in till.refunds()}
