"""A dialogue survives being stored, whatever version stored it."""

from datetime import date, time

from hypothesis import given
from hypothesis import strategies as st

from conversations.dialogue import Awaiting, Dialogue, Option, Subject
from conversations.stored import dump, load

options = st.builds(Option, st.text(max_size=3), st.sampled_from(Subject), st.text(max_size=9), st.text(max_size=9))
times = st.times(timezones=st.none()).map(lambda t: t.replace(second=0, microsecond=0))
dialogues = st.builds(
    Dialogue,
    awaiting=st.sampled_from(Awaiting),
    service_id=st.none() | st.integers(1, 99),
    day=st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    at=st.none() | times,
    earliest=st.none() | times,
    options=st.lists(options, max_size=4).map(tuple),
    misses=st.integers(0, 3),
    booking_id=st.none() | st.integers(1, 99),
    settled=st.booleans(),
    changing=st.booleans(),
    name=st.text(max_size=9),
)


@given(dialogues)
def test_what_is_stored_is_what_is_read(dialogue: Dialogue) -> None:
    assert dialogue == load(dump(dialogue))


def test_the_second_of_two_equal_hours_stays_the_second() -> None:
    found = load(dump(Dialogue(at=time(1, 30, fold=1)))).at
    assert found is not None
    assert 1 == found.fold


def test_an_empty_dialogue_is_an_empty_record() -> None:
    assert Dialogue() == load({})


def test_a_step_that_no_longer_exists_leads_on() -> None:
    stored = {"version": 1, "awaiting": "tarot_card", "service_id": 3, "options": [["1", "tarot", "x", "y"]], "gone": 1}
    assert Dialogue(service_id=3) == load(stored)
