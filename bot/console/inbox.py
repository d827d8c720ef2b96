"""The inbox: the list, kept up to date, its filters, its search, and what is done to several at once."""

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import request
from sqlalchemy import Row
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import moment_in, number, number_in, the_desk, the_profile
from bot.console.door import me, page
from bot.console.shown import go, show, show_live
from conversations.dialogue import State
from handlers.console.figures_drawn import FUNNEL
from handlers.console.inbox_listed import PAGE, Line, inbox_rows, lines_of, named, search
from handlers.console.stepped_in import assign, label, mark
from models.inbox import all_labels, drop_filter, filters_of, save_filter
from models.inbox_listing import Led, Place, Wanted
from models.operators import Role, all_operators

FEW_PEOPLE = 8
VIEWS = (
    ("", "All"), ("needs", "Needs a person"), ("unread", "Unread"), ("mine", "Mine"), ("unassigned", "Nobody's"),
    ("taken", "Taken over"), ("undelivered", "Not delivered"), ("team", "Team"),
    ("blocked", "Spam"),
)  # fmt: skip
OUTCOMES = (
    (Led.BOOKED, "booked"), (Led.REQUESTED, "a request that waits"), (Led.UNPAID, "waits to be paid"),
    (Led.CALLED_OFF, "called off or declined"), (Led.NOTHING, "nothing booked"),
)  # fmt: skip
MOST_AT_ONCE = 200


@page("/inbox")
def show_inbox() -> AnyResponse:
    desk, who = the_desk(), me()
    if words := request.args.get("q", "").strip():
        before = number("before")
        found, older = desk.database.read(lambda session: search(session, words, before))
        fitting = [] if before else desk.database.read(lambda session: named(session, words, FEW_PEOPLE + 1))
        return show(
            "search.html", q=words, found=found, older=older, views=VIEWS, fitting=fitting[:FEW_PEOPLE],
            are_more=len(fitting) > FEW_PEOPLE,
        )  # fmt: skip
    people, profile = desk.database.read(all_operators), the_profile()
    lines, last = _lines()
    return show(
        "inbox.html", lines=lines, last=last, views=VIEWS, states=list(State), funnel=FUNNEL, outcomes=OUTCOMES,
        channels=list(desk.channels), staff=profile.staff if profile is not None else (),
        names={row.id: row.name for row in people}, colleagues=[row for row in people if row.is_active],
        labels=desk.database.read(all_labels), query=_query(),
        filters=desk.database.read(lambda session: filters_of(session, who.id)),
    )  # fmt: skip


@page("/inbox/live")
def live() -> AnyResponse:
    """The list alone, for a page that looks again."""
    people, minute = the_desk().database.read(all_operators), the_desk().clock.now().replace(second=0, microsecond=0)
    lines, last = _lines()
    names = {row.id: row.name for row in people}
    return show_live(
        "inbox_list.html", (lines, last is None, names, minute), lines=lines, last=last, names=names, query=_query()
    )


def _lines() -> tuple[list[Line], Row[Any] | None]:
    """A page of the list, and the last conversation on it where others come behind it."""
    now, behind = the_desk().clock.now(), _behind()
    wanted = wanted_of(now)

    def look(session: Session) -> tuple[list[Line], Row[Any] | None]:
        rows = inbox_rows(session, wanted, behind)
        return lines_of(session, rows[:PAGE], now), rows[PAGE - 1] if len(rows) > PAGE else None

    return the_desk().database.read(look)


def wanted_of(now: datetime) -> Wanted:
    """What the address asks for."""
    asked, view = request.args, request.args.get("view", "")
    profile = the_profile()
    zone = profile.business.zone if profile is not None else ZoneInfo("UTC")
    until = _day("until", zone)
    state, led = asked.get("state", ""), asked.get("outcome", "")
    return Wanted(
        state=State(state) if state in set(State) else None,
        channel=asked.get("channel", "")[:20], staff_id=number("staff"), label=asked.get("label", "")[:40],
        since=_day("since", zone), until=until + timedelta(days=1) if until is not None else None,
        assigned_to=me().id if view == "mine" else number("assigned"), unassigned=view == "unassigned",
        needs_person=view == "needs", unread=view == "unread", taken=now if view == "taken" else None,
        undelivered=view == "undelivered", team=view == "team", blocked=view == "blocked",
        led=Led(led) if led in set(Led) else None,
        reached=_from(asked.get("reached", "")), reached_since=_day("reached_since", zone),
    )  # fmt: skip


@page("/inbox/several", role=Role.OPERATOR, method="POST")
def several() -> AnyResponse:
    """One deed on every conversation that is ticked."""
    numbers = [one for one in map(number_in, request.form.getlist("id")[:MOST_AT_ONCE]) if one is not None]
    deed, word, who, desk = request.form.get("deed", ""), request.form.get("label", ""), me(), the_desk()
    now, operator = desk.clock.now(), number("operator")

    def work(session: Session) -> None:
        for one in numbers:
            match deed:
                case "read" | "unread":
                    mark(session, one, is_unread=deed == "unread")
                case "settled":
                    mark(session, one, needs_person=False)
                case "label":
                    label(session, one, word, is_put=True)
                case "assign":
                    assign(session, one, operator, who, now)

    desk.database.transact(work)
    return go("inbox_show_inbox", "done" if numbers else "empty")


@page("/inbox/filters", role=Role.VIEWER, method="POST")
def keep_filter() -> AnyResponse:
    who, name, query = me(), request.form.get("name", "").strip()[:60], request.form.get("query", "")[:500]
    gone = number("gone")
    if gone is not None:
        the_desk().database.transact(lambda session: drop_filter(session, who.id, gone))
    elif name:
        the_desk().database.transact(lambda session: save_filter(session, who.id, name, query))
    return go("inbox_show_inbox", "saved" if name or gone else "empty")


def _from(state: str) -> tuple[State, ...]:
    """This step of the funnel and those behind it: whoever is further has been there."""
    return FUNNEL[FUNNEL.index(State(state)) :] if state in FUNNEL else ()


def _behind() -> Place | None:
    """Where the page before ended."""
    needs, _, rest = request.args.get("behind", "").partition("~")
    said, _, last = rest.partition("~")
    at, number = moment_in(said), number_in(last)
    return Place(needs == "1", at, number) if at is not None and number is not None else None


def _query() -> str:
    """The address's filters, without where its page begins."""
    return urlencode(
        [(name, value) for name, value in request.args.items() if value and name not in ("behind", "said")]
    )


def _day(name: str, zone: ZoneInfo) -> datetime | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return datetime.combine(day, time(0), zone) if 2000 <= day.year < 2200 else None
