"""What is fetched from us as a calendar file: a staff member's private feed, and a client's booking."""

from collections.abc import Callable
from hashlib import sha256

from flask import Blueprint, Response, abort, current_app, request

from bot.desk import Desk
from conversations.entries import Entry
from handlers.calendar_entries import Feed, entry_of_page, feed_of
from handlers.profile import NoBusiness

calendar_files = Blueprint("calendar_files", __name__)


@calendar_files.get("/calendar/<token>.ics")
def staff_feed(token: str) -> Response:
    desk: Desk = current_app.extensions["desk"]
    try:
        feed = desk.database.read(
            lambda session: feed_of(session, token, desk.profiles.current(session), desk.clock.now())
        )
    except NoBusiness:
        feed = None
    if feed is None:
        abort(404)
    return _answer(feed, feed.entries, lambda: _feed(feed), "calendar.ics")


@calendar_files.get("/b/<token>.ics")
def booking_file(token: str) -> Response:
    desk: Desk = current_app.extensions["desk"]
    base = desk.settings.public_url or request.host_url.rstrip("/")
    try:
        entry = desk.database.read(
            lambda session: entry_of_page(session, token, desk.profiles.current(session), f"{base}/b/{token}")
        )
    except NoBusiness:
        entry = None
    if entry is None:
        abort(404)
    return _answer(entry, (entry,), lambda: _booking(entry), f"booking-{entry.booking_id}.ics")


def _feed(feed: Feed) -> bytes:
    from bot.calendars.ics import feed_ics

    return feed_ics(feed)


def _booking(entry: Entry) -> bytes:
    from bot.calendars.ics import booking_ics

    return booking_ics(entry)


def _answer(about: object, entries: tuple[Entry, ...], write: Callable[[], bytes], name: str) -> Response:
    """The file; nothing but its tag where the asker has it already. It is made of `about` alone, so that equal values
    are equal files."""
    response = Response(mimetype="text/calendar")
    response.set_etag(sha256(repr(about).encode()).hexdigest()[:32])
    if entries:
        response.last_modified = max(entry.updated for entry in entries)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, max-age=300"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.make_conditional(request)
    if response.status_code == 200:
        response.set_data(write())
    return response
