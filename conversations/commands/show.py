"""SHOW: one booking, whole."""

from conversations.booking import BookingView
from conversations.commands import series
from conversations.commands.base import Command, Outcome
from conversations.commands.changing import call_them
from conversations.facts import Facts
from conversations.flows.notices import client_line
from conversations.languages.render import render
from conversations.replies import Reply, say


def run(found: BookingView, _rest: str, facts: Facts) -> Outcome:
    decided: Reply | str = ""
    if found.decided_at is not None and found.decided_by:
        when = found.decided_at.astimezone(found.start.tzinfo)
        decided = say("show_decided", who=found.decided_by, when=when)
    proposed = render(say("near_moment", when=found.proposed), facts.language) if found.proposed else ""
    return Outcome(
        say(
            "show", id=found.id, status=say(f"status_{found.status}"), client=client_line(found), service=found.service,
            minutes=found.minutes, price=found.price, when=found.start, asked=found.preferred, proposed=proposed,
            staff=found.staff, note=found.note, staff_note=found.staff_note, email=found.email, decided=decided,
            reason=found.decline_reason or found.cancel_reason,
            texts=call_them(found.client, found.phone) if found.opted_out else "",
        )
    )  # fmt: skip


COMMAND = Command("SHOW", "SHOW 12", run, series.show, takes_words=False, answers_requests=True)
