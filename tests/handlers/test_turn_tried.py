"""A turn tried again, on the database: the real path, and nothing of it is left."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.desk import Desk
from bot.intake import receive
from bot.logs import new_trace
from bot.stories import Player
from conversations.messages import Inbound
from handlers.console.signed_in import Who
from handlers.console.stepped_in import block, hand_back, take_over, write
from handlers.console.thread_shown import Head, head_of, moment_of
from handlers.console.turn_tried import Tried, may_be_tried, turn_tried
from models.bookings import booking_by_id
from models.conversations import conversation_id_for, turns_of
from models.operators import Role
from models.tables import metadata
from tests.bot.test_intake import FILE, SECRET
from tests.bot.test_intake import SARA as TO_THE_COUNSELLOR
from tests.conftest import MakeDesk
from tests.handlers.salon import OMAR, SARA, TOM, Salon

ANA = Who(1, "Ana", "ana", Role.OPERATOR, None, 0, has_totp=False)


def everything(desk: Desk) -> dict[str, list[str]]:
    """Every row of every table."""

    def rows(session: Session) -> dict[str, list[str]]:
        return {one.name: sorted(repr(row) for row in session.execute(select(one))) for one in metadata.sorted_tables}

    return desk.database.read(rows)


def conversation(desk: Desk, phone: Any = SARA) -> int:
    return desk.database.transact(lambda s: conversation_id_for(s, phone.channel, phone.address, desk.clock.now()))


def head(desk: Desk, number: int) -> Head:
    told = desk.circumstances(new_trace())
    found = desk.database.read(lambda session: head_of(session, number, told))
    assert found is not None
    return found


def turns(desk: Desk, phone: Any = SARA) -> list[int]:
    return sorted(desk.database.read(lambda session: turns_of(session, conversation(desk, phone))))


def tried(desk: Desk, turn_id: int, phone: Any = SARA) -> Tried | None:
    """What trying it shows; nothing in the database may have changed by it, whatever that was."""
    number, told = conversation(desk, phone), desk.circumstances(new_trace())
    before, whose = everything(desk), head(desk, number)
    try:
        return desk.database.transact(lambda session: turn_tried(session, whose, turn_id, told))
    finally:
        after = everything(desk)
        assert {name: len(rows) for name, rows in before.items()} == {name: len(rows) for name, rows in after.items()}
        assert before == after


def again(salon: Salon, place: int, phone: Any = SARA) -> Tried:
    """Their turn at this place of the conversation."""
    found = tried(salon.desk, turns(salon.desk, phone)[place], phone)
    assert found is not None
    return found


def said_then(salon: Salon, place: int) -> tuple[str, ...]:
    turn_id = turns(salon.desk)[place]
    moment = salon.desk.database.read(lambda session: moment_of(session, conversation(salon.desk), turn_id))
    assert moment is not None
    return moment.said


def test_a_whole_conversation_tried_turn_by_turn_leaves_every_table_as_it_was(salon: Salon, clock: SetClock) -> None:
    for words in (
        "hi",
        "what do you offer?",
        "massage tomorrow",
        "4pm",
        "yes",
        "my bookings",
        "agent",
        "move 1",
        "STOP",
    ):
        clock.move(timedelta(minutes=3))
        salon.text(SARA, words)
    salon.text(OMAR, "APPROVE 1")
    salon.text(SARA, "START")
    salon.text(SARA, "cancel 1")
    salon.text(SARA, "yes")
    their_own = 0
    for turn_id in turns(salon.desk):
        found = tried(salon.desk, turn_id)
        their_own += found is not None
    assert their_own == 12, "all that they wrote, and nothing else"
    assert salon.is_sound()


def test_the_same_words_from_the_same_state_are_answered_as_they_were(salon: Salon) -> None:
    for words in ("hi", "massage", "tomorrow", "at 10"):
        salon.text(SARA, words)
    for place in range(4):
        found = again(salon, place)
        assert found.says_the_same, place
        assert found.ends_the_same
        assert said_then(salon, place) == found.said
    assert ("initial", "service_selected") == (again(salon, 1).state_before, again(salon, 1).state_after)
    assert {"service_id", "day", "at"} <= set(again(salon, 3).known_after)


def test_it_goes_from_where_they_stood_then_however_far_they_have_come_since(salon: Salon) -> None:
    salon.text(SARA, "massage tomorrow")
    salon.text(SARA, "10:00")
    salon.text(SARA, "never mind, a haircut on friday")
    found = again(salon, 1)
    assert found.says_the_same and ("date_selected", "time_selected") == (found.state_before, found.state_after)


def test_today_s_calendar_is_used(salon: Salon) -> None:
    salon.text(SARA, "massage tomorrow")
    salon.text(SARA, "10:00")
    salon.text(SARA, "no")
    salon.text(OMAR, "BOOK +97455508888 Tom massage tomorrow 10:00")
    found = again(salon, 1)
    assert not found.says_the_same
    assert not found.ends_the_same
    assert "date_selected" == found.state_after


def test_today_s_business_is_used(salon: Salon, tmp_path: Any) -> None:
    salon.text(SARA, "what does a massage cost?")
    assert again(salon, 0).says_the_same
    path = tmp_path / "business.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('price = "50.00"', 'price = "61.00"'), encoding="utf-8")
    load_business(salon.desk.database, path, now=salon.desk.clock.now())
    found = again(salon, 0)
    assert not found.says_the_same
    assert "61" in " ".join(found.said)
    assert found.ends_the_same


def test_what_a_booking_is_numbered_is_no_difference(salon: Salon) -> None:
    salon.text(SARA, "massage tomorrow at 10")
    salon.text(SARA, "yes")
    salon.text(SARA, "cancel 1")
    salon.text(SARA, "yes")
    salon.text(OMAR, "BOOK +97455508888 Tom haircut tomorrow 15:00")
    found = again(salon, 1)
    assert found.says_the_same, found.said
    assert "#1" not in " ".join(found.said)
    row = salon.desk.database.read(lambda session: booking_by_id(session, found.known_after["booking_id"]))
    assert row is None, "it was never made"


def test_whoever_was_taken_over_marked_as_spam_or_gone_since_is_answered_as_they_were(salon: Salon) -> None:
    salon.text(SARA, "what do you offer?")
    salon.text(SARA, "stop")
    number, told, now = conversation(salon.desk), salon.desk.circumstances(new_trace()), salon.desk.clock.now()
    transact = salon.desk.database.transact
    assert again(salon, 0).says_the_same and again(salon, 1).says_the_same
    salon.text(SARA, "start")
    transact(lambda session: take_over(session, number, ANA, told))
    assert again(salon, 0).says_the_same
    transact(lambda session: block(session, number, ANA, now, is_spam=True))
    assert again(salon, 0).says_the_same


def test_a_first_text_is_a_first_text_again_and_in_no_language_yet(salon: Salon, clock: SetClock) -> None:
    salon.text(SARA, "hola")
    clock.move(timedelta(minutes=5))
    salon.text(SARA, "english please")
    found = again(salon, 0)
    assert found.says_the_same, (found.said, said_then(salon, 0))


def test_many_texts_in_a_minute_keep_nobody_from_trying(salon: Salon) -> None:
    for _ in range(6):
        salon.text(SARA, "what do you offer?")
    assert () == said_then(salon, 5), "such a one is left without an answer"
    assert again(salon, 0).says_the_same
    silenced = again(salon, 5)
    assert not silenced.says_the_same and silenced.said, "the words are tried, not their haste"


def test_texts_that_were_one_are_one_again_and_those_that_wait_are_left_alone(
    make_desk: MakeDesk, clock: SetClock
) -> None:
    desk = make_desk(burst_ms=3000)
    player = Player(desk, clock)

    def text(words: str, number: int) -> None:
        receive(desk, Inbound("sms", f"b{number}", SARA.address, SARA.address, words))

    for number, words in enumerate(("hi", "hello", "massage tomorrow")):
        text(words, number)
        clock.move(timedelta(seconds=1))
    player.settle()
    (turn_id,) = turns(desk)
    text("hi", 9)
    found = tried(desk, turn_id)
    assert found is not None
    assert found.says_the_same, found.said
    assert found.ends_the_same
    assert "date_selected" == found.state_after


def test_what_no_words_of_a_client_led_to_is_not_tried(salon: Salon, clock: SetClock) -> None:
    salon.text(SARA, "massage tomorrow at 10")
    salon.text(SARA, "yes")
    number, told = conversation(salon.desk), salon.desk.circumstances(new_trace())
    salon.text(OMAR, "APPROVE 1")
    salon.desk.database.transact(lambda session: write(session, number, "See you!", ANA, told))
    salon.desk.database.transact(lambda session: hand_back(session, number, ANA, told))
    salon.text(SARA, "haircut on friday")
    for _ in range(12):
        clock.move(timedelta(hours=3))
        salon.player.settle()
    causes = {one: row.cause for one, row in salon.desk.database.read(lambda s: turns_of(s, number)).items()}
    assert {"Said", "Approved", "TakenOver", "OperatorWrote", "HandedBack", "WentQuiet"} <= set(causes.values())
    for turn_id, cause in causes.items():
        assert (tried(salon.desk, turn_id) is not None) is (cause == "Said"), cause
    theirs = turns(salon.desk, OMAR)
    assert theirs, "a coordinator's command"
    assert [None] * len(theirs) == [tried(salon.desk, one, OMAR) for one in theirs]


def test_a_turn_of_somebody_else_or_of_nobody_is_not_tried(salon: Salon) -> None:
    salon.text(SARA, "hi")
    salon.text(TOM, "massage tomorrow at 10")
    (hers,), (his,) = turns(salon.desk), turns(salon.desk, TOM)
    assert tried(salon.desk, his) is None
    assert tried(salon.desk, hers, TOM) is None
    assert tried(salon.desk, 10**9) is None


def test_words_that_are_sealed_are_not_tried(make_desk: MakeDesk, clock: SetClock) -> None:
    desk = make_desk(public_url="https://desk.example", encryption_key=Fernet.generate_key().decode())
    load_business(desk.database, FILE, now=clock.now(), overrides=desk.profiles.overrides)
    player = Player(desk, clock)
    for words in ("counselling tomorrow at 3", "yes", "agree", "no", SECRET, "the web"):
        clock.move(timedelta(seconds=20))
        player.say(TO_THE_COUNSELLOR, words)
    numbers = turns(desk, TO_THE_COUNSELLOR)
    found = [tried(desk, one, TO_THE_COUNSELLOR) for one in numbers]
    assert [True, True, True, False, False, False] == [one is not None for one in found]
    whose = head(desk, conversation(desk, TO_THE_COUNSELLOR))
    moment = desk.database.read(lambda session: moment_of(session, whose.id, numbers[4]))
    assert moment is not None
    assert not may_be_tried(whose, moment)


def test_a_turn_that_broke_is_tried_and_so_is_one_that_breaks_now(
    salon: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    import handlers.advance

    salon.text(SARA, "hi")
    whole, step = handlers.advance.step, lambda *_: 1 // 0
    monkeypatch.setattr(handlers.advance, "step", step)
    salon.text(SARA, "what do you offer?")
    with pytest.raises(ZeroDivisionError):
        again(salon, 0)
    with pytest.raises(ZeroDivisionError):
        again(salon, 1)
    monkeypatch.setattr(handlers.advance, "step", whole)
    found = again(salon, 1)
    assert not found.says_the_same, "it was an apology"
    assert "Massage" in " ".join(found.said)


def test_a_lost_race_is_told_to_no_counter(salon: Salon, monkeypatch: pytest.MonkeyPatch) -> None:
    import handlers.advance
    from models.claims import LostRace

    salon.text(SARA, "hi")

    def lose(*_: object) -> None:
        raise LostRace

    monkeypatch.setattr(handlers.advance, "_steps", lose)
    counted: list[int] = []
    told = replace(salon.desk.circumstances(new_trace()), race_lost=lambda: counted.append(1))
    whose, (turn_id,) = head(salon.desk, conversation(salon.desk)), turns(salon.desk)
    before = everything(salon.desk)
    with pytest.raises(LostRace):
        salon.desk.database.transact(lambda session: turn_tried(session, whose, turn_id, told))
    assert ([], before) == (counted, everything(salon.desk))


def test_trying_while_they_text_and_others_try_disturbs_nobody(salon: Salon) -> None:
    salon.text(SARA, "massage tomorrow")
    salon.text(SARA, "10:00")
    number, numbers = conversation(salon.desk), turns(salon.desk)
    whose, told = head(salon.desk, number), salon.desk.circumstances(new_trace())
    found: list[Tried | None] = []

    def look(turn_id: int) -> None:
        transact = salon.desk.database.transact
        found.extend(transact(lambda session: turn_tried(session, whose, turn_id, told)) for _ in range(4))

    others = [threading.Thread(target=look, args=(turn_id,)) for turn_id in (*numbers, numbers[-1])]
    for one in others:
        one.start()
    for words in ("no", "haircut on friday", "what do you offer?"):
        salon.text(SARA, words)
    for one in others:
        one.join()
    assert 12 == len([one for one in found if one is not None])
    assert len(numbers) + 3 == len(turns(salon.desk)), "each text had its own turn, and no other was taken"
    assert salon.is_sound()
