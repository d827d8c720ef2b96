"""Which state and which question may follow which. The engine refuses any other; docs/states.md is drawn from here."""

from conversations.dialogue import Awaiting as A
from conversations.dialogue import Dialogue
from conversations.dialogue import State as S

STATES: dict[S, frozenset[S]] = {
    S.INITIAL: frozenset({S.SERVICE_SELECTED, S.DATE_SELECTED, S.TIME_SELECTED}),
    S.SERVICE_SELECTED: frozenset({S.INITIAL, S.DATE_SELECTED, S.TIME_SELECTED, S.CONFIRMED, S.COMPLETED}),
    S.DATE_SELECTED: frozenset({S.INITIAL, S.SERVICE_SELECTED, S.TIME_SELECTED, S.CONFIRMED, S.COMPLETED}),
    S.TIME_SELECTED: frozenset({S.INITIAL, S.SERVICE_SELECTED, S.DATE_SELECTED, S.CONFIRMED, S.COMPLETED}),
    S.CONFIRMED: frozenset({S.INITIAL, S.SERVICE_SELECTED, S.DATE_SELECTED, S.TIME_SELECTED, S.COMPLETED}),
    S.COMPLETED: frozenset({S.INITIAL, S.SERVICE_SELECTED, S.DATE_SELECTED, S.TIME_SELECTED, S.CONFIRMED}),
}
"""Forward as slots are filled, in any order; back by "back", "start over" or a correction; to `confirmed` only by
YES to the whole summary or out of a new booking that was dropped."""

_FUNNEL = frozenset({A.SERVICE, A.DATE, A.DATE_READING, A.TIME, A.TIME_READING, A.CONFIRMATION, A.CHANGE})
_ANYWHERE = frozenset({A.NOTHING, A.MENU, A.PROPOSAL, A.REQUEST})

QUESTIONS: dict[A, frozenset[A]] = {
    A.NOTHING: _FUNNEL | _ANYWHERE,
    A.MENU: _FUNNEL | _ANYWHERE,
    A.SERVICE: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.DATE: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.DATE_READING: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.TIME: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.TIME_READING: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.CONFIRMATION: _FUNNEL | _ANYWHERE,
    A.CHANGE: _FUNNEL | _ANYWHERE,
    A.PROPOSAL: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.REQUEST: _FUNNEL - {A.CHANGE} | _ANYWHERE,
}


class UndeclaredStep(Exception):
    """A flow led where it never said it would: a fault of ours."""


def check(before: Dialogue, after: Dialogue) -> None:
    """Raises UndeclaredStep unless `before` may lead to `after`."""
    if after.state is not before.state and after.state not in STATES[before.state]:
        raise UndeclaredStep(f"state {before.state} led to {after.state}")
    if after.awaiting is not before.awaiting and after.awaiting not in QUESTIONS[before.awaiting]:
        raise UndeclaredStep(f"question {before.awaiting} led to {after.awaiting}")
