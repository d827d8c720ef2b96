"""Series: previewed, asked for, answered together or in part, and called off."""

from datetime import datetime
from typing import Any

from bot.api.deeds import done
from bot.api.endpoint import CLIENTS, EVERYBODY, STAFF, Call, Work, endpoint
from bot.api.problems import Problem, missing
from bot.api.series_wanted import NewSeries, SeriesAnswer, SeriesPart, SeriesWanted, SeriesWish
from bot.api.series_written import Series, SeriesPlan, WholeSeries, plan_written, whole, written
from bot.api.values import Amount, Page, cursor, number_behind
from bot.api.wishes import client_named, who_they_are
from conversations.events import SeriesAsked
from conversations.flows.standing import STANDING
from conversations.rules.series_plans import in_mode
from conversations.series import Mode, Rhythm
from handlers.api import series_read
from handlers.api.deeds import one_line
from handlers.api.rooms import room_of
from handlers.api.series_wishes import CallingOff, CostsFee, asked, called_off, planned
from handlers.api.wishes import NoRoom, NotHad
from models.series_listing import lock_visits

PREVIEWED_ANEW = ("conflicts", "changed_since", "none_free")


@endpoint("GET", "/api/series", EVERYBODY)
def listed(call: Call, query: SeriesWanted) -> Page[Series]:
    """Series, newest first. Clients and staff see their own."""
    seen, last = series_read.page(
        call.session, query.behind(number_behind), query.limit, call.by, query.client_id, query.staff_id,
        waiting=query.waiting,
    )  # fmt: skip
    items = [written(each, call.profile) for each in seen]
    return Page(items=items, next=cursor(last) if last is not None else None)


@endpoint("GET", "/api/series/{series_id}", EVERYBODY)
def one(call: Call, series_id: int) -> WholeSeries:
    """One series with every visit, and what was left out."""
    seen = series_read.one(call.session, series_id, call.by, call.profile)
    if seen is None:
        raise missing("series")
    return whole(seen, call.by, call.profile)


@endpoint("POST", "/api/series/preview", CLIENTS | STAFF, work=Work.READ, problems=(404,))
def preview(call: Call, body: SeriesWish) -> SeriesPlan:
    """What would be booked, every visit checked like a single booking, and what would not. Nothing is kept."""
    if call.by.sees_own_only and not call.by.is_client and body.staff_id != call.by.staff_id:
        raise missing("staff member")
    return _plan(call, body, room_of(call.session, call.by))


@endpoint("POST", "/api/series", CLIENTS | STAFF, status=201, location="/api/series/{id}", problems=(404,))
def make(call: Call, body: NewSeries) -> WholeSeries:
    """Ask for a series, as by text: all of it in one, or nothing. Where it is not as it was previewed any more, the
    problem holds a new `preview`."""
    room = client_named(call, body.client_phone, body.name, body.staff_id)
    event = _event(
        call, body, note=body.note, attendee=body.attendee, agreed=tuple(body.agreed),
        shown=None if body.starts is None else tuple(body.starts), **who_they_are(call, body.name, body.email),
    )  # fmt: skip
    try:
        return one(call, asked(call.session, room, event, call.circumstances))
    except NotHad as not_had:
        more: dict[str, Any] = {}
        if not_had.code in PREVIEWED_ANEW:
            more["preview"] = _plan(call, body, room).model_dump(mode="json")
        raise Problem(409, not_had.code, not_had.words, **more) from None


def _lock(call: Call, series_id: int) -> None:
    """Only what is theirs to see: nobody keeps others waiting by a number."""
    one(call, series_id)
    lock_visits(call.session, series_id)


@endpoint("PUT", "/api/series/{series_id}/approve", STAFF, represents=one, lock=_lock)
def approve(call: Call, series_id: int, body: SeriesAnswer) -> WholeSeries:
    """Approve all of it that waits, or these visits."""
    return _commanded(call, series_id, "APPROVE", _some(call, series_id, body.items), body.note)


@endpoint("PUT", "/api/series/{series_id}/decline", STAFF, represents=one, lock=_lock)
def decline(call: Call, series_id: int, body: SeriesAnswer) -> WholeSeries:
    """Decline all of it that waits, or these visits; the client gets the reason."""
    return _commanded(call, series_id, "DECLINE", _some(call, series_id, body.items), body.note)


