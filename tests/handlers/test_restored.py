"""Money that was about to move when a database was put back: none of it moves a second time by itself."""

from collections.abc import Iterator

import pytest

from bot.clock import SetClock
from bot.payments.loop import PaymentLoop
from handlers.restored import Held, restored
from tests.conftest import MakeDesk
from tests.handlers.till import AMINA, SARA, ZAWADI, Till

pytestmark = pytest.mark.every_database


@pytest.fixture
def till(make_desk: MakeDesk, clock: SetClock) -> Iterator[Till]:
    with Till(make_desk, clock) as till:
        yield till
        till.check()


def held(till: Till) -> Held:
    return till.desk.database.transact(lambda session: restored(session, "", till.clock.now()))


def standing_still(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing is done at a provider meanwhile."""
    monkeypatch.setattr("bot.stories.PaymentLoop.run_due", lambda _loop: 0)
    return monkeypatch


def test_a_refund_by_card_waits_for_a_person(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    number = till.approved(who=SARA)
    till.pays_by_card(SARA)
    with monkeypatch.context() as still:
        standing_still(still)
        till.says(ZAWADI, f"cancel {number} flood")
        assert 1 == held(till).refunds
    assert 0 == PaymentLoop(till.desk).run_due()
    till.passes(days=1)
    assert [("pending", None, None)] == [(one.status, one.look_at, one.provider_refund_id) for one in till.refunds()]
    till.says(ZAWADI, f"refund {number} done")
    assert ["succeeded"] == [one.status for one in till.refunds()]


def test_a_prompt_that_was_not_sent_is_not_sent(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    number = till.requests(who=AMINA)
    with monkeypatch.context() as still:
        standing_still(still)
        till.says(ZAWADI, f"approve {number}")
        assert 1 == held(till).prompts
    assert 0 == PaymentLoop(till.desk).run_due()
    assert [] == till.daraja.prompts
