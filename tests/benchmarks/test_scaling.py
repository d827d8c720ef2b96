"""What there is too little of is told from what was seen, and a fault of any run is told."""

from dataclasses import replace

import pytest

from benchmarks.memory import _chunks
from benchmarks.scaling import Cell, middle, saturated
from tests.benchmarks.figures import cell

FREE = Cell(**{name: value for name, value in cell(2, 2).items() if name != "saturated"})


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({}, "nothing: clients wait for one another"),
        ({"machine_busy": 0.95}, "the machine's cores"),
        ({"busiest": ("web", 0.97)}, "one core of a web process"),
        ({"busiest": ("workers", 0.97)}, "one core of a worker"),
        ({"busiest": ("database", 1.4)}, "nothing: clients wait for one another"),
        ({"lock_waits": 2.5, "machine_busy": 0.95}, "locks in the database"),
    ],
)
def test_what_is_used_up(seen: dict[str, float | tuple[str, float]], expected: str) -> None:
    assert expected == saturated(replace(FREE, **seen))  # type: ignore[arg-type]


def test_the_middle_run_is_told_and_the_faults_of_all() -> None:
    runs = [
        replace(FREE, conversations_per_second=pace, faults=faults)
        for pace, faults in ((30.0, {"lost": 1}), (50.0, {}), (40.0, {"lost": 2, "doubled": 1}))
    ]
    found = middle(runs)
    assert (40.0, {"lost": 3, "doubled": 1}) == (found.conversations_per_second, found.faults)


def test_conversations_are_weighed_in_ten_steps() -> None:
    assert [(0, 10), (10, 10), (20, 10)] == _chunks(100)[:3]
    assert 7 == sum(many for _, many in _chunks(7))