@endpoint("DELETE", "/api/series/{series_id}", CLIENTS | STAFF, represents=one, lock=_lock, also=(202,))
def cancel(call: Call, series_id: int, query: SeriesPart) -> WholeSeries:
    """Call off what lies ahead of it, or one visit, or that and all later ones; the past stays as it was.

    What is too near for a client's own word costs the policy's fee, which they accept by `accept_fee`, or it is passed
    on to the coordinator: answered with 202, and standing until they decide."""
    if not call.by.is_client:
        return _commanded(call, series_id, "CANCEL", _part(call, series_id, query), query.reason)
    wanted = CallingOff(_visit(call, series_id, query), query.and_later or query.item is None, query.accept_fee)
    try:
        is_passed_on = called_off(call.session, wanted, call.by.client_id or 0, call.circumstances)
    except NotHad as not_had:
        raise Problem(409, not_had.code, not_had.words) from None
    except CostsFee as costs:
        fee = Amount.of(costs.fee).model_dump()
        raise Problem(409, "costs_a_fee", "To call it off now costs a fee.", fee=fee) from None
    except NoRoom:
        raise Problem(409, "no_channel", "No channel reaches this client.") from None
    call.status = 202 if is_passed_on else 0
    return one(call, series_id)


def _commanded(call: Call, series_id: int, word: str, which: str, words: str) -> WholeSeries:
    """The series after a command about it."""
    one(call, series_id)
    done(call, f"{word} S{series_id}{which} {one_line(words)}".strip())
    return one(call, series_id)


def _part(call: Call, series_id: int, query: SeriesPart) -> str:
    if query.item is None:
        return _some(call, series_id, [])
    if not query.and_later:
        return _some(call, series_id, [query.item])
    one(call, series_id)
    if any(number >= query.item for number in _of_others(call, series_id)):
        raise missing("visit")
    return f".{query.item}+"


def _some(call: Call, series_id: int, numbers: list[int]) -> str:
    """These visits, or all. A staff member's series may hold visits that others deliver: those are not theirs."""
    one(call, series_id)
    others, named = _of_others(call, series_id), set(numbers)
    if others & named:
        raise missing("visit")
    if others and not named:
        named = series_read.numbers_of(call.session, series_id, call.profile) - others
        if not named:
            raise missing("visit")
    return f".{','.join(map(str, sorted(named)))}" if named else ""


def _of_others(call: Call, series_id: int) -> set[int]:
    if call.by.is_client or not call.by.sees_own_only:
        return set()
    numbers = series_read.numbers_of
    mine = numbers(call.session, series_id, call.profile, call.by.staff_id or 0)
    return numbers(call.session, series_id, call.profile) - mine


def _visit(call: Call, series_id: int, query: SeriesPart) -> int:
    """The booking that is meant: of the visit that is named, else of the first one that lies ahead."""
    now = call.circumstances.now
    for item in one(call, series_id).items:
        if item.booking_id is None or item.start_at is None:
            continue
        is_open = item.start_at > now and item.status in STANDING
        if item.number == query.item or (query.item is None and is_open):
            return item.booking_id
    raise missing("visit") if query.item is not None else Problem(409, "over", "No visit of it lies ahead.")


def _plan(call: Call, body: SeriesWish, room: Any) -> SeriesPlan:
    event = _event(call, body)
    try:
        found = planned(call.session, room, event, call.circumstances)
        bare = planned(call.session, room, _event(call, body, mode=Mode.SKIP), call.circumstances)
    except NotHad as not_had:
        raise Problem(409, not_had.code, not_had.words) from None
    now = call.circumstances.now
    by_mode = {mode: in_mode(bare.plan, mode, now) for mode in Mode}
    return plan_written(found, body.mode, by_mode, call.by)


def _event(call: Call, body: SeriesWish, **more: Any) -> SeriesAsked:
    first: datetime = body.start_at.astimezone(call.profile.business.zone).replace(tzinfo=None)
    rhythm = Rhythm(body.frequency, body.interval, tuple(sorted(set(body.days_of_week))), body.count, body.until)
    more.setdefault("mode", body.mode)
    return SeriesAsked(tuple(body.service_ids), body.staff_id, first, rhythm, **more)
