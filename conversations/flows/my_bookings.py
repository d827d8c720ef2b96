"""A client's bookings as they read them: a line for each, and one for a whole series."""

from collections.abc import Sequence

from conversations.booking import BookingView
from conversations.replies import Reply, say


def lines(found: Sequence[BookingView]) -> tuple[Reply, ...]:
    """Soonest first; a series stands where its next visit does."""
    series: dict[int, list[BookingView]] = {}
    for each in found:
        if each.series_id is not None:
            series.setdefault(each.series_id, []).append(each)
    listed: list[Reply] = []
    for each in found:
        together = series.get(each.series_id or 0, [each])
        if together[0] is each:
            listed.append(_line(each) if len(together) == 1 else _of_series(together))
    return tuple(listed)


def _line(found: BookingView) -> Reply:
    return say(f"my_booking_{found.status}", id=found.id, service=found.service, when=found.start)


def _of_series(found: Sequence[BookingView]) -> Reply:
    following = found[0]
    return say(
        "my_series", id=following.series_id or 0, service=following.service, when=following.start,
        visits=say("series_all_visits", count=len(found)), status=say(f"status_{following.status}"),
    )  # fmt: skip
