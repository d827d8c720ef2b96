"""A trial of the whole path of a booking, of which nothing is kept."""

from pydantic import Field

from bot.api.endpoint import ADMINS, Call, Work, endpoint
from bot.api.values import Id, Input, Output
from bot.database import WEBHOOK_SECONDS
from conversations.booking import BookingStatus
from handlers.api.session_tried import session_tried


class Tried(Input):
    service_id: Id | None = Field(None, description="left out, one that opens an engagement, else any")


class TrialText(Output):
    to: str
    text: str


class Step(Output):
    """One step. The last one alone can be one that failed: what comes behind it is not tried."""

    step: str = Field(description="declined, requested, approved, paid, engagement, begun or completed")
    ok: bool
    what: str
    status: BookingStatus | None = Field(description="of the booking, after it")
    texts: list[TrialText] = Field(description="what would have been sent")


class Trial(Output):
    ok: bool
    kept: bool = False
    steps: list[Step]


@endpoint("GET", "/api/sessions/debug/test", ADMINS, work=Work.OWN, problems=(404,))
def trial(call: Call, query: Tried) -> Trial:
    """Run a made-up client's request through every step, in a transaction that is rolled back.

    Nothing is kept and nothing is sent; the time of the steps is set forward as they need it. One request is declined;
    another is approved where its policy wants that, paid where something is due, opens its engagement, is begun and
    completed."""
    told = call.circumstances
    found = call.desk.database.transact(
        lambda session: session_tried(session, query.service_id, call.once, call.by, told), within=WEBHOOK_SECONDS
    )
    steps = [
        Step(
            step=one.name, ok=one.ok, what=one.what, status=BookingStatus(one.status) if one.status else None,
            texts=[TrialText(to=to, text=text) for to, text in one.texts],
        )
        for one in found
    ]  # fmt: skip
    return Trial(ok=all(one.ok for one in steps), steps=steps)
