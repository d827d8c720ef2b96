"""What the simulator's phones show, on every database."""

from datetime import timedelta

from bot.clock import SetClock
from bot.desk import Desk
from bot.dispatcher import Dispatcher
from bot.intake import receive
from conversations.dialogue import State
from conversations.messages import Inbound
from handlers.circumstances import Circumstances
from handlers.simulator_shown import Line, Phone, phone_of, phones_in_line, standing_of

ANA, SARA, OMAR = "+15550001234", "+15550001235", "+97455500000"


def text(desk: Desk, number: str, words: str, channel: str = "simulator") -> None:
    receive(desk, Inbound(channel, f"{number}-{desk.clock.now()}-{words}", number, number, words, "Ana Ruiz"))


def send(desk: Desk) -> None:
    dispatcher = Dispatcher(desk)
    dispatcher.send_due()
    dispatcher.stop()


def told(desk: Desk) -> Circumstances:
    return desk.circumstances("a trace")


def line(desk: Desk, *added: str) -> Line:
    return desk.database.read(lambda session: phones_in_line(session, added, told(desk)))


def phone(desk: Desk, number: str) -> Phone:
    return desk.database.read(lambda session: phone_of(session, line(desk), number, "", told(desk)))


def test_a_phone_shows_what_it_sent_and_what_has_reached_it(desk: Desk) -> None:
    text(desk, ANA, "book a massage tomorrow at 3")
    assert ([True], True) == ([one.is_own for one in phone(desk, ANA).texts], phone(desk, ANA).is_awaited)
    send(desk)
    assert ([True, False], False) == ([one.is_own for one in phone(desk, ANA).texts], phone(desk, ANA).is_awaited)


def test_only_what_came_by_the_simulator_is_shown(desk: Desk) -> None:
    text(desk, ANA, "hello")
    text(desk, SARA, "hello", channel="sms")
    assert (ANA,) == line(desk).clients
    assert (OMAR,) == line(desk).coordinators
    assert (ANA, SARA) == line(desk, OMAR, SARA).clients
    assert () == phone(desk, SARA).texts


def test_the_version_changes_with_all_that_is_seen(desk: Desk, clock: SetClock) -> None:
    seen = {line(desk).version}
    for step in (
        lambda: text(desk, ANA, "book a massage tomorrow at 3"), lambda: send(desk),
        lambda: text(desk, ANA, "yes, my name is Ana"), lambda: send(desk), lambda: text(desk, OMAR, "APPROVE 1"),
        lambda: send(desk), lambda: text(desk, ANA, "STOP"),
    ):  # fmt: skip
        step()
        assert line(desk).version not in seen
        seen.add(line(desk).version)
    clock.move(timedelta(minutes=1))
    assert line(desk).version in seen


def test_a_request_that_waits_can_be_answered_by_one_press(desk: Desk) -> None:
    text(desk, ANA, "book a massage tomorrow at 3")
    text(desk, ANA, "yes, my name is Ana")
    send(desk)
    assert [("APPROVE 1", "DECLINE 1")] == [one.commands for one in phone(desk, OMAR).texts]
    text(desk, OMAR, "APPROVE 1")
    send(desk)
    assert {()} == {one.commands for one in phone(desk, OMAR).texts}


def test_what_is_known_stands_beside_it(desk: Desk) -> None:
    text(desk, ANA, "book a massage tomorrow at 3")
    found = desk.database.read(lambda session: standing_of(session, line(desk), ANA, told(desk)))
    assert (State.TIME_SELECTED, "Maya", None) == (found.state, found.staff, found.booking_status)
    assert 1 == len(found.services)
    new = desk.database.read(lambda session: standing_of(session, line(desk), SARA, told(desk)))
    assert (State.INITIAL, ()) == (new.state, new.services)
