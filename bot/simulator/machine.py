"""The state machine as a drawing, from the code's own declaration, with the current state lit."""

from dataclasses import dataclass

from conversations.dialogue import State
from conversations.steps import NEWS, STATES

WIDTH, HEIGHT, GAP, TOP = 144, 36, 64, 8
"""Of a state; and how far each stands below the one before it."""
MIDDLE = 136
SIZE = 2 * MIDDLE, TOP + GAP * (len(State) - 1) + HEIGHT + TOP


@dataclass(frozen=True, slots=True)
class Box:
    """A state, with its left upper corner."""

    state: State
    x: int
    y: int
    is_current: bool
    may_follow: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """A step: its SVG path. `is_open`: it leads away from the current state; `is_news`: by news of a booking alone."""

    path: str
    is_open: bool
    is_news: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def drawn(current: State) -> Drawing:
    """Every step that a text may take, and those that news of a booking may take from the current state. Forward on the
    right, back on the left; what is open stands last, above the others."""
    arrows = [
        *(Arrow(_path(one, other), one is current, False) for one in State for other in State if other in STATES[one]),
        *(Arrow(_path(current, other), True, True) for other in State if other in NEWS - STATES[current] - {current}),
    ]
    boxes = tuple(
        Box(one, MIDDLE - WIDTH // 2, _top(one), one is current, one in STATES[current] | NEWS) for one in State
    )
    return Drawing(*SIZE, boxes, tuple(sorted(arrows, key=lambda one: one.is_open)))


def _path(one: State, other: State) -> str:
    """A straight line to the next state, an arc around those between."""
    rows = _row(other) - _row(one)
    if rows == 1:
        return f"M{MIDDLE} {_top(one) + HEIGHT}V{_top(other) - 2}"
    side = 1 if rows > 0 else -1
    edge = MIDDLE + side * WIDTH // 2
    begin, end = _top(one) + HEIGHT // 2 + 6 * side, _top(other) + HEIGHT // 2 - 6 * side
    out = edge + side * (10 + 14 * abs(rows))
    return f"M{edge} {begin}C{out} {begin} {out} {end} {edge + 2 * side} {end}"


def _row(state: State) -> int:
    return list(State).index(state)


def _top(state: State) -> int:
    return TOP + GAP * _row(state)
