"""Threads that take turns: nothing that is put before them is left, doubled, or kept waiting by another's wait."""

import threading
from collections import Counter
from queue import SimpleQueue

import pytest

from bot import threads as threads_of
from bot.threads import Threads
from tests.patience import NO_WAIT, PATIENCE, eventually


@pytest.mark.parametrize("at_once", range(1, 5))
def test_whatever_is_put_before_idle_threads_is_done_at_once(at_once: int) -> None:
    """Each waits for all the others; twice as many as there are threads, for two rounds of them."""
    met: SimpleQueue[int] = SimpleQueue()
    threads: Threads[threading.Barrier] = Threads("t", 4, lambda gate: met.put(gate.wait(PATIENCE)))
    for _ in range(200):
        gates = [threading.Barrier(at_once) for _ in range(8 // at_once)]
        for gate in gates:
            for _ in range(at_once):
                threads.put(gate)
        for _ in range(at_once * len(gates)):
            met.get(timeout=PATIENCE)
    threads.shutdown()


def test_what_comes_just_as_a_thread_finds_nothing_to_do_is_done() -> None:
    done: SimpleQueue[int] = SimpleQueue()
    threads: Threads[int] = Threads("t", 1, done.put)

    class Idle(list[threading.Lock]):
        late = 1

        def append(self, one: threading.Lock) -> None:
            if self.late < 4:
                self.late += 1
                threads.put(self.late)
            super().append(one)

    threads._idle = Idle()
    threads.put(1)
    assert [1, 2, 3, 4] == [done.get(timeout=NO_WAIT) for _ in range(4)]
    threads.shutdown()


def test_threads_end_when_they_have_done_what_was_put_before_them() -> None:
    done: list[int] = []
    first = threading.Event()

    def do(number: int) -> None:
        first.wait(PATIENCE)
        done.append(number)

    before = set(threading.enumerate())
    threads: Threads[int] = Threads("t", 2, do)
    for number in range(5):
        threads.put(number)
    own = set(threading.enumerate()) - before
    threads.shutdown()
    first.set()
    for thread in own:
        thread.join(PATIENCE)
    assert (2, [0, 1, 2, 3, 4]) == (len(own), sorted(done))
    assert not any(thread.is_alive() for thread in own)


def test_threads_that_the_system_does_not_give_are_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []

    class Refused(threading.Thread):
        def start(self) -> None:
            if done:
                raise RuntimeError("can't start new thread")
            super().start()

    monkeypatch.setattr(threads_of.threading, "Thread", Refused)  # type: ignore[attr-defined]
    threads: Threads[int] = Threads("t", 3, done.append)
    threads.put(0)
    eventually(lambda: done, "the first is not done")
    for number in range(1, 5):
        threads.put(number)
    eventually(lambda: len(done) == 5, "they wait for threads that never come")
    threads.shutdown()


def test_what_many_put_at_once_is_done_once() -> None:
    done: SimpleQueue[tuple[int, int]] = SimpleQueue()
    threads: Threads[tuple[int, int]] = Threads("t", 3, done.put)
    begin = threading.Barrier(8)

    def put(who: int) -> None:
        begin.wait(PATIENCE)
        for number in range(500):
            threads.put((who, number))

    putting = [threading.Thread(target=put, args=(who,)) for who in range(8)]
    for each in putting:
        each.start()
    found = Counter(done.get(timeout=PATIENCE) for _ in range(8 * 500))
    assert {1} == set(found.values()) and 8 * 500 == len(found)
    threads.shutdown(wait=True)
    assert done.empty() and len(threads._begun) <= 3


def test_who_waits_for_a_provider_keeps_nothing_else_waiting() -> None:
    done: SimpleQueue[int] = SimpleQueue()
    answered = threading.Event()

    def do(number: int) -> None:
        if number % 2:
            answered.wait(PATIENCE)
        done.put(number)

    threads: Threads[int] = Threads("t", 20, do)
    for number in range(38):
        threads.put(number)
    assert set(range(0, 38, 2)) == {done.get(timeout=NO_WAIT) for _ in range(19)}
    answered.set()
    threads.shutdown(wait=True)
    assert 19 == done.qsize()


def test_whoever_waits_for_their_end_waits_until_all_is_done_and_then_nothing_is_taken() -> None:
    done: list[int] = []
    first = threading.Event()

    def do(number: int) -> None:
        first.wait(PATIENCE)
        done.append(number)

    threads: Threads[int] = Threads("t", 2, do)
    for number in range(5):
        threads.put(number)
    threading.Timer(0.05, first.set).start()
    threads.shutdown(wait=True)
    assert [0, 1, 2, 3, 4] == sorted(done)
    with pytest.raises(RuntimeError, match="ended"):
        threads.put(5)


def test_what_breaks_ends_no_thread() -> None:
    done: SimpleQueue[int] = SimpleQueue()

    def do(number: int) -> None:
        if number % 2:
            raise SystemExit(number)
        done.put(number)

    threads: Threads[int] = Threads("t", 1, do)
    for number in range(6):
        threads.put(number)
    assert [0, 2, 4] == [done.get(timeout=PATIENCE) for _ in range(3)]
    assert 1 == len(threads._begun)
    threads.shutdown(wait=True)


def test_without_any_thread_nothing_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    done: SimpleQueue[int] = SimpleQueue()
    threads: Threads[int] = Threads("t", 2, done.put)

    class Refused(threading.Thread):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threads_of.threading, "Thread", Refused)  # type: ignore[attr-defined]
        with pytest.raises(RuntimeError, match="can't start"):
            threads.put(1)
    threads.put(2)
    assert 2 == done.get(timeout=PATIENCE)
    threads.shutdown(wait=True)
    assert done.empty()
