"""Takes in what waits in the journal, in order, when the database is back."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.database import DatabaseAway, SchemaState, schema_of
from bot.desk import Desk
from bot.journal_entry import Entry
from bot.lines import About
from bot.logs import log, new_trace
from conversations.messages import Inbound
from handlers.at_once import no_room
from handlers.delivery_reported import delivery_reported
from models.kept import write_down

AT_ONCE = 100
"""Entries in one transaction."""
LOOK_SECONDS = 1.0

Kept = tuple[Path, Entry]


def drain(desk: Desk) -> int:
    """Store everything that the journal holds; how many entries that was. The turns of the messages are due then, one
    for each. An entry's file goes when the database has committed it. Raises DatabaseAway."""
    if not desk.journal.size():
        return 0
    with desk.journal.draining() as is_ours:
        if not is_ours or desk.database.read(schema_of) is not SchemaState.CURRENT:
            return 0
        count = 0
        entries = desk.journal.entries()
        while batch := list(islice(entries, AT_ONCE)):
            _take_in(desk, batch)
            count += len(batch)
        desk.journal.tidy()
    log.info("journal_drained", entries=count)
    return count


def drain_beside(desk: Desk) -> None:
    """Drain the journal of this process's machine whenever there is something to drain, in a thread of its own."""
    threading.Thread(target=_drain_always, args=(desk,), name="drain", daemon=True).start()


def _drain_always(desk: Desk) -> None:
    pause = threading.Event()
    while not pause.wait(LOOK_SECONDS):
        try:
            drain(desk)
        except DatabaseAway:  # which the log has said
            continue
        except Exception:  # noqa: BLE001 - a loop: it goes on
            log.exception("drain_broke")


def _take_in(desk: Desk, batch: Sequence[Kept]) -> None:
    """A batch, or, where one of it breaks, each by itself."""
    try:
        desk.database.transact(lambda session: _store(session, desk, batch))
    except DatabaseAway:
        raise
    except Exception as error:  # noqa: BLE001 - one that breaks does not keep the others waiting
        if len(batch) > 1:
            for kept in batch:
                _take_in(desk, [kept])
            return
        ((path, entry),) = batch
        with About(trace=entry.trace):
            log.exception("journal_entry_broke")
            desk.journal.set_aside(path, type(error).__name__)
        return
    desk.wake.ring()
    for path, _ in batch:
        desk.journal.forget(path)


def _store(session: Session, desk: Desk, batch: Sequence[Kept]) -> None:
    """Whoever wants no more texts, or texts again, has their turns at once, before what others have said."""
    from handlers.messages_kept import Came, messages_kept

    circumstances, came = desk.circumstances(new_trace()), []
    for _, entry in batch:
        at = min(entry.at, circumstances.now)  # a clock may have been set back
        if isinstance(entry.happened, Inbound):
            came.append(Came(entry.happened, at, entry.trace))
        else:
            delivery_reported(session, entry.happened, replace(circumstances, now=at, trace=entry.trace))
    opting = messages_kept(session, came, circumstances)
    for conversation_id, trace in opting.items():
        _take_turns(session, desk, conversation_id, trace)


def _take_turns(session: Session, desk: Desk, conversation_id: int, trace: str) -> None:
    """Nothing leaves at once: a later text of the same batch may be their STOP."""
    from handlers.message_received import turn_due

    with About(trace=trace, conversation=conversation_id):
        try:
            with session.begin_nested():
                while turn_due(session, conversation_id, replace(desk.circumstances(trace), room_for=no_room)):
                    pass
                write_down(session)  # here, where what cannot be written takes back these turns and no others
        except DBAPIError:
            raise
        except Exception:  # noqa: BLE001 - the schedule takes these turns again, and closes what breaks
            log.exception("turn_left_to_the_schedule")
