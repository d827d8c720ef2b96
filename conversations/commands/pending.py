"""PENDING: what waits for an answer, oldest first."""

from conversations.commands.base import Command
from conversations.facts import Facts
from conversations.replies import Reply, Value, say


def tell(_rest: str, facts: Facts) -> Reply:
    lines = []
    for found in facts.requests():
        values: dict[str, Value] = {
            "id": found.id,
            "client": found.client,
            "service": found.service,
            "when": found.start,
        }
        if found.proposed is None:
            lines.append(Reply("pending_line", values))
        else:
            lines.append(Reply("pending_line_proposed", {**values, "proposed": found.proposed}))
    return say("pending", count=len(lines), lines=tuple(lines)) if lines else say("command_none_pending")


COMMAND = Command("PENDING", "PENDING", tell=tell, takes_words=False)
