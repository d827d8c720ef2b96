"""Set-up: the business as it stands, and changing it: a form makes a business file, which is loaded once its difference
has been looked at. And the replies that operators keep."""

import tomllib
from contextlib import suppress
from difflib import unified_diff
from pathlib import Path

from flask import abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from bot.commands.dump import toml
from bot.console import setup_history
from bot.console.asked import circumstances, number, the_desk
from bot.console.door import console, me, page
from bot.console.setup_forms import fields, title, whose
from bot.console.shown import go, show
from handlers.business_file import BusinessFile
from handlers.console.business_changed import (
    EVERYBODY,
    NEW,
    CannotChange,
    Data,
    Said,
    Standing,
    Subject,
    changed,
    checked,
    policy_key,
    said_of,
    standing,
)
from handlers.console.business_taken import Preview, previewed, taken
from models.audit import audit
from models.inbox import all_canned_replies, drop_canned_reply, keep_canned_reply
from models.operators import Role

FILE, BACK = "file", "back"
"""What is changed by the whole file: as it is typed, and as it was before a change."""
LARGEST = 3 * 1024 * 1024
"""Bytes of a form, for a business file may be long."""
MOST_SHOWN = 400
LONGEST_NAME, LONGEST_REPLY = 40, 1600
_OF_THE_FORM = ("csrf", "form", "version", "sure", "again")


@console.before_request
def _room_for_a_file() -> None:
    if request.endpoint == "console.setup_change":
        request.max_content_length = request.max_form_memory_size = LARGEST


@page("/set-up", role=Role.ADMIN)
def begun() -> AnyResponse:
    now = the_desk().database.read(standing)
    return show(
        "setup.html", data=now.data, history=setup_history.kept(_history()), policy_key=policy_key,
        whose=lambda policy: whose(now.data or {}, policy), EVERYBODY=EVERYBODY, NEW=NEW,
    )  # fmt: skip


@page("/set-up/<subject>/<key>", role=Role.ADMIN)
def form(subject: str, key: str) -> AnyResponse:
    now = the_desk().database.read(standing)
    if subject == FILE:
        return _form(now, subject, key, {"text": [toml(_file(now.data)) if now.data else ""]})
    found = _subject(subject)
    if now.data is None or (said := said_of(now.data, found, key)) is None:
        abort(404)
    return _form(now, subject, key, said)


@page("/set-up/<subject>/<key>", role=Role.ADMIN, method="POST")
def change(subject: str, key: str) -> AnyResponse:
    """Show what would change; load it where that has been seen, and nobody has changed the business meanwhile."""
    desk, told, now = the_desk(), circumstances(), the_desk().database.read(standing)
    said = {
        name: [text.replace("\r\n", "\n") for text in request.form.getlist(name)]
        for name in request.form
        if name not in _OF_THE_FORM
    }
    if "again" in request.form:
        return _form(now, subject, key, said)
    try:
        file = _wanted(now.data, subject, key, said)
        preview = desk.database.transact(lambda session: previewed(session, file, told))
        is_stale = number("version") != preview.version and "version" in request.form
        if "sure" in request.form and not is_stale:
            if _load(file, preview):
                desk.wake.ring()
                return go("setup_begun", "saved")
            is_stale, preview = True, desk.database.transact(lambda session: previewed(session, file, told))
    except CannotChange as why:
        return _form(now, subject, key, said, str(why).splitlines(), 422)
    except OSError as error:
        return _form(now, subject, key, said, [f"How it was before cannot be kept: {error.strerror}."], 500)
    if not preview.lines:
        return _form(now, subject, key, said, note="That is how it is already: there is nothing to change.")
    return show(
        "setup_preview.html", preview=preview, said=said, is_stale=is_stale, subject=subject, key=key,
        title=_title(now.data, subject, key), difference=_difference(preview),
    )  # fmt: skip


@page("/set-up/replies", role=Role.OPERATOR)
def replies() -> AnyResponse:
    return _replies()


@page("/set-up/replies", role=Role.OPERATOR, method="POST")
def keep_reply() -> AnyResponse:
    name, body = " ".join(request.form.get("name", "").split()), request.form.get("body", "").strip()
    body = body.replace("\r\n", "\n").replace("\x00", "")
    if not name or not body:
        return _replies(name, body, "Give it a name, and words.")
    if len(name) > LONGEST_NAME or len(body) > LONGEST_REPLY:
        return _replies(name, body, f"A name has at most {LONGEST_NAME} signs, a reply at most {LONGEST_REPLY}.")

    def work(session: Session) -> None:
        keep_canned_reply(session, name, body)
        _audit(session, "kept a reply", "")

    the_desk().database.transact(work)
    return go("setup_replies", "saved")


