"""One conversation: read it, step in, and look at any turn of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Response, abort, request
from sqlalchemy import Row
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import circumstances, number, the_desk, the_profile
from bot.console.door import me, page
from bot.console.shown import go, guarded, show, show_live
from bot.database import WEBHOOK_SECONDS, DatabaseAway
from bot.logs import log
from bot.understood import for_people
from handlers.circumstances import Circumstances
from handlers.console import stepped_in
from handlers.console.stepped_in import Outcome
from handlers.console.story_saved import story_of
from handlers.console.texts_later import Later, put_off, texts_shown, withdraw
from handlers.console.thread_shown import WHATSAPP, Noted, Said, head_of, moment_of, thread_of, understood_in
from handlers.console.turn_tried import may_be_tried, turn_tried
from handlers.profile import Profiles
from models.claims import LostRace
from models.conversations import conversation_or_none
from models.inbox import all_canned_replies, all_labels
from models.inbox_listing import thread_version
from models.operators import Role, all_operators

_SAYS = {
    Outcome.DONE: "done", Outcome.UNCHANGED: "unchanged", Outcome.MISSING: "missing", Outcome.OTHERS: "others",
    Outcome.OPTED_OUT: "opted_out", Outcome.EMPTY: "empty", Outcome.TOO_LONG: "too_long",
}  # fmt: skip
LONGEST_TIME = 32
"""Signs of a time that is shown again as it was typed."""


@page("/c/<int:conversation_id>")
def read(conversation_id: int) -> AnyResponse:
    desk, told, before = the_desk(), circumstances(), number("before")
    thread = desk.database.read(lambda session: thread_of(session, conversation_id, before, told))
    if thread is None:
        abort(404)
    if me().may(Role.OPERATOR) and before is None:
        desk.database.transact(lambda session: stepped_in.mark(session, conversation_id, is_unread=False))
    people = desk.database.read(all_operators)
    return show(
        "thread.html", thread=thread, head=thread.head, names={row.id: row.name for row in people},
        colleagues=[row for row in people if row.is_active], canned=desk.database.read(all_canned_replies),
        labels=desk.database.read(all_labels), before=before, Said=Said, Noted=Noted,
        costs=_costs(thread.head.channel), texts_later=_texts_later(conversation_id),
        is_whatsapp=thread.head.channel in WHATSAPP,
    )  # fmt: skip


@page("/c/<int:conversation_id>/live")
def live(conversation_id: int) -> AnyResponse:
    """The newest page of it alone, for a page that looks again."""
    desk, told = the_desk(), circumstances()
    if desk.database.read(lambda session: head_of(session, conversation_id, told)) is None:
        abort(404)
    version = desk.database.read(lambda session: _version(session, conversation_id))
    thread = lambda: desk.database.read(lambda s: thread_of(s, conversation_id, None, told))  # noqa: E731 - only where it is new
    return show_live("thread_entries.html", version, late_thread=thread, Said=Said, Noted=Noted)


@page("/c/<int:conversation_id>/take", role=Role.OPERATOR, method="POST")
def take(conversation_id: int) -> AnyResponse:
    outcome = _done(lambda session, told: stepped_in.take_over(session, conversation_id, me(), told))
    return _back(conversation_id, outcome, "taken")


@page("/c/<int:conversation_id>/hand-back", role=Role.OPERATOR, method="POST")
def hand_back(conversation_id: int) -> AnyResponse:
    outcome = _done(lambda session, told: stepped_in.hand_back(session, conversation_id, me(), told))
    return _back(conversation_id, outcome, "handed")


@page("/c/<int:conversation_id>/write", role=Role.OPERATOR, method="POST")
def write(conversation_id: int) -> AnyResponse:
    text, kind, typed = request.form.get("text", ""), request.form.get("kind"), request.form.get("at", "")
    if kind == "later":
        outcome_later = _done_later(lambda session, told: put_off(session, conversation_id, text, typed, me(), told))
        return _back_later(conversation_id, outcome_later, "later", typed)
    if kind == "note":
        now = the_desk().clock.now()
        kept = the_desk().database.transact(lambda session: stepped_in.note(session, conversation_id, text, me(), now))
        return _back(conversation_id, kept, "noted")
    if typed.strip():  # what was meant for another time is not sent by a slip
        return go("threads_read", "later_timed", conversation_id=conversation_id, at=typed[:LONGEST_TIME])
    form = request.form.get("form", "")
    outcome = _done(lambda session, told: stepped_in.write(session, conversation_id, text, me(), told, form))
    return _back(conversation_id, outcome, "sent")


@page("/c/<int:conversation_id>/later")
def later(conversation_id: int) -> AnyResponse:
    """What waits to be sent, for a page that looks again."""
    if the_desk().database.read(lambda session: conversation_or_none(session, conversation_id)) is None:
        abort(404)
    texts = _texts_later(conversation_id)
    return show_live(
        "thread_later.html", [(one.id, one.fate) for one in texts], texts_later=texts, conversation_id=conversation_id
    )


@page("/c/<int:conversation_id>/later/<int:text_id>/withdraw", role=Role.OPERATOR, method="POST")
def withdrawn(conversation_id: int, text_id: int) -> AnyResponse:
    outcome = _done_later(lambda session, told: withdraw(session, conversation_id, text_id, me(), told))
    return _back_later(conversation_id, outcome, "later_withdrawn")


@page("/c/<int:conversation_id>/settle", role=Role.OPERATOR, method="POST")
def settle(conversation_id: int) -> AnyResponse:
    """Nobody is needed any more, or somebody is."""
    needs = request.form.get("needs") == "1"
    the_desk().database.transact(lambda session: stepped_in.mark(session, conversation_id, needs_person=needs))
    return _back(conversation_id, Outcome.DONE, "saved")


@page("/c/<int:conversation_id>/block", role=Role.OPERATOR, method="POST")
def block(conversation_id: int) -> AnyResponse:
    """What they write is spam, or is none after all."""
    is_spam, now = request.form.get("spam") == "1", the_desk().clock.now()
    done = the_desk().database.transact(
        lambda session: stepped_in.block(session, conversation_id, me(), now, is_spam=is_spam)
    )
    return _back(conversation_id, done, "saved")


@page("/c/<int:conversation_id>/assign", role=Role.OPERATOR, method="POST")
def assign(conversation_id: int) -> AnyResponse:
    whom, now = number("operator"), the_desk().clock.now()
    done = the_desk().database.transact(lambda session: stepped_in.assign(session, conversation_id, whom, me(), now))
    return _back(conversation_id, done, "saved")


@page("/c/<int:conversation_id>/label", role=Role.OPERATOR, method="POST")
def label(conversation_id: int) -> AnyResponse:
    name, is_put = request.form.get("label", ""), request.form.get("off") != "1"
    done = the_desk().database.transact(lambda session: stepped_in.label(session, conversation_id, name, is_put=is_put))
    return _back(conversation_id, done, "saved")


@page("/c/<int:conversation_id>/story", role=Role.OPERATOR)
def story(conversation_id: int) -> AnyResponse:
    """What was said, as a story that the tests can play."""
    profile = the_profile()
    text = the_desk().database.read(lambda session: story_of(session, conversation_id, profile))
    if text is None:
        abort(404)
    answer = Response(text, mimetype="text/plain")
    answer.headers["Content-Disposition"] = f'attachment; filename="conversation-{conversation_id}.txt"'
    return guarded(answer)


@page("/c/<int:conversation_id>/turn/<int:turn_id>")
def turn(conversation_id: int, turn_id: int) -> AnyResponse:
    """The time machine: what was known before and after a turn, and what led to it."""
    return _turn_shown(conversation_id, turn_id)


@page("/c/<int:conversation_id>/turn/<int:turn_id>/try", role=Role.OPERATOR, method="POST")
def try_turn(conversation_id: int, turn_id: int) -> AnyResponse:
    """The same, beside what the desk would answer now. Nothing of that is kept, so that nobody is woken, and nothing
    of it is counted."""
    desk, told = the_desk(), circumstances()
    own = Profiles(desk.profiles.overrides)  # what a turn reads of the business and does not keep is nobody else's
    desk.database.read(own.current)
    told = replace(told, profiles=own)
    head = desk.database.read(lambda session: head_of(session, conversation_id, told))
    if head is None:
        abort(404)
    try:
        tried = desk.database.transact(lambda session: turn_tried(session, head, turn_id, told), WEBHOOK_SECONDS)
    except (DatabaseAway, LostRace):
        return _turn_shown(conversation_id, turn_id, trouble="busy")
    except Exception as error:  # noqa: BLE001 - as where a real turn breaks: whatever it was, the operator is told
        log.exception("turn_tried_failed", turn=turn_id)
        return _turn_shown(conversation_id, turn_id, trouble="fault", fault=type(error).__name__)
    return _turn_shown(conversation_id, turn_id, tried=tried, trouble="" if tried is not None else "untried")


def _turn_shown(conversation_id: int, turn_id: int, **tried: Any) -> AnyResponse:
    desk, told = the_desk(), circumstances()
    head = desk.database.read(lambda session: head_of(session, conversation_id, told))
    moment = desk.database.read(lambda session: moment_of(session, conversation_id, turn_id))
    if head is None or moment is None:
        abort(404)
    read_now = desk.database.read(lambda session: understood_in(session, moment, told))
    lines = for_people(*read_now) if read_now is not None else []
    return show(
        "turn.html", head=head, moment=moment, understood=lines, may_be_tried=may_be_tried(head, moment), **tried
    )


def _done(work: Any) -> Outcome:
    """Do it in one transaction, and wake whoever sends."""
    desk, told = the_desk(), circumstances()
    outcome: Outcome = desk.database.transact(lambda session: work(session, told))
    desk.wake.ring()
    return outcome


def _back(conversation_id: int, outcome: Outcome, done: str) -> AnyResponse:
    if outcome is Outcome.MISSING:
        abort(404)
    return go("threads_read", done if outcome is Outcome.DONE else _SAYS[outcome], conversation_id=conversation_id)


def _done_later(work: Callable[[Session, Circumstances], Later]) -> Later:
    told = circumstances()
    return the_desk().database.transact(lambda session: work(session, told))


def _back_later(conversation_id: int, outcome: Later, done: str, typed: str = "") -> AnyResponse:
    """To the thread; with the time that was typed, where something was wrong."""
    if outcome is Later.MISSING:
        abort(404)
    if outcome is Later.DONE:
        return go("threads_read", done, conversation_id=conversation_id, _anchor="later")
    at = typed[:LONGEST_TIME] if done == "later" else None
    return go("threads_read", outcome.value, conversation_id=conversation_id, at=at)


def _texts_later(conversation_id: int) -> Sequence[Row[Any]]:
    now = the_desk().clock.now()
    return the_desk().database.read(lambda session: texts_shown(session, conversation_id, now))


def _version(session: Session, conversation_id: int) -> tuple[Any, ...]:
    minute: datetime = the_desk().clock.now().replace(second=0, microsecond=0)
    return *thread_version(session, conversation_id), minute


def _costs(channel: str) -> bool:
    """Whether what is typed is counted in SMS segments."""
    carried = the_desk().channels.get(channel)
    return carried is not None and carried.capabilities.costs_by_segment
