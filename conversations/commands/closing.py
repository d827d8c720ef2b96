"""CLOSE and REOPEN: an engagement is called off, or goes on again."""

from conversations.commands.base import Command, Outcome
from conversations.commands.engaged import ONLY_BEFORE_REF, about, engagement_in
from conversations.engagements.effects import CloseEngagement, ReopenEngagement
from conversations.engagements.states import EngagementStatus
from conversations.engagements.views import EngagementView
from conversations.facts import Facts
from conversations.replies import Reply, say


def preview(found: EngagementView, reason: str, _facts: Facts) -> Outcome:
    open_ones = sum(not one.completed for one in found.milestones)
    reply = say("engagement_close_preview", ref=found.ref, name=found.name, count=open_ones, reason=reason)
    return Outcome(reply, on_yes=f"{CLOSE.word} {found.ref} {reason}".strip())


def close(found: EngagementView, reason: str, _facts: Facts) -> Outcome:
    reply = say("engagement_closed_now", ref=found.ref, name=found.name)
    return Outcome(reply, (CloseEngagement(found.id, found.version, reason),))


def reopen(rest: str, facts: Facts) -> Outcome:
    found, _ = engagement_in(rest, facts)
    if found is None:
        return Outcome(say("engagement_needs_ref", example=REOPEN.example))
    if isinstance(found, Reply):
        return Outcome(found)
    if found.status is not EngagementStatus.CLOSED:
        return Outcome(say("engagement_goes_on", ref=found.ref, name=found.name))
    reply = say("engagement_reopened", ref=found.ref, name=found.name)
    return Outcome(reply, (ReopenEngagement(found.id, found.version),))


_EXAMPLE = "CLOSE W4 called off"
CLOSE = Command(
    "CLOSE", _EXAMPLE, act=about(preview, _EXAMPLE, needs_words=False),
    on_yes=about(close, _EXAMPLE, needs_words=False), only_before=ONLY_BEFORE_REF,
)  # fmt: skip
REOPEN = Command("REOPEN", "REOPEN W4", act=reopen, only_before=ONLY_BEFORE_REF)
