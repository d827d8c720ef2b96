"""The inbox: the list, kept up to date, its filters, its search, and what is done to several at once."""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import number, the_desk, the_profile
from bot.console.door import me, page
from bot.console.shown import go, show, show_live
from conversations.dialogue import State
from handlers.console.figures_drawn import FUNNEL
from handlers.console.inbox_listed import PAGE, inbox_rows, lines_of, search
from handlers.console.stepped_in import assign, label, mark
from models.inbox import all_labels, drop_filter, filters_of, save_filter
from models.inbox_listing import Led, Place, Wanted
from models.operators import Role, all_operators

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
    return _shown("inbox.html")


@page("/inbox/live")
def live() -> AnyResponse:
    """The list alone, for a page that looks again."""
    return _shown("inbox_list.html")


def _shown(template: str) -> AnyResponse:
    desk, who, now = the_desk(), me(), the_desk().clock.now()
    wanted, behind = wanted_of(now), _behind()
    if words := request.args.get("q", "").strip():
        before = number("before")
        found, older = desk.database.read(lambda session: search(session, words, before))
        return show("search.html", q=words, found=found, older=older, views=VIEWS)
    rows = desk.database.read(lambda session: inbox_rows(session, wanted, behind))
    more, rows = rows[PAGE:], rows[:PAGE]
    last = rows[-1] if more else None
    version = [tuple(row) for row in rows], now.replace(second=0, microsecond=0)
    return show_live(
        template, version,
        lines=lambda: desk.database.read(lambda session: lines_of(session, rows, now)), views=VIEWS,
        last=last, states=list(State), funnel=FUNNEL, outcomes=OUTCOMES, channels=list(desk.channels),
        staff=the_profile().staff if the_profile() else (),  # type: ignore[union-attr]
        names=lambda: {row.id: row.name for row in desk.database.read(all_operators)},
        colleagues=lambda: [row for row in desk.database.read(all_operators) if row.is_active],
        labels=lambda: desk.database.read(all_labels),
        filters=lambda: desk.database.read(lambda session: filters_of(session, who.id)),
        query=_query(),
    )  # fmt: skip


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
    numbers = [int(one) for one in request.form.getlist("id")[:MOST_AT_ONCE] if one.isascii() and one.isdigit()]
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
    try:
        needs, said, last = request.args.get("behind", "").split("~")
        at = datetime.fromisoformat(said)
        return Place(needs == "1", at, int(last[:18])) if at.tzinfo is not None else None
    except ValueError:
        return None


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
