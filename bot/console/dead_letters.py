"""Texts that did not arrive: why, for whom, and sent again."""

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from bot.commands.dead_letters import REASONS, REFUSALS
from bot.console.asked import circumstances, number, the_desk
from bot.console.door import me, page
from bot.console.shown import go, show
from conversations.delivery import SendFailure
from conversations.rules.obsolete import Obsolete
from handlers.console.undelivered_shown import PAGE, sent_again, undelivered_shown
from models.operators import Role


@page("/dead-letters")
def listed() -> AnyResponse:
    reason, before = _reason(), number("before")
    found, more = the_desk().database.read(lambda session: undelivered_shown(session, reason, before))
    next_page = url_for("console.dead_letters_listed", reason=reason, before=more) if more is not None else None
    return show(
        "dead_letters.html", found=found, next_page=next_page, reason=reason, reasons=REASONS, queued=number("queued"),
        refused=_refused(),
    )  # fmt: skip


@page("/dead-letters/resend", role=Role.OPERATOR, method="POST")
def resend() -> AnyResponse:
    """The one whose button was pressed, else all that are ticked; each by itself."""
    desk, told, who = the_desk(), circumstances(), me()
    one = number("one")
    wanted = [one] if one is not None else [int(each) for each in request.form.getlist("id")[:PAGE] if _is_number(each)]
    queued, refused = 0, []
    for outbox_id in dict.fromkeys(wanted):
        came = desk.database.transact(lambda session, n=outbox_id: sent_again(session, n, who, told))  # type: ignore[misc]
        if isinstance(came, Obsolete):
            refused.append(f"{outbox_id}.{came}")
        else:
            queued += 1
    if not wanted:
        return go("dead_letters_listed", "empty", reason=_reason())
    desk.wake.ring()
    return go("dead_letters_listed", reason=_reason(), queued=queued, refused="~".join(refused) or None)


def _reason() -> SendFailure | None:
    asked = request.values.get("reason", "")
    return next((one for one in SendFailure if one == asked), None)


def _refused() -> list[tuple[int, str]]:
    """The texts that were not sent again, and why."""
    found = []
    for one in request.args.get("refused", "").split("~")[:PAGE]:
        said, _, why = one.partition(".")
        if _is_number(said) and why in set(Obsolete):
            found.append((int(said), REFUSALS[Obsolete(why)]))
    return found


def _is_number(said: str) -> bool:
    return said.isascii() and said.isdigit() and len(said) < 16
