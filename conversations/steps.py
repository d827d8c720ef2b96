"""Which state and which question may follow which. The engine refuses any other; docs/states.md is drawn from here."""

from conversations.dialogue import Awaiting as A
from conversations.dialogue import Dialogue
from conversations.dialogue import State as S

_FORWARD = frozenset({S.SERVICE_SELECTED, S.DATE_SELECTED, S.TIME_SELECTED})
_DROPPED = frozenset({S.INITIAL, S.CONFIRMED, S.COMPLETED})
"""Where a new booking that is dropped falls back to: what the booking before it left."""

STATES: dict[S, frozenset[S]] = {
    S.INITIAL: _FORWARD,
    S.SERVICE_SELECTED: (_FORWARD | _DROPPED) - {S.SERVICE_SELECTED},
    S.DATE_SELECTED: (_FORWARD | _DROPPED) - {S.DATE_SELECTED},
    S.TIME_SELECTED: (_FORWARD | _DROPPED) - {S.TIME_SELECTED},
    S.CONFIRMED: _FORWARD,
    S.COMPLETED: _FORWARD,
}
"""Where a text leads: forward as slots are filled in any order, back by a correction. A text alone confirms nothing."""

NEWS = frozenset({S.INITIAL, S.SERVICE_SELECTED, S.CONFIRMED, S.COMPLETED})
"""Where news of a booking leads, from any state: it was made, decided, moved, or lapsed and other times are offered."""

_FUNNEL = frozenset(
    {
        A.SERVICE, A.DATE, A.DATE_READING, A.TIME, A.TIME_READING, A.CONFIRMATION, A.AGREEMENT, A.CHANGE, A.CLASS,
        A.FULL, A.HOW_OFTEN, A.HOW_MANY, A.MODE, A.SERIES, A.INTAKE, A.BRIEF,
    }
)  # fmt: skip
_OF_BOOKINGS = frozenset(
    {A.CANCEL, A.CANCEL_FOR_FEE, A.CANCEL_LATER, A.CANCEL_LATER_FOR_FEE, A.WHICH_BOOKING, A.REMINDER}
)
_ANYWHERE = frozenset({A.NOTHING, A.MENU, A.PROPOSAL, A.WORDS, A.REQUEST, A.PICK_UP, A.SURE, A.LEAVE}) | _OF_BOOKINGS

QUESTIONS: dict[A, frozenset[A]] = {
    A.NOTHING: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.MENU: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.SERVICE: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.DATE: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.DATE_READING: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.TIME: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.TIME_READING: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.CONFIRMATION: _FUNNEL | _ANYWHERE,
    A.AGREEMENT: _FUNNEL | _ANYWHERE,
    A.INTAKE: _FUNNEL | _ANYWHERE,
    A.BRIEF: _FUNNEL | _ANYWHERE,
    A.CHANGE: _FUNNEL | _ANYWHERE,
    A.CLASS: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.FULL: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.HOW_OFTEN: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.HOW_MANY: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.MODE: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.SERIES: _FUNNEL | _ANYWHERE,
    A.CANCEL_LATER: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.CANCEL_LATER_FOR_FEE: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.LEAVE: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.PICK_UP: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.PROPOSAL: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.WORDS: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.REQUEST: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.SURE: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.CANCEL_FOR_FEE: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.CANCEL: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.WHICH_BOOKING: _FUNNEL - {A.CHANGE} | _ANYWHERE,
    A.REMINDER: _FUNNEL - {A.CHANGE} | _ANYWHERE,
}
"""Which question may follow which: any of the funnel's, since every slot may be corrected at any time; what to change
is asked only after a NO to the summary."""


class UndeclaredStep(Exception):
    """A flow led where it never said it would: a fault of ours."""


def check(before: Dialogue, after: Dialogue, *, by_text: bool) -> None:
    """Raises UndeclaredStep unless a text or silence (or else news of a booking) may lead from `before` to `after`."""
    stood, stands = before.state, after.state
    if stands is not stood and stands not in (STATES[stood] if by_text else NEWS):
        raise UndeclaredStep(f"state {stood} led to {stands}")
    if after.awaiting is not before.awaiting and after.awaiting not in QUESTIONS[before.awaiting]:
        raise UndeclaredStep(f"question {before.awaiting} led to {after.awaiting}")
