"""Which of many free starts are offered."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from conversations.rules.availability import Slot

FEW = 3
"""So many round starts are enough to offer only round ones."""


def nearest(slots: Iterable[Slot], wanted: datetime, count: int = 3) -> list[Slot]:
    """The slots nearest to the wanted start, in calendar order."""
    near = sorted(slots, key=lambda slot: (abs(slot.start - wanted), slot.start))[:count]
    return sorted(near, key=lambda slot: slot.start)


def apart(slots: Iterable[Slot], refused: datetime, length: timedelta, count: int = 3) -> list[Slot]:
    """The nearest slots that overlap neither the refused time nor each other, in calendar order."""
    chosen: list[Slot] = []
    for slot in sorted(slots, key=lambda slot: (abs(slot.start - refused), slot.start)):
        if all(abs(slot.start - other) >= length for other in (refused, *(kept.start for kept in chosen))):
            chosen.append(slot)
        if len(chosen) == count:
            break
    return sorted(chosen, key=lambda slot: slot.start)


def spread(slots: Sequence[Slot], count: int) -> list[Slot]:
    """At most `count` slots to offer out of many: on full hours, else half hours, spread over the whole stretch."""
    pools = ([slot for slot in slots if slot.start.minute % step == 0] for step in (60, 30))
    pool = next((pool for pool in pools if len(pool) >= FEW), list(slots))
    if len(pool) <= count:
        return pool
    return [pool[round(i * (len(pool) - 1) / (count - 1))] for i in range(count)]
