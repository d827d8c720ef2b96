"""A text that was just read is not read again, and never taken for another."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from conversations.dialogue import Awaiting
from conversations.understanding import Context, Understood
from conversations.understanding.lately import remembered
from tests.conversations.understanding.readings import QATAR
from tests.conversations.understanding.salon import SALON


class Reader:
    """Understands nothing, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Context]] = []
        self.read = remembered(self._read)

    def _read(self, text: str, context: Context) -> Understood:
        self.asked.append((text, context))
        return Understood(note=f"reading {len(self.asked)}")


def test_a_turn_reads_a_text_once_however_often_it_asks():
    reader = Reader()
    first = reader.read("haircut", SALON)
    again = reader.read("haircut", replace(SALON, services=(*SALON.services,)))
    assert (first, 1) == (again, len(reader.asked))


def test_another_text_and_another_question_are_read_anew():
    reader = Reader()
    for text, context in (("3", QATAR), ("4", QATAR), ("3", replace(QATAR, awaiting=Awaiting.TIME)), ("3", SALON)):
        reader.read(text, context)
    assert 4 == len(reader.asked)


def test_the_same_moment_by_another_clock_is_another():
    reader = Reader()
    for now in (QATAR.now, QATAR.now.astimezone(ZoneInfo("Pacific/Auckland"))):
        reader.read("tomorrow", replace(QATAR, now=now))
    assert 2 == len(reader.asked)


def test_the_hour_that_comes_twice_is_two():
    reader = Reader()
    once = datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London"))
    for now in (once, once.replace(fold=1)):
        reader.read("in 2 hours", replace(QATAR, now=now))
    assert 2 == len(reader.asked)


def test_only_the_last_few_are_kept():
    reader = Reader()
    for number in (*range(100), 99, 0):
        reader.read(str(number), QATAR)
    assert 101 == len(reader.asked)


def test_readers_side_by_side_get_their_own_answers():
    read = remembered(lambda text, _: Understood(note=text))
    texts = [str(number % 40) for number in range(4_000)]
    with ThreadPoolExecutor(4) as readers:
        assert texts == [understood.note for understood in readers.map(lambda text: read(text, QATAR), texts)]
