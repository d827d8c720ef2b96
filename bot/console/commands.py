"""Commands: whatever a coordinator texts, an operator gives here, by a button or in words; the answer stands on the
page that it was given from."""

from urllib.parse import urlencode, urlsplit

from flask import redirect, request
from werkzeug.wrappers import Response as AnyResponse

from bot.console.asked import circumstances, the_desk
from bot.console.door import console, me, page, safe_next, signed_in
from bot.console.shown import show
from conversations.commands import COMMANDS
from conversations.languages.render import render
from conversations.rules.routes import CONSOLE
from handlers.console.commanded import commanded
from handlers.message_received import LONGEST
from models.claims import LostRace
from models.messages import answers_to
from models.operators import Role


@page("/command", role=Role.OPERATOR, method="POST")
def give() -> AnyResponse:
    """Give one, once however often its form is sent, and go back to where it was given. What is typed beside a button
    (`more`: a reason, a time) stands behind its words."""
    words = " ".join(
        one.strip() for one in (request.form.get("words", ""), request.form.get("more", "")) if one.strip()
    )
    form, desk, told = request.form.get("form", "")[:80], the_desk(), circumstances()
    back = safe_next(request.form.get("back", ""))
    if words:
        try:
            desk.database.transact(lambda session: commanded(session, words[:LONGEST], form, me(), told))
        except LostRace:
            return redirect(_with(back, said="raced"), 303)
        desk.wake.ring()
    return redirect(_with(back, answered=form) if words else _with(back, said="empty"), 303)


@page("/commands", role=Role.OPERATOR)
def every() -> AnyResponse:
    """All of them, and a line to type one."""
    listed = [(one.word, render(one.usage, "en"), render(one.what, "en"), one.example) for one in COMMANDS.values()]
    return show("commands.html", commands=listed)


@console.context_processor
def _answered() -> dict[str, object]:
    """What the command was answered whose form led to this page."""

    def answers() -> list[str]:
        form, who = request.args.get("answered", ""), signed_in()
        if not form or who is None:
            return []
        asked = f"{who.id}:{form}"[:140]
        return the_desk().database.read(lambda session: answers_to(session, CONSOLE, asked))

    return {"answers": answers, "here_again": lambda: request.full_path.rstrip("?")}


def _with(address: str, **said: str) -> str:
    """The address with this in its query, instead of what an earlier command put there."""
    parts = urlsplit(address)
    kept = [one for one in parts.query.split("&") if one and not one.startswith(("answered=", "said="))]
    return f"{parts.path}?{'&'.join([*kept, urlencode(said)])}"
