"""LOG: what was done about an engagement, newest first."""

from collections.abc import Mapping
from datetime import date

from conversations.commands.base import Command, Listing
from conversations.commands.details import called
from conversations.commands.engaged import ONLY_BEFORE_REF, dated, shown
from conversations.engagements.kinds import Detail
from conversations.engagements.states import CREATED, Deed
from conversations.engagements.values import shown_value
from conversations.engagements.views import ActivityView, EngagementView
from conversations.facts import Facts
from conversations.money import Money
from conversations.replies import Reply, say

_SYSTEM, _CLIENT = "system", "client:"
"""Who did it, where no coordinator has."""


def show(found: EngagementView, facts: Facts) -> Listing:
    done = facts.activity(found.id)
    if not done:
        return Listing(say("log_empty", ref=found.ref, name=found.name))
    lines = tuple(say("log_line", when=one.at, who=_who(one, found), what=_what(one, found)) for one in done)
    return Listing(say("log_head", ref=found.ref, name=found.name), lines)


def _who(one: ActivityView, found: EngagementView) -> Reply | str:
    if one.who == _SYSTEM:
        return say("log_by_itself")
    return found.client if one.who.startswith(_CLIENT) else one.who


def _what(one: ActivityView, found: EngagementView) -> Reply | str:
    """In words; an action that has none, as it is written."""
    data = one.data
    if one.action == CREATED.format(kind=found.kind.key):
        return say("log_created")
    match one.action:
        case Deed.CLIENT_CREATED | Deed.CLIENT_REUSED | Deed.CLIENT_LINKED | Deed.BOOKING_JOINED | Deed.REOPENED:
            return say(f"log_{one.action}")
        case Deed.KEPT:
            return say("log_kept")
        case Deed.MILESTONE_DONE | Deed.MILESTONE_OPENED:
            titles = data.get("milestones")
            return say(f"log_{one.action}", titles=", ".join(map(str, titles)) if isinstance(titles, list) else "")
        case Deed.MILESTONE_MOVED:
            return say("log_milestone_moved", title=_text(data, "milestone"), date=_day(data, "after"))
        case Deed.MILESTONE_ADDED:
            return say("log_milestone_added", title=_text(data, "milestone"))
        case Deed.EVENT_MOVED:
            return say("log_event_moved", date=_day(data, "after"))
        case Deed.DETAIL_CHANGED:
            return _detail(data, one.action)
        case Deed.SPENT:
            amount, currency = data.get("amount"), data.get("currency")
            if not isinstance(amount, int) or not isinstance(currency, str):
                return one.action
            return say("log_spent", title=_text(data, "line"), price=Money(amount, currency))
        case Deed.CLOSED:
            reason = _text(data, "reason")
            return say("log_closed_why", reason=reason) if reason else say("log_closed")
        case _:
            return one.action


def _detail(data: Mapping[str, object], action: str) -> Reply | str:
    detail = data.get("detail")
    if detail not in list(Detail):
        return action
    known = Detail(str(detail))
    return say("log_detail_changed", field=called(known), value=shown_value(known, _text(data, "after")))


def _text(data: Mapping[str, object], key: str) -> str:
    return str(data.get(key) or "")


def _day(data: Mapping[str, object], key: str) -> Reply:
    said = _text(data, key)
    return dated(date.fromisoformat(said) if said else None)


COMMAND = Command("LOG", "LOG W4", show=shown(show, "LOG W4"), only_before=ONLY_BEFORE_REF)
