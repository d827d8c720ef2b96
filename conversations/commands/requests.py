"""What waits for a coordinator's answer: a series is one request, however many visits it has."""

from conversations.booking import BookingStatus, BookingView
from conversations.facts import Facts
from conversations.series import SeriesView

Request = BookingView | SeriesView


def requests(facts: Facts) -> list[Request]:
    """Oldest first; what clients wish to move is asked about each by itself."""
    found: dict[int | str, Request] = {}
    for each in facts.requests():
        series = facts.series(each.series_id) if _goes_with_series(each) and each.series_id is not None else None
        if series is None:
            found[each.id] = each
        else:
            found.setdefault(f"S{series.id}", series)
    return list(found.values())


def quoted_series(booking_id: int, facts: Facts) -> int | None:
    """The series whose request a quoted text is, where any of it still waits."""
    found = facts.booking(booking_id)
    series = facts.series(found.series_id) if found is not None and found.series_id is not None else None
    return series.id if series is not None and series.pending else None


def _goes_with_series(found: BookingView) -> bool:
    return found.status is BookingStatus.PENDING and found.proposed is None
