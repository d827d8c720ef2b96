"""Commands: whatever a coordinator texts, an operator gives here, by a button or in words; the answer stands on the
page that it was given from."""

import re
from urllib.parse import urlencode, urlsplit

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import circumstances, the_desk, the_profile
from bot.console.door import console, me, page, safe_next, signed_in
from bot.console.shown import show
from conversations.commands import COMMANDS
from conversations.languages.render import render
from handlers.console.command_answered import Answered, answered
from handlers.console.commanded import commanded, provider_id
from handlers.console.looked_ahead import warnings_before
from handlers.message_received import LONGEST
from models.claims import LostRace
from models.operators import Role


@page("/command", role=Role.OPERATOR, method="POST")
def give() -> AnyResponse:
    """Give one, once however often its form is sent, and go back to where it was given. What is typed beside a button
    (`more`: a reason, a time) stands behind its words, and is no command of its own."""
    more = ", ".join(one.strip() for one in re.split(r"[;\r\n]", request.form.get("more", "")) if one.strip())
    words = " ".join(one for one in (request.form.get("words", "").strip(), more) if one)
    form, desk, told = request.form.get("form", "")[:80], the_desk(), circumstances()
    back = safe_next(request.form.get("back", ""))
    if words and not request.form.get("sure") and (warnings := what_to_know_first(words[:LONGEST])):
        fields = {"words": words[:LONGEST], "back": back}
        return ask_first(warnings, words, url_for("console.commands_give"), fields, back)
    if words:
        try:
            answer = desk.database.transact(lambda session: commanded(session, words[:LONGEST], form, me(), told))
        except LostRace:
            return redirect(_with(back, said="raced"), 303)
        desk.wake.ring()
        return redirect(_with(back, answered=answer.known_as), 303)
    return redirect(_with(back, said="empty"), 303)


@page("/commands", role=Role.OPERATOR)
def every() -> AnyResponse:
    """All of them, and a line to type one."""
    listed = [(one.word, render(one.usage, "en"), render(one.what, "en"), one.example) for one in COMMANDS.values()]
    return show("commands.html", commands=listed)


def what_to_know_first(words: str) -> list[str]:
    """What is out of the ordinary about a command, before it is given."""
    who, told = me(), circumstances()
    return the_desk().database.transact(lambda session: warnings_before(session, words, who, told))


def ask_first(warnings: list[str], words: str, action: str, fields: dict[str, str], back: str) -> AnyResponse:
    """A page that says what is out of the ordinary, and does it only once it is asked to."""
    return show("sure.html", warnings=warnings, words=words, action=action, fields=fields, back=back)


@console.context_processor
def _answered() -> dict[str, object]:
    """What the command was answered whose form led to this page."""

    def answer() -> Answered | None:
        known, who, profile = request.args.get("answered", ""), signed_in(), the_profile()
        if not known or who is None or profile is None:
            return None
        asked = provider_id(who.id, known)
        return the_desk().database.read(lambda session: answered(session, asked, profile))

    return {"answer": answer, "here_again": lambda: request.full_path.rstrip("?")}


def _with(address: str, **said: str) -> str:
    """The address with this in its query, instead of what an earlier command put there."""
    parts = urlsplit(address)
    kept = [one for one in parts.query.split("&") if one and not one.startswith(("answered=", "said="))]
    return f"{parts.path}?{'&'.join([*kept, urlencode(said)])}"
