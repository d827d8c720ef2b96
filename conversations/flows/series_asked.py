"""A client has asked for a whole series in one, by a program, and is sure: planned as in a conversation. Either it can
be had as it is asked for, or nothing happens."""

from dataclasses import dataclass
from datetime import UTC, datetime

from conversations.business import Service
from conversations.dialogue import Dialogue
from conversations.effects import BookSeries, Occurrence
from conversations.events import SeriesAsked
from conversations.facts import Facts
from conversations.flows import series, visits
from conversations.flows.asked_for import Refused, agreed_to, introduced, not_agreed
from conversations.flows.open_requests import too_many_open
from conversations.flows.series_words import left_out, rhythm_line
from conversations.replies import Reply, say
from conversations.rules.series import MOST, UnfitPattern
from conversations.rules.series_plans import Plan
from conversations.series import Mode
from conversations.turn import Turn
from conversations.values import replace


@dataclass(frozen=True, slots=True)
class Planned:
    """What would be booked, and of what."""

    service: Service
    plan: Plan


def series_asked(dialogue: Dialogue, event: SeriesAsked, facts: Facts) -> Turn:
    found = series_refused(event, facts)
    if isinstance(found, Refused):
        return Turn(dialogue)
    made, service = found.plan, found.service
    items = tuple(Occurrence(item.number, item.at, item.start, str(item.why or "")) for item in made.items)
    wish = BookSeries(
        event.service_ids, made.calendar.staff.id,
        replace(event.rhythm, count=made.pattern.count, until=made.pattern.until, lasting=None),
        made.pattern.first, event.mode, items, event.note, event.attendee,
    )  # fmt: skip
    return Turn(dialogue, (), (*introduced(event), *agreed_to(service, event.agreed), wish))


def series_refused(event: SeriesAsked, facts: Facts) -> Refused | Planned:
    """Why it cannot be booked as it is asked for; else what is."""
    found = series_planned(event, facts)
    if isinstance(found, Refused):
        return found
    made = found.plan
    if (missing := not_agreed(found.service, event.agreed, facts)) is not None:
        return missing
    if (refusal := too_many_open(made.calendar.terms, facts)) is not None:
        return Refused("too_many_open", refusal)
    missing_ones = left_out(made.left_out)
    if not made.booked:
        return Refused("none_free", say("series_none", rhythm=rhythm_line(made.pattern), left_out=missing_ones))
    if event.shown is not None and _starts(made.booked) != _starts(event.shown):
        return Refused("changed_since", say("series_changed"))
    if event.mode is Mode.ALL_OR_NOTHING and isinstance(missing_ones, Reply):
        return Refused("conflicts", missing_ones)
    return found


def series_planned(event: SeriesAsked, facts: Facts) -> Refused | Planned:
    """What of it can be had, in its mode; of whoever can have most of it, where nobody is named."""
    service = visits.offered(event.service_ids, facts)
    if service is None or service.is_class or event.staff_id not in (None, *service.staff_ids):
        return Refused("no_such_service", say("no_services", business=facts.business.name))
    wish = replace(
        Dialogue(), service_id=event.service_ids[0], more_service_ids=tuple(event.service_ids[1:]),
        staff_id=event.staff_id, day=event.first.date(), at=event.first.time(), rhythm=event.rhythm, mode=event.mode,
    )  # fmt: skip
    try:
        return Planned(service, series.planned(wish, service, facts))
    except UnfitPattern as error:
        return Refused(error.reason.value, say(f"series_{error.reason}", count=MOST, first=event.first.date()))


def _starts(starts: tuple[datetime, ...]) -> list[datetime]:
    return sorted(start.astimezone(UTC) for start in starts)
