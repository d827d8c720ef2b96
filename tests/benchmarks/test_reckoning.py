"""What businesses need is reckoned from what was measured, and a simulation agrees with Erlang's formula."""

from dataclasses import replace
from random import Random

import pytest

from benchmarks.reckoning import queues
from benchmarks.reckoning.assumed import NUMBERS, peak_share
from benchmarks.reckoning.costs import NotMeasured, costs
from benchmarks.reckoning.needs import apart, bookings_of, shared
from tests.benchmarks.figures import everything

COST = costs(everything())


def test_costs_are_those_of_a_text_in_and_of_a_text_out() -> None:
    # 14 messages a conversation: 0.6 ms of the web process for each are of 6 texts in, 0.8 of the worker of 8 out.
    assert pytest.approx((1.4, 1.4, 0.5)) == (COST.web_ms, COST.worker_ms, COST.database_ms)
    assert (30.0, 90.0, 16.0, 3.0) == (COST.process_mib, COST.default_mib, COST.kib_each, COST.look_ms)


def test_without_figures_it_says_what_is_missing() -> None:
    kept = everything()
    del kept["growth"], kept["scaling"]
    with pytest.raises(NotMeasured, match="growth, scaling"):
        costs(kept)


def test_a_hundred_times_the_businesses_need_a_hundred_times_the_cores() -> None:
    small, large = shared(1_000, COST), shared(100_000, COST)
    assert pytest.approx(100 * small.database_cores) == large.database_cores
    assert pytest.approx(100 * small.rows_a_month) == large.rows_a_month
    assert small.workers == 1 and large.workers > 1
    assert small.web_processes * COST.web_ms < large.web_processes * COST.web_ms


def test_twice_the_cost_of_a_text_is_twice_the_cores() -> None:
    dear = replace(COST, web_ms=2 * COST.web_ms)
    assert pytest.approx(2 * shared(1_000, COST).web_cores) == shared(1_000, dear).web_cores


def test_desks_of_their_own_cost_memory_though_nobody_texts() -> None:
    found = apart(1_000, COST, 8)
    assert pytest.approx(90_000 / 1024) == found.gib
    assert found.machines == 4  # of 32 GiB, of which four fifths are used
    assert found.peak_cores > found.idle_cores == pytest.approx(10)


def test_a_number_carries_what_its_busiest_minutes_allow() -> None:
    by_name = {one.name: bookings_of(one) for one in NUMBERS}
    assert pytest.approx(3600 / 18 / peak_share() / 2) == by_name["US long code"]
    assert by_name["WhatsApp number"] > by_name["US long code"] > 100


@pytest.mark.parametrize(("servers", "rate", "expected"), [(1, 0.5, 1.0), (2, 1.0, 1 / 3), (1, 1.0, float("inf"))])
def test_erlangs_formula(servers: int, rate: float, expected: float) -> None:
    assert pytest.approx(expected) == queues.erlang_wait(rate, 1.0, servers)


@pytest.mark.parametrize("servers", [1, 3])
def test_the_simulated_queue_waits_as_erlang_says(servers: int) -> None:
    chance, rate = Random(3), 0.7 * servers
    at, arrivals = 0.0, []
    for _ in range(60_000):
        at += chance.expovariate(rate)
        arrivals.append(at)
    begun, done = queues.queue(arrivals, servers, 1.0, chance)
    waited = sum(start - at for at, start in zip(arrivals, begun, strict=True)) / len(arrivals)
    assert pytest.approx(queues.erlang_wait(rate, 1.0, servers), rel=0.15) == waited
    assert all(end > start for start, end in zip(begun, done, strict=True))


def test_with_too_few_processes_the_queue_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "MOST_TEXTS", 20_000)
    need = shared(100_000, COST)
    enough = queues.simulated(need, COST)
    short = queues.simulated(replace(need, web_processes=need.web_processes // 3), COST)
    assert enough.erlang_ms < float("inf") == short.erlang_ms
    assert short.webhook_ms[1] > 10 * enough.webhook_ms[1]


def test_a_small_business_lives_a_whole_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "MOST_TEXTS", 20_000)
    found = queues.simulated(shared(10, COST), COST)
    assert (queues.DAY, 1800) == (found.stretch, found.texts)
    assert found.webhook_ms[0] < found.webhook_ms[1] < found.send_ms[1]
