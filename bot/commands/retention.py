"""`retention`: for how long the words of texts are kept, and how much is still to be emptied; it changes nothing."""

import argparse

from sqlalchemy.orm import Session

from bot.commands.opening import ready_desk
from handlers.transcripts_expired import kept_since, would_expire


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    pass


def run(_arguments: argparse.Namespace) -> int:
    desk = ready_desk()
    now = desk.clock.now()

    def look(session: Session) -> tuple[str, dict[str, int]]:
        since = kept_since(session, now)
        return (f"{since:%d %B %Y}" if since is not None else ""), dict(would_expire(session, now))

    since, many = desk.database.read(look)
    desk.database.dispose()
    if not since:
        print("The words of texts are kept for ever (transcript_months = 0).")
        return 0
    print(f"The words of texts from before {since} are emptied by a running worker, some hundred at a time.")
    for name, rows in many.items():
        print(f"  {name.replace('_', ' ')}: {rows or 'none'} to go")
    return 0
