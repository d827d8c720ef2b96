"""Which database a test runs on where the whole suite runs on servers too (decision 12): one of them, by turns; what is
marked `every_database`, because its subject is what a database holds or how it locks, runs on each."""

from collections import defaultdict
from collections.abc import Mapping
from zlib import crc32

import pytest

KINDS = ("sqlite", "postgresql", "mariadb")
CONTROL = "_guard_off_"
"""A race without what decides it: shown once is shown."""


def spare(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out of `items` those whose turn it is not."""
    there: dict[str, set[str]] = defaultdict(set)
    for item in items:
        if kind := _kind(item):
            there[_of_all(item, kind)].add(kind)
    spared = [item for item in items if not _has_its_turn(item, there)]
    config.hook.pytest_deselected(items=spared)
    items[:] = [item for item in items if item not in set(spared)]


def _has_its_turn(item: pytest.Item, there: Mapping[str, set[str]]) -> bool:
    kind = _kind(item)
    if not kind or (item.get_closest_marker("every_database") is not None and CONTROL not in item.nodeid):
        return True
    kinds = there[_of_all(item, kind)]
    turns = [one for one in KINDS if one in kinds]
    return turns[crc32(_of_all(item, kind).encode()) % len(turns)] == kind


def _kind(item: pytest.Item) -> str:
    """The database that a test runs on; "" where it says nothing of one."""
    said = str(item.callspec.params.get("kind")) if hasattr(item, "callspec") else ""
    return said if said in KINDS else ""


def _of_all(item: pytest.Item, kind: str) -> str:
    return item.nodeid.replace(kind, "")
