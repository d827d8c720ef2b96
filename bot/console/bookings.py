"""Bookings as a list, a day, a week and a board; one booking with all that is known of it; a new one by hand."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Response, abort, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import circumstances, number, the_desk, the_profile
from bot.console.commands import ask_first, what_to_know_first
from bot.console.door import me, page
from bot.console.exported import exported_pages
from bot.console.requests import place_in, place_text
from bot.console.shown import go, show
from conversations.booking import BookingStatus
from conversations.business import Staff
from conversations.languages.render import money_text
from handlers.console.booked_by_hand import LONGEST_NAME, ByHand, book, has_number, in_words
from handlers.console.bookings_calendar import MOVABLE, ROWS_AN_HOUR, Calendar, by_day, by_staff, week_of
from handlers.console.bookings_one import shown_of
from handlers.console.bookings_shown import (
    IN_CALENDAR,
    ON_BOARD,
    Line,
    board_of,
    export_pages,
    in_time,
    page_of,
)
from handlers.console.bookings_written import FIELDS, values_of
from handlers.console.calendar_beside import Beside, beside
from handlers.profile import Profile
from models.audit import audit
from models.booking_listing import Place, Wanted
from models.claims import LostRace
from models.operators import Role

FILTERS = ("status", "staff", "service", "q", "class", "since", "until")
"""What the address may narrow; the first four in every view."""
FIRST, LAST = date(1990, 1, 1), date(2199, 12, 31)
"""Days that a calendar turns to."""
ON_THE_BOARD = timedelta(days=7)
LONGEST_BOARD = timedelta(days=92)


@page("/bookings", role=Role.STAFF)
def listed() -> AnyResponse:
    wanted, profile = _wanted_of_query(), the_profile()
    before, behind = place_in("before"), place_in("behind")
    place = before or behind or Place(wanted.since or _begins(_today()), 0)
    found = the_desk().database.read(
        lambda session: page_of(session, wanted, place, profile, before=before is not None)
    )
    return _show(
        "bookings.html", "list", page=found, earlier=place_text(found.earlier), later=place_text(found.later),
    )  # fmt: skip


@page("/bookings/day", role=Role.STAFF)
def day() -> AnyResponse:
    shown, zone, wanted, profile = _day("day") or _today(), _zone(), _wanted(), the_profile()
    lines, around = _in_calendar(_span(shown, 1), wanted, profile, together=False)
    people = [(one.id, one.name) for one in _shown_staff(wanted, profile)]
    return _show_calendar("day", by_staff(lines, shown, people, zone, around), shown, timedelta(days=1), lines)


@page("/bookings/week", role=Role.STAFF)
def week() -> AnyResponse:
    shown, zone, wanted, profile = _day("day") or _today(), _zone(), _wanted(), the_profile()
    days = week_of(shown)
    lines, around = _in_calendar(_span(days[0], 7), wanted, profile, together=True)
    return _show_calendar("week", by_day(lines, days, zone, _today(), around), shown, timedelta(days=7), lines)


@page("/bookings/board", role=Role.STAFF)
def board() -> AnyResponse:
    """What starts in these days, by what has become of it."""
    since = _day("since") or _today()
    until = min(max(_day("until") or since + ON_THE_BOARD, since), since + LONGEST_BOARD)
    wanted, profile = _wanted(_span(since, (until - since).days + 1)), the_profile()
    columns = the_desk().database.read(lambda session: board_of(session, wanted, profile))
    return _show("bookings_board.html", "board", columns=columns, since=since, until=until)


@page("/booking/<int(max=9223372036854775807):booking_id>", role=Role.STAFF)
def one(booking_id: int) -> AnyResponse:
    profile, who = the_profile(), me()
    shown = (
        the_desk().database.read(lambda session: shown_of(session, booking_id, profile))
        if profile is not None
        else None
    )
    if shown is None or (who.role is Role.STAFF and shown.view.staff_id != who.staff_id):
        abort(404)
    return show(
        "booking.html", shown=shown, view=shown.view, S=BookingStatus, MOVABLE=MOVABLE, money=_money,
        now=the_desk().clock.now(),
    )  # fmt: skip


@page("/bookings/new", role=Role.OPERATOR)
def new() -> AnyResponse:
    profile = the_profile()
    return show(
        "booking_new.html", services=[one for one in profile.services if not one.is_class] if profile else [],
        staff=profile.staff if profile else (), LONGEST_NAME=LONGEST_NAME,
    )  # fmt: skip


@page("/bookings/make", role=Role.OPERATOR, method="POST")
def make() -> AnyResponse:
    """Give BOOK as a coordinator would, and show the booking, or what stands in its way."""
    desk, told, form, who = the_desk(), circumstances(), request.form.get("form", "")[:80], me()
    said = {name: request.form.get(name, "") for name in ("phone", "name", "service", "staff", "day", "at")}
    wish = ByHand(
        phone=said["phone"], name=said["name"], service_id=number("service"), staff_id=number("staff"),
        day=said["day"], at=said["at"],
    )  # fmt: skip

    profile = the_profile()
    if profile is not None and not has_number(wish, profile):
        return go("bookings_new", "no_number", **said)
    words = in_words(wish, profile) if profile is not None else ""
    if not request.form.get("sure") and (warnings := what_to_know_first(words)):
        back = f"{url_for('console.bookings_new')}?{urlencode(said)}"
        return ask_first(warnings, words, url_for("console.bookings_make"), said, back)

    def work(session: Session) -> tuple[int | None, str]:
        return book(session, wish, form, who, told)

    try:
        made, known = desk.database.transact(work)
    except LostRace:
        return go("bookings_new", "raced", **said)
    desk.wake.ring()
    if made is not None:
        return redirect(url_for("console.bookings_one", booking_id=made, answered=known), 303)
    return redirect(f"{url_for('console.bookings_new')}?{urlencode({**said, 'answered': known})}", 303)


@page("/bookings/export.<any(csv, json):kind>", role=Role.STAFF)
def export(kind: str) -> Response:
    """What the filters find, as a file: from today on, or from the first day that they name. Staff take their own."""
    wanted, profile, desk, who = _wanted_of_query(), the_profile(), the_desk(), me()
    if who.role is not Role.STAFF and not who.may(Role.OPERATOR):
        abort(403)
    pages = export_pages(desk.database.read, wanted, Place(wanted.since or _begins(_today()), 0), profile)
    response = exported_pages("bookings", kind, FIELDS, ([values_of(line) for line in lines] for lines in pages))
    now, asked = desk.clock.now(), ", ".join(name for name in FILTERS if request.args.get(name))
    desk.database.transact(
        lambda session: audit(
            session, at=now, operator_id=who.id, who=who.name, action="exported bookings", words=asked
        )
    )  # fmt: skip
    return response


def _wanted_of_query() -> Wanted:
    """What the address asks for; of staff, never more than their own."""
    since, until = _day("since"), _day("until")
    return _wanted((
        _begins(since) if since is not None else None,
        _begins(until + timedelta(days=1)) if until is not None else None,
    ))  # fmt: skip


def _wanted(span: tuple[datetime | None, datetime | None] = (None, None)) -> Wanted:
    who, status = me(), request.args.get("status", "")
    is_staff = who.role is Role.STAFF
    return Wanted(
        since=span[0], until=span[1], statuses=(BookingStatus(status),) if status in set(BookingStatus) else (),
        staff_id=who.staff_id or 0 if is_staff else number("staff"), service_id=number("service"),
        class_id=number("class"), words=request.args.get("q", "").strip()[:80],
    )  # fmt: skip


def _in_calendar(
    span: tuple[datetime, datetime], wanted: Wanted, profile: Profile | None, *, together: bool
) -> tuple[tuple[Line, ...], Beside]:
    """What is booked in a stretch of time, and what else keeps it from being free."""
    staff, now = _shown_staff(wanted, profile), the_desk().clock.now()

    def work(session: Session) -> tuple[tuple[Line, ...], Beside]:
        lines = in_time(session, *span, wanted, profile)
        return lines, beside(session, staff, *span, now, together=together)

    return the_desk().database.read(work)


def _shown_staff(wanted: Wanted, profile: Profile | None) -> list[Staff]:
    return [one for one in (profile.staff if profile is not None else ()) if wanted.staff_id in (None, one.id)]


def _show_calendar(kind: str, calendar: Calendar, shown: date, step: timedelta, lines: Sequence[Line]) -> AnyResponse:
    return _show(
        "bookings_calendar.html", kind, calendar=calendar, shown=shown, before=shown - step, after=shown + step,
        hour_rows=ROWS_AN_HOUR, most=IN_CALENDAR if len(lines) >= IN_CALENDAR else 0,
    )  # fmt: skip


def _show(template: str, kind: str, **values: Any) -> AnyResponse:
    """A view of bookings below the tools that all of them have."""
    profile = the_profile()
    return show(
        template, kind=kind, statuses=ON_BOARD, services=profile.services if profile is not None else (),
        staff=profile.staff if profile is not None else (), is_own=me().role is Role.STAFF, query=_query(),
        money=_money, kept=_kept(), is_narrowed=any(request.args.get(name) for name in FILTERS), **values,
    )  # fmt: skip


def _kept() -> dict[str, str]:
    """The filters that every view has."""
    return {name: request.args[name] for name in FILTERS[:4] if request.args.get(name)}


def _query() -> str:
    """The address's filters, without where its page begins."""
    left = ("before", "behind", "said", "answered")
    return urlencode([(name, value) for name, value in request.args.items() if value and name not in left])


def _money(money: Any) -> str:
    return money_text(money, "en")


def _zone() -> ZoneInfo:
    profile = the_profile()
    return profile.business.zone if profile is not None else ZoneInfo("UTC")


def _today() -> date:
    return the_desk().clock.now().astimezone(_zone()).date()


def _span(first: date, days: int) -> tuple[datetime, datetime]:
    return _begins(first), _begins(first + timedelta(days=days))


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(0), _zone())


def _day(name: str) -> date | None:
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return min(max(found, FIRST), LAST)
