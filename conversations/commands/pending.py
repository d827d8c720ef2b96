"""PENDING: what waits for an answer, oldest first."""

from conversations.commands.base import Command, Listing
from conversations.commands.requests import requests
from conversations.commands.series import pending_line
from conversations.facts import Facts
from conversations.replies import Reply, Value, say
from conversations.series import SeriesView


def show(_rest: str, facts: Facts) -> Listing:
    lines = []
    for found in requests(facts):
        if isinstance(found, SeriesView):
            lines.append(pending_line(found))
            continue
        values: dict[str, Value] = {
            "id": found.id,
            "client": found.client,
            "service": found.service,
            "when": found.start,
        }
        if found.proposed is None:
            lines.append(Reply("pending_line", values))
        else:
            key = "pending_line_move" if found.proposed_by_client else "pending_line_proposed"
            lines.append(Reply(key, {**values, "proposed": found.proposed}))
    return Listing(say("pending", count=len(lines)), tuple(lines)) if lines else Listing(say("command_none_pending"))


COMMAND = Command("PENDING", "PENDING", show=show, takes_words=False)
