"""What the pages about money, engagements and series read, on every database."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.stories import Phone, Player
from conversations.booking import BookingStatus
from conversations.money import Money
from conversations.payments import PaymentStatus
from handlers.console.engagements_shown import engagement_lines, failed_openings, whole_engagement
from handlers.console.payments_shown import refund_lines, request_lines, whole_request
from handlers.console.series_shown import series_lines, whole_series
from models.engagement_listing import Place, Standing, engagements_listed
from models.engagements import engagements
from models.money_listing import Asked, requests_listed
from models.series_listing import series_listed
from tests.conftest import MakeDesk
from tests.handlers.planner import RITA, Planner
from tests.handlers.till import AMINA, BRIAN, ZAWADI, Till

SARA = Phone("Sara", "sms", "+97455501234", "Sara")
OMAR = Phone("Omar", "sms", "+97455500000")


@pytest.fixture
def till(make_desk: MakeDesk, clock: SetClock) -> Iterator[Till]:
    with Till(make_desk, clock, by_phone=False, by_card=False) as till:
        yield till
        till.check()


def test_requests_are_listed_by_what_became_of_them(till: Till) -> None:
    first = till.approved(who=BRIAN)
    second = till.approved(who=AMINA, when="13 march 10am")
    told = till.desk.circumstances("test")

    def listed(asked: Asked, before: int | None = None) -> list[tuple[int, str, bool]]:
        lines, _ = till.desk.database.read(lambda session: request_lines(session, asked, before, told))
        return [(one.booking_id, one.status, one.has_proof) for one in lines]

    till.says(BRIAN, "i just paid, the reference is trx-889911")
    assert [(second, "open", False), (first, "open", True)] == listed(Asked.ALL) == listed(Asked.OPEN)
    assert [(first, "open", True)] == listed(Asked.PROOFS)
    assert [(first, "open", True)] == listed(Asked.ALL, before=2)
    assert [] == listed(Asked.OVERDUE) == listed(Asked.PAID) == listed(Asked.LAPSED)
    whole = till.desk.database.read(lambda session: whole_request(session, 1, told))
    assert whole is not None
    assert whole.proof is not None
    assert ("TRX-889911", Money(350000, "KES"), True) == (
        whole.proof.words, whole.proof.amount, whole.proof.is_as_asked,
    )  # fmt: skip
    till.says(ZAWADI, f"paid {first}")
    till.passes(hours=25)
    told = till.desk.circumstances("test")
    assert [(first, "paid", False)] == listed(Asked.PAID)
    assert [(second, "lapsed", False)] == listed(Asked.LAPSED)
    till.says(ZAWADI, f"refund {first}")
    back, more = till.desk.database.read(lambda session: refund_lines(session, None, told))
    assert ([(first, 1, Money(350000, "KES"), "Brian")], None) == (
        [(one.booking_id, one.request_id, one.amount, one.client) for one in back], more,
    )  # fmt: skip
    assert [] == till.desk.database.read(lambda session: refund_lines(session, back[0].id, told))[0]
    whole = till.desk.database.read(lambda session: whole_request(session, 1, told))
    assert whole is not None
    assert (None, Money(350000, "KES")) == (whole.proof, whole.money.by_hand)
    assert [(PaymentStatus.REFUNDED, "TRX-889911", "Zawadi")] == [
        (one.status, one.transaction_id, one.verified_by) for one in whole.attempts
    ]
    assert [True] == [one.is_by_hand for one in whole.refunds]
    assert {"received", "applied", "credited", "refunded"} == {one.account for one in whole.entries}
    assert 0 == sum(one.amount.amount for one in whole.entries if one.account in ("applied", "credited"))
    page = till.desk.database.read(lambda session: requests_listed(session, Asked.ALL, None, told.now, 1))
    assert [second] == [row.booking_id for row in page]
    assert till.desk.database.read(lambda session: whole_request(session, 99, told)) is None


def test_engagements_are_listed_by_their_day(planner: Planner) -> None:
    made = planner.opened()
    planner.says(RITA, "OPEN wedding Eva & Leo, 1 May 2026")
    planner.says(RITA, "OPEN wedding Mia & Jon")
    planner.says(RITA, "OPEN course Spring group, 1 May 2026")
    planner.settle()
    told = planner.desk.circumstances("test")

    def names(standing: Standing = Standing.UNDER_WAY, kind: str = "", behind: Place | None = None) -> list[str]:
        lines, _ = planner.desk.database.read(lambda session: engagement_lines(session, standing, kind, behind, told))
        return [one.name for one in lines]

    assert ["Eva & Leo", "Spring group", "Ana & Ben", "Mia & Jon"] == names() == names(Standing.PLANNING)
    assert ["Eva & Leo", "Ana & Ben", "Mia & Jon"] == names(kind="wedding")
    assert ["Spring group", "Ana & Ben", "Mia & Jon"] == names(behind=Place(date(2026, 5, 1), made.id + 1))
    assert ["Mia & Jon"] == names(behind=Place(made.event_date, made.id))
    assert [] == names(behind=Place(None, made.id + 2)) == names(Standing.CLOSED) == names(Standing.COMPLETED)
    planner.says(RITA, f"TICK W{made.id} venue")
    planner.says(RITA, f"SPENT W{made.id} catering 2500")
    planner.settle()
    whole = planner.desk.database.read(lambda session: whole_engagement(session, made.id, told))
    assert whole is not None
    assert (1, 6, "Ana & Ben", Money(250000, "USD")) == (
        whole.line.done, whole.line.all, whole.line.client, whole.spent,
    )  # fmt: skip
    assert whole.line.next is not None
    assert ("Design & Decor", False) == (whole.line.next.title, whole.line.next.is_overdue)
    assert ("spent", (("line", "Catering"), ("amount", "2,500.00 USD"))) == (whole.log[0].what, whole.log[0].with_what)
    planner.says(RITA, f"CLOSE W{made.id} ill")
    planner.says(RITA, "yes")
    planner.settle()
    assert ["Ana & Ben"] == names(Standing.CLOSED)
    assert [] == names(Standing.CLOSED, behind=Place(None, made.id))
    assert planner.desk.database.read(lambda session: whole_engagement(session, 99, told)) is None
    assert [] == planner.desk.database.read(failed_openings)


def test_what_is_done_and_over_leaves_the_first_list(planner: Planner) -> None:
    made, today = planner.opened(), planner.clock.now().date()

    def work(session: Session) -> None:
        session.execute(update(engagements).values(status="completed"))

    planner.desk.database.transact(work)
    for days, found in ((-1, 1), (0, 1), (118, 0)):
        day = today + timedelta(days=days) if days <= 0 else made.event_date + timedelta(days=1)
        rows = planner.desk.database.read(
            lambda session, day=day: engagements_listed(session, Standing.UNDER_WAY, "", None, day, 9)
        )
        assert found == len(rows)


def test_series_are_counted_visit_by_visit(make_desk: MakeDesk, clock: SetClock) -> None:
    desk = make_desk()
    player = Player(desk, clock, phones={"Sara": SARA, "Omar": OMAR})
    for phone, text in ((SARA, "haircut every friday at 2, 4 times"), (SARA, "yes"), (OMAR, "decline s1.2")):
        player.say(phone, text)
    told = desk.circumstances("test")
    (line,), more = desk.database.read(lambda session: series_lines(session, None, told, waiting=True))
    assert (((BookingStatus.PENDING, 3), (BookingStatus.DECLINED, 1)), 3, 0, None) == (
        line.visits, line.waiting, line.left_out, more,
    )  # fmt: skip
    assert line.first_at is not None
    assert line.last_at == line.first_at + timedelta(days=21)
    whole = desk.database.read(lambda session: whole_series(session, 1, told))
    assert whole is not None
    assert (3, 3, None, 4) == (whole.to_answer, whole.stand, whole.by_hand, len(whole.view.items))
    player.say(OMAR, "approve s1")
    assert [] == desk.database.read(lambda session: series_listed(session, None, 9, waiting=True))
    assert [1] == [row.id for row in desk.database.read(lambda s: series_listed(s, None, 9, waiting=False))]
    assert [] == desk.database.read(lambda session: series_listed(session, 1, 9, waiting=False))
    assert desk.database.read(lambda session: whole_series(session, 99, told)) is None


def test_what_is_paid_in_one_is_shown_together(till: Till) -> None:
    till.says(BRIAN, "therapy every monday at 10am, 3 times", "yes")
    till.says(ZAWADI, "approve s1")
    till.says(BRIAN, "i just paid, the reference is trx-889911")
    told = till.desk.circumstances("test")
    lead = till.desk.database.read(lambda session: whole_request(session, 1, told))
    led = till.desk.database.read(lambda session: whole_request(session, 2, told))
    assert lead is not None
    assert led is not None
    assert (Money(1050000, "KES"), None, [2, 3]) == (lead.left, lead.line.paid_with, [one.id for one in lead.together])
    assert lead.proof is not None
    assert (Money(1050000, "KES"), True) == (lead.proof.amount, lead.proof.is_as_asked)
    assert (Money(350000, "KES"), 1, [1, 3]) == (led.left, led.line.paid_with, [one.id for one in led.together])
    assert (("manual",), None) == (led.line.methods, led.proof)
    assert [1] == [one.id for one in led.attempts]
    till.says(ZAWADI, "paid 1")
    led = till.desk.database.read(lambda session: whole_request(session, 2, told))
    assert led is not None
    assert ("paid", Money(350000, "KES"), ("manual",)) == (led.line.status, led.line.paid, led.line.methods)
    assert [350000] == [one.amount.amount for one in led.entries if one.account == "applied"]
    till.says(ZAWADI, "cancel s1.2 ill")
    whole = till.desk.database.read(lambda session: whole_series(session, 1, told))
    assert whole is not None
    assert Money(350000, "KES") == whole.by_hand
