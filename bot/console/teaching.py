"""What clients texted and nobody understood, those that are alike together; and teaching what they mean: their words
become another name of a service, and they are read again."""

from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

from flask import abort, request
from werkzeug.wrappers import Response as AnyResponse

from bot.commands.dump import toml
from bot.console import setup_history
from bot.console.asked import circumstances, number, the_desk, the_profile
from bot.console.door import me, page
from bot.console.shown import go, show
from handlers.business_file import BusinessFile
from handlers.console.business_changed import CannotChange, checked, standing
from handlers.console.business_taken import Preview, previewed
from handlers.console.not_understood import LOOKED_AT, MOST, NotUnderstood, not_understood, taught_by
from handlers.console.words_taught import LONGEST, CannotTeach, Why, with_name
from handlers.console.words_taught import teach as taught_words
from models.operators import Role

DAYS = (7, 30, 90)
_CHANGED = (
    "The business was changed meanwhile, and nothing has been taught. Look again, and teach it if it is still right."
)
REFUSED = {
    Why.EMPTY: "Write the words that name the service: there are none.",
    Why.TOO_LONG: f"A name has at most {LONGEST} signs: leave out what does not name the service.",
    Why.SEVERAL: "One name at a time, without commas.",
    Why.NAME: "“{words}” names {whose} already.",
    Why.STAFF: "“{words}” is the name of {whose}, who works here.",
    Why.WORD: "“{words}” means something else already: it cannot name a service.",
    Why.WISH: "“{words}” is a wish or an answer already: it cannot name a service.",
    Why.QUESTION: "“{words}” is answered as a frequent question already.",
    Why.DATE: "“{words}” is read as a date, a time or a number: it cannot name a service.",
    Why.SMALL_TALK: "“{words}” is small talk, which tells nothing of a service: add a word that does.",
    Why.UNDERSTOOD: "“{words}” is understood as {whose} already.",
}
"""What is told of words that may not become a name."""


@page("/not-understood")
def listed() -> AnyResponse:
    return _listed()


@page("/not-understood/teach", role=Role.ADMIN, method="POST")
def teach() -> AnyResponse:
    """At once, where nobody has changed the business since the page was shown."""
    desk, told, profile, now = the_desk(), circumstances(), the_profile(), the_desk().database.read(standing)
    words, service = " ".join(request.form.get("words", "").split()), request.form.get("service", "")
    if profile is None or now.data is None:
        abort(404)
    try:
        data = with_name(now.data, service, words, profile, told)
        if data is None:
            return _listed("Choose the service that the words name.", HTTPStatus.UNPROCESSABLE_ENTITY)
        file = checked(data)
        preview = desk.database.transact(lambda session: previewed(session, file, told))
        is_stale = number("version") != preview.version
        if is_stale or (kept := _load(file, preview, words, service)) is None:
            return _listed(_CHANGED, HTTPStatus.CONFLICT)
    except CannotTeach as refused:
        why = REFUSED[refused.why].format(words=words, whose=refused.whose)
        return _listed(why, HTTPStatus.UNPROCESSABLE_ENTITY)
    except CannotChange as wrong:
        return _listed(str(wrong), HTTPStatus.UNPROCESSABLE_ENTITY)
    except OSError as error:
        fault = f"How it was before cannot be kept: {error.strerror}."
        return _listed(fault, HTTPStatus.INTERNAL_SERVER_ERROR)
    desk.wake.ring()
    return go("teaching_taught", days=_days(), turn=number("turn"), words=words, back=kept)


@page("/not-understood/taught")
def taught() -> AnyResponse:
    """What the words have changed: every text read without them, and with them."""
    words, back = " ".join(request.args.get("words", "").split()), request.args.get("back", "")
    if the_profile() is None or not words:
        abort(404)
    told, turn = circumstances(), number("turn")
    found = the_desk().database.read(lambda session: taught_by(session, _days(), turn, words, told))
    newest = next((one.name for one in setup_history.kept(_history())), "")
    return show("taught.html", taught=found, words=words, days=_days(), back=back if back and back == newest else "")


def _listed(wrong: str = "", status: int = 200) -> AnyResponse:
    """The page; where nothing could be taught, with what was typed and why."""
    desk, told, days = the_desk(), circumstances(), _days()
    now = desk.database.read(standing) if me().may(Role.ADMIN) else None
    found = NotUnderstood(days, (), 0, 0)
    if the_profile() is not None:
        found = desk.database.read(lambda session: not_understood(session, days, told))
    services = [one for one in (now.data or {}).get("services", []) if one.get("staff")] if now else []
    return show(
        "not_understood.html", status, found=found, choices=DAYS, looked_at=LOOKED_AT, most=MOST, wrong=wrong,
        services=services, of_version=now.version if now else 0, turn=number("turn"), typed=request.form,
    )  # fmt: skip


def _load(file: BusinessFile, preview: Preview, words: str, service: str) -> str | None:
    """Load what was looked at; what leads back to how it was, which is on the disk before it changes. None where the
    business has been changed meanwhile. Raises CannotChange, and OSError."""
    told, who = circumstances(), me()
    assert preview.before is not None
    lines = (f"service {service}: “{words}” is another name of it",)
    before = setup_history.keep(_history(), told.now, who.name, lines, toml(preview.before))
    is_taken = False
    try:
        done = the_desk().database.transact(
            lambda session: taught_words(session, file, preview.version, service, who, told)
        )
        is_taken = done is not None
    finally:
        if not is_taken:
            with suppress(FileNotFoundError):
                before.unlink()
    return before.name if is_taken else None


def _days() -> int:
    said = request.values.get("days", "")
    return int(said) if said in map(str, DAYS) else 30


def _history() -> Path:
    """Where the set-up's pages keep theirs, which take back what was taught as they do any other change."""
    return the_desk().settings.journal_dir.parent / "setup-history"
