"""Texts that did not arrive: why, for whom, and sent again."""

from datetime import datetime

from pydantic import Field

from bot.api.endpoint import DESK, READERS, Call, endpoint
from bot.api.problems import Problem, missing
from bot.api.values import Output, Page, PageAsked, cursor, number_behind
from bot.commands.dead_letters import REFUSALS
from conversations.delivery import SendFailure
from conversations.rules.obsolete import Obsolete
from handlers.console.undelivered_shown import sent_again, undelivered_shown


class Listed(PageAsked):
    reason: SendFailure | None = None


class DeadLetter(Output):
    id: int
    conversation_id: int
    client_id: int | None
    booking_id: int | None
    to: str
    address: str
    channel: str
    kind: str
    subject: str = Field(description="of an email")
    body: str
    reason: SendFailure | None
    said: str = Field(description="the provider's own code and words")
    attempts: int
    at: datetime


class Queued(Output):
    id: int = Field(description="of the new text")


@endpoint("GET", "/api/dead-letters", READERS)
def listed(call: Call, query: Listed) -> Page[DeadLetter]:
    """What did not arrive, newest first."""
    found, last = undelivered_shown(call.session, query.reason, query.behind(number_behind), query.limit)
    items = [DeadLetter.model_validate(one) for one in found]
    return Page(items=items, next=cursor(last) if last is not None else None)


@endpoint("POST", "/api/dead-letters/{text_id}/resend", DESK, status=202)
def resend(call: Call, text_id: int) -> Queued:
    """Send one again, where that still makes sense."""
    came = sent_again(call.session, text_id, call.by.who, call.circumstances)
    if came is Obsolete.NOT_LOST:
        raise missing("text that did not arrive")
    if isinstance(came, Obsolete):
        raise Problem(409, came.value, f"It was not sent: {REFUSALS[came]}.")
    return Queued(id=came)
