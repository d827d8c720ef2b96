"""The one place that says which status a booking may go to from which."""

from conversations.booking import BookingStatus as S

TRANSITIONS: dict[S, frozenset[S]] = {
    S.PENDING: frozenset({S.APPROVED, S.CONFIRMED, S.DECLINED, S.CANCELLED, S.EXPIRED}),
    S.APPROVED: frozenset({S.CONFIRMED, S.CANCELLED, S.EXPIRED}),
    S.CONFIRMED: frozenset({S.IN_PROGRESS, S.COMPLETED, S.CANCELLED, S.NO_SHOW}),
    S.IN_PROGRESS: frozenset({S.COMPLETED}),
    S.COMPLETED: frozenset(),
    S.DECLINED: frozenset(),
    S.CANCELLED: frozenset(),
    S.EXPIRED: frozenset({S.CONFIRMED}),
    S.NO_SHOW: frozenset({S.COMPLETED}),
}
"""An expired booking is revived by money that lands late; a no-show is put right when the person did come."""

LIVE = frozenset({S.PENDING, S.APPROVED, S.CONFIRMED, S.IN_PROGRESS, S.COMPLETED})
"""Those that own their time."""


def may_take_back(before: S, after: S) -> bool:
    """Whether a coordinator's UNDO may lead so: it takes back a step that is declared."""
    return before in TRANSITIONS[after]


class RefusedTransition(Exception):
    """A booking was asked to go where its status cannot lead."""

    def __init__(self, before: S, after: S) -> None:
        super().__init__(f"a booking cannot go from {before} to {after}")
        self.before = before
        self.after = after


def check(before: S, after: S) -> None:
    """Raises RefusedTransition unless `before` may lead to `after`."""
    if after not in TRANSITIONS[before]:
        raise RefusedTransition(before, after)
