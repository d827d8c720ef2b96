"""The figures: of nothing, and of a day on which one booked and was answered, and another gave up half way."""

from datetime import timedelta

from sqlalchemy import update

from bot.clock import SetClock
from bot.desk import Desk
from handlers.console.figures_drawn import FUNNEL, Figures, figures_of
from handlers.console.inbox_listed import inbox_rows
from models.conversations import conversations, turns
from models.figures import first_since
from models.inbox_listing import Wanted
from tests.handlers.salon import OMAR, SARA, TOM, Phone, Salon

NIA, SPAM = (Phone(name, "sms", f"+9745550777{n}") for n, name in enumerate(("Nia", "Spam")))


def figures(desk: Desk, days: int = 7) -> Figures:
    zone = desk.database.read(desk.profiles.current).business.zone
    return desk.database.read(lambda session: figures_of(session, days, desk.clock.now(), zone))


def test_of_nothing_there_is_nothing(salon: Salon) -> None:
    found = figures(salon.desk)
    assert [0] * 5 == [bar.count for bar in found.funnel]
    assert ((), None, (), None, 0) == (
        found.requests, found.answer_minutes, found.visits, found.no_show_share, found.segments
    )  # fmt: skip


def test_who_came_how_far_and_how_long_it_took(salon: Salon, clock: SetClock) -> None:
    salon.text(SARA, "massage tomorrow at 10")
    salon.text(TOM, "haircut")
    salon.text(SARA, "yes")
    clock.move(timedelta(minutes=30))
    salon.text(OMAR, "APPROVE 1")
    found = figures(salon.desk)
    assert [2, 1, 1, 1, 1] == [bar.count for bar in found.funnel]
    assert "50 % fewer" == found.funnel[1].words
    assert 30 == found.answer_minutes
    assert [("confirmed", 1)] == [(bar.name, bar.count) for bar in found.requests]
    assert found.segments > 0
    clock.move(timedelta(days=8))
    assert [0] * 5 == [bar.count for bar in figures(salon.desk).funnel], "that was before"
    assert 1 == sum(bar.count for bar in figures(salon.desk, 9).visits), "but the visit was since"


def test_the_inbox_finds_just_those_whom_a_step_counts(salon: Salon, clock: SetClock) -> None:
    salon.text(NIA, "haircut")
    for _ in range(3):  # until she is asked no more whether she goes on
        clock.move(timedelta(days=10))
        salon.text(OMAR, "PENDING")
    begun = clock.now()
    salon.text(SARA, "massage tomorrow at 10")
    salon.text(TOM, "haircut")
    salon.text(SPAM, "haircut")
    salon.text(SARA, "yes")
    salon.text(OMAR, "APPROVE 1")
    salon.desk.database.transact(
        lambda session: session.execute(
            update(conversations).where(conversations.c.address == SPAM.address).values(is_blocked=True)
        )
    )
    found = []
    for step in range(len(FUNNEL)):
        wanted = Wanted(reached=FUNNEL[step:], reached_since=begun)
        rows = salon.desk.database.read(lambda session, wanted=wanted: inbox_rows(session, wanted, None))
        found.append({row.address for row in rows})
    assert [{SARA.address, TOM.address}, *([{SARA.address}] * 4)] == found
    assert [len(each) for each in found] == [bar.count for bar in figures(salon.desk).funnel]


def test_the_first_row_of_the_days_is_found_by_halving(salon: Salon, clock: SetClock) -> None:
    begun = clock.now()
    for number in range(9):
        salon.text(SARA, f"hello {number}")
        clock.move(timedelta(hours=1))
    read = salon.desk.database.read
    for hours in range(12):
        since = begun + timedelta(hours=hours)
        found = read(lambda session, at=since: first_since(session, turns, turns.c.at, at))
        assert min(hours, 9) + 1 == found
