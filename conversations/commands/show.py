"""SHOW: one booking, whole."""

from conversations.booking import BookingView
from conversations.commands import series
from conversations.commands.base import Command, Outcome
from conversations.commands.changing import call_them
from conversations.facts import Facts
from conversations.flows.notices import client_line, meeting_lines
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
            reason=found.decline_reason or found.cancel_reason, meeting=_meeting(found), call=_call(found),
            agreement=_agreement(found), intake=_intake(found),
            texts=call_them(found.client, found.phone) if found.opted_out else "",
        )
    )  # fmt: skip


def _meeting(found: BookingView) -> Reply | str:
    """Where it is held over video, or that no link is known."""
    return say("show_no_link", id=found.id) if found.is_video and found.meeting is None else meeting_lines(found)


def _call(found: BookingView) -> Reply | str:
    """When its call began, and how long it took."""
    if found.call_started is None:
        return ""
    if found.call_minutes is None:
        return say("show_call_begun", at=found.call_started.time())
    return say("show_call", at=found.call_started.time(), minutes=found.call_minutes)


def _agreement(found: BookingView) -> Reply | str:
    """What the client agreed to before, and when."""
    if found.agreed_at is None:
        return ""
    return say("show_agreement", version=found.agreement_version, when=found.agreed_at)


def _intake(found: BookingView) -> Reply | str:
    """How many questions of its intake are answered; not what was."""
    return say("show_intake", answered=found.answered, all=found.questions) if found.questions else ""


COMMAND = Command("SHOW", "SHOW 12", run, series.show, takes_words=False, answers_requests=True)
