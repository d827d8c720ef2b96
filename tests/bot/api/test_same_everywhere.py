"""What changes a booking does the same by the API, by text and in the console, and is refused in the same words."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.stories import Phone
from conversations.booking import BookingStatus
from conversations.messages import Inbound
from handlers.console.commanded import commanded
from handlers.console.signed_in import Who
from handlers.message_received import message_received
from models.bookings import booking_by_id
from models.messages import answers_to
from models.operators import Role, operators
from models.payments import payments
from tests.bot.api.rehearsal import Rehearsal
from tests.bot.api.world import OMAR, SARA, World

STATUSES = (
    "pending",
    "approved",
    "confirmed",
    "past",
    "in_progress",
    "completed",
    "declined",
    "cancelled",
    "no_show",
    "expired",
)
CAME_TO = """
          pending   approved  confirmed past        in_progress completed declined cancelled no_show   expired
approve   confirmed -         -         -           -           -         -        -         -         -
decline   declined  -         -         -           -           -         -        -         -         -
cancel    declined  cancelled cancelled -           -           -         -        -         -         -
move      pending   approved  confirmed -           -           -         -        -         -         -
start     -         -         -         in_progress -           -         -        -         -         -
end       -         -         -         -           completed   -         -        -         -         -
done      -         -         -         completed   completed   -         -        -         completed -
no-show   -         -         -         no_show     -           -         -        -         -         -
paid      -         confirmed confirmed confirmed   in_progress completed -        -         no_show   -
"""
"""The status that a deed leaves; "-" where it is refused."""
BY_CALL: dict[str, tuple[str, str, dict[str, Any]]] = {
    "approve": ("PUT", "/approve", {}), "decline": ("PUT", "/decline", {}), "cancel": ("DELETE", "", {}),
    "move": ("PUT", "/time", {"start_at": "2026-03-24T12:00:00Z"}), "start": ("PUT", "/start-call", {}),
    "end": ("PUT", "/end-call", {}), "done": ("POST", "/complete", {}), "no-show": ("PUT", "/no-show", {}),
    "paid": ("PUT", "/verify-payment", {}),
}  # fmt: skip
BY_WORDS = {
    "approve": "APPROVE {}", "decline": "DECLINE {}", "cancel": "CANCEL {}", "move": "MOVE {} 2026-03-24 15:00",
    "start": "START {}", "end": "END {}", "done": "DONE {}", "no-show": "NOSHOW {}", "paid": "PAID {}",
}  # fmt: skip
OF_A_REQUEST = {"cancel": "DECLINE {}", "move": "MODIFY {} 2026-03-24 15:00"}
"""The words for what is asked for and not answered yet."""


class _Undone(Exception):
    pass


@pytest.fixture
def rehearsal(world: World) -> Iterator[Rehearsal]:
    found = Rehearsal(world)
    yield found
    found.close()


def numbers(world: World) -> dict[str, int]:
    """A booking of Sara's in each status."""
    found = {status: world.bookings(SARA, status)[0] for status in STATUSES if world.bookings(SARA, status)}
    late = [n for n in world.bookings(SARA, "confirmed") if _starts(world, n) < world.clock.now()]
    return found | ({"past": late[0]} if late else {})


def _starts(world: World, number: int) -> Any:
    return world.desk.database.read(lambda session: booking_by_id(session, number)).start_at  # type: ignore[union-attr]


def by_call(rehearsal: Rehearsal, deed: str, number: int) -> tuple[str, str]:
    """The status that it leaves, and the words of a refusal."""
    method, path, body = BY_CALL[deed]
    how = {} if method == "DELETE" else {"json": body}
    answer = rehearsal.call(method, f"/api/sessions/{number}{path}", "operator", **how)
    assert answer.status_code in (200, 409), answer.data
    return ("-", answer.json["detail"]) if answer.status_code == 409 else (answer.json["status"], "")


def by_text(world: World, words: str, number: int, phone: Phone = OMAR) -> tuple[str, str]:
    said = Inbound(phone.channel, "one", phone.address, phone.address, words)

    def work(session: Session) -> list[str]:
        message_received(session, said, world.desk.circumstances("test"))
        return list(answers_to(session, phone.channel, "one"))

    return rolled_back(world, work, number)


def in_console(world: World, words: str, number: int) -> tuple[str, str]:
    row = world.rows(operators, name="operator")[0]
    who = Who(row.id, row.name, row.login, Role.OPERATOR, None, 0, has_totp=False)

    def work(session: Session) -> list[str]:
        return list(commanded(session, words, "form", who, world.desk.circumstances("test")).texts)

    return rolled_back(world, work, number)


def rolled_back(world: World, work: Any, number: int) -> tuple[str, str]:
    """What it comes to and answers, none of which stays."""
    told: list[Any] = []

    def undone(session: Session) -> None:
        before = as_it_is(session, number)
        said = "\n".join(work(session))
        after = as_it_is(session, number)
        told.append((after[0], "") if after != before else ("-", said))
        raise _Undone

    with pytest.raises(_Undone):
        world.desk.database.transact(undone)
    return told[0]  # type: ignore[no-any-return]


def as_it_is(session: Session, number: int) -> tuple[str, int, int]:
    """Its status and version, and how much was paid by whomever."""
    row = booking_by_id(session, number)
    assert row is not None
    return row.status.value, row.version, session.execute(select(func.count()).select_from(payments)).scalar_one()


def words_for(deed: str, status: str) -> str:
    is_request = status == BookingStatus.PENDING
    return OF_A_REQUEST[deed] if is_request and deed in OF_A_REQUEST else BY_WORDS[deed]


def expected(deed: str, status: str) -> str:
    head, *rows = [line.split() for line in CAME_TO.strip().splitlines()]
    return next(row for row in rows if row[0] == deed)[1 + head.index(status)]


def wrong(world: World, rehearsal: Rehearsal, statuses: dict[str, int]) -> list[Any]:
    found = []
    for deed in BY_CALL:
        for status, number in statuses.items():
            words = words_for(deed, status).format(number)
            called, texted = by_call(rehearsal, deed, number), by_text(world, words, number)
            commanded_so = in_console(world, words, number)
            if not (called == texted == commanded_so and called[0] == expected(deed, status)):
                found.append((deed, status, expected(deed, status), called, texted, commanded_so))
    return found


def test_each_deed_comes_to_the_same_in_each_status(world: World, rehearsal: Rehearsal) -> None:
    statuses = numbers(world)
    assert {*STATUSES} - {"expired"} == {*statuses}
    assert [] == (found := wrong(world, rehearsal, statuses)), "\n".join(map(str, found))


def test_and_to_what_nobody_answered_in_time(world: World, rehearsal: Rehearsal) -> None:
    world.passes(hours=40)
    statuses = {"expired": world.bookings(SARA, "expired")[0]}
    assert [] == (found := wrong(world, rehearsal, statuses)), "\n".join(map(str, found))


def test_a_rehearsal_leaves_nothing(world: World, rehearsal: Rehearsal) -> None:
    """A control: each of the deeds above found its booking as it was."""
    number = world.bookings(SARA, "pending")[0]
    assert ("confirmed", "") == by_call(rehearsal, "approve", number)
    assert "pending" == world.status(number)
