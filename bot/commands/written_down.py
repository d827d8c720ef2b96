"""What is done on the command line, in the audit log: whoever may type there is not known by a number."""

from bot.clock import Clock
from bot.database import Database
from models.audit import COMMAND_LINE, audit


def written_down(database: Database, action: str, subject: str = "", words: str = "") -> None:
    """Write down a deed that is done. Raises DatabaseAway."""
    now = Clock().now()
    database.transact(
        lambda session: audit(
            session, at=now, operator_id=None, who=COMMAND_LINE, action=action, subject=subject, words=words
        )
    )