@page("/set-up/replies/<int:reply_id>/drop", role=Role.OPERATOR, method="POST")
def drop_reply(reply_id: int) -> AnyResponse:
    def work(session: Session) -> bool:
        is_dropped = drop_canned_reply(session, reply_id)
        if is_dropped:
            _audit(session, "dropped a reply", str(reply_id))
        return is_dropped

    return go("setup_replies", "saved" if the_desk().database.transact(work) else "missing")


def _replies(name: str = "", body: str = "", wrong: str = "") -> AnyResponse:
    there = the_desk().database.read(all_canned_replies)
    status = 422 if wrong else 200
    return show("setup_replies.html", status, replies=there, name=name, body=body, wrong=wrong, longest=LONGEST_REPLY)


def _wanted(data: Data | None, subject: str, key: str, said: Said) -> BusinessFile:
    """The file that a form wants. Raises CannotChange."""
    if subject == FILE:
        return _read(next(iter(said.get("text", [])), ""))
    if subject == BACK:
        text = setup_history.text_of(_history(), key)
        if text is None:
            abort(404)
        return _read(text)
    if data is None or (wanted := changed(data, _subject(subject), key, said)) is None:
        abort(404)
    return checked(wanted)


def _read(text: str) -> BusinessFile:
    """Raises CannotChange."""
    try:
        return checked(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CannotChange(f"It cannot be read as TOML: {error}") from None
    except RecursionError:
        raise CannotChange("It cannot be read as TOML: too much stands within each other") from None


def _load(file: BusinessFile, preview: Preview) -> bool:
    """Load what was looked at; False where the business has been changed meanwhile. How it was is on the disk before it
    changes. Raises CannotChange, and OSError."""
    desk, told, who = the_desk(), circumstances(), me()
    before = preview.before and setup_history.keep(
        _history(), told.now, who.name, preview.lines, toml(preview.before)
    )  # fmt: skip
    is_taken = False
    try:
        done = desk.database.transact(lambda session: taken(session, file, preview.version, who, told))
        is_taken = done is not None
    finally:
        if before and not is_taken:
            with suppress(FileNotFoundError):
                before.unlink()
    return is_taken


def _form(
    now: Standing, subject: str, key: str, said: Said, wrong: list[str] | None = None, status: int = 200, note: str = ""
) -> AnyResponse:
    if subject == BACK:
        return show("setup_back.html", status, wrong=wrong or [], note=note)
    is_file = subject == FILE
    if not is_file and now.data is None:
        abort(404)
    listed = [] if is_file or now.data is None else fields(now.data, _subject(subject), key)
    return show(
        "setup_file.html" if is_file else "setup_form.html", status, said=said, wrong=wrong or [], note=note,
        of_version=now.version, subject=subject, key=key, fields=listed, title=_title(now.data, subject, key),
        action=url_for("console.setup_change", subject=subject, key=key),
    )  # fmt: skip


def _title(data: Data | None, subject: str, key: str) -> str:
    if subject in (FILE, BACK) or data is None:
        return "The whole file" if subject == FILE else "How it was before"
    return title(data, _subject(subject), key)


def _subject(name: str) -> Subject:
    try:
        return Subject(name)
    except ValueError:
        abort(404)


def _file(data: Data) -> BusinessFile:
    return BusinessFile.model_validate(data)


def _difference(preview: Preview) -> list[str]:
    """What changes in the file, line by line; the first of it where it is much."""
    before = toml(preview.before).splitlines() if preview.before else []
    lines = list(unified_diff(before, toml(preview.after).splitlines(), n=0, lineterm=""))[2:]
    shown = [line for line in lines if not line.startswith("@@") and line.strip("+-")]
    return shown[:MOST_SHOWN] + (["…"] if len(shown) > MOST_SHOWN else [])


def _history() -> Path:
    return the_desk().settings.journal_dir.parent / "setup-history"


def _audit(session: Session, action: str, words: str) -> None:
    audit(
        session, at=the_desk().clock.now(), operator_id=me().id, who=me().name, action=action, subject="replies",
        words=words,
    )  # fmt: skip
