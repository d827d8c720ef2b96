"""Somebody is forgotten, in the database and in the files beside it, whoever asks for it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial

from sqlalchemy.orm import Session

from bot.desk import Desk
from bot.logs import new_trace
from conversations.rules.marks import Marks
from handlers.circumstances import Circumstances
from handlers.person_forgotten import Forgetting, Verdict, call_off_what_lies_ahead, forget, forgetting
from models.belongings import InTheWay, belongings, marks_of
from models.claims import LostRace
from models.search_forgotten import begin_merging, merge_on

TRIES = 5
MOST_STEPS = 100_000
"""Of merging the search's index: more than any index takes."""
WHY_NOT: Mapping[Verdict, str] = {
    Verdict.MISSING: "There is no such client.",
    Verdict.BEFORE: "They were forgotten before: nothing of them is left.",
    Verdict.COLLEAGUE: (
        "Their number or address is that of somebody who works here: take it from the coordinators, the staff or the "
        "operators first."
    ),
}
"""What keeps somebody from being forgotten whatever is done about it."""


def would_forget(desk: Desk, client_id: int, *, looks: bool = True) -> Forgetting:
    """What it would do; with `looks` False not where else they are named, which takes long in a large database."""
    told = desk.circumstances(new_trace())
    return desk.database.read(lambda session: forgetting(session, client_id, told, looks=looks))


def cancel_ahead(desk: Desk, client_id: int, who: str) -> InTheWay:
    """Cancel what lies ahead of them; what that was."""
    told = desk.circumstances(new_trace())
    way = desk.database.transact(lambda session: call_off_what_lies_ahead(session, client_id, told, who))
    desk.wake.ring()
    return way


def forget_person(desk: Desk, client_id: int, *, who: str, operator_id: int | None) -> Forgetting:
    """Do it. Files go first and the database last, at once or not at all: where somebody dies in between, whoever does
    it again finds the person, and finishes it. Raises OSError where a file cannot be removed."""
    before = would_forget(desk, client_id)
    if before.verdict is Verdict.BEFORE:
        merge_search(desk)  # whoever was killed has left that
    if before.verdict is not Verdict.DONE:
        return before
    said = desk.database.read(lambda session: marks_of(session, belongings(session, before.client_id)))
    _forget_files(desk, before.addresses, said)
    told = desk.circumstances(new_trace())
    done = _once_they_stand_still(desk, partial(_forget, before=before, told=told, who=who, operator_id=operator_id))
    if done.verdict is Verdict.DONE:
        _forget_files(desk, before.addresses, said)  # what came meanwhile
        merge_search(desk)
        desk.database.write_back()
        desk.wake.ring()
    return done


def _once_they_stand_still(desk: Desk, deed: Callable[[Session], Forgetting]) -> Forgetting:
    for _ in range(TRIES):
        with suppress(LostRace):
            return desk.database.transact(deed)
    return desk.database.transact(deed)


def _forget(
    session: Session, *, before: Forgetting, told: Circumstances, who: str, operator_id: int | None
) -> Forgetting:
    return forget(session, before.client_id, before.found, told, who=who, operator_id=operator_id)


def merge_search(desk: Desk) -> None:
    """Let the search's index hold no word that no message holds, in steps between which others write."""
    desk.database.transact(begin_merging)
    for _ in range(MOST_STEPS):
        if not desk.database.transact(merge_on):
            return


def _forget_files(desk: Desk, addresses: Sequence[tuple[str, str]], said: Marks) -> None:
    """What waits in the journal, and imports given in the console that name them."""
    from bot.console.import_runs import Runs

    desk.journal.forget_person(addresses, lambda text: said.out_of(text, names=False) != text)
    runs = Runs(desk.settings.journal_dir.parent / "imports")
    for run in runs.all():
        is_named = any(said.out_of(line, names=True) != line for line in runs.lines(run.id))
        if is_named and not runs.drop(run.id):
            raise OSError(f"the import {run.id} names them and is being read: try again when that is over")


def in_the_way(way: InTheWay) -> list[str]:
    """What keeps somebody from being forgotten, and what to do about it."""
    said = (
        (way.bookings, "bookings lie ahead", "cancel them, or let --cancel do it"),
        (way.places, "places in waiting lines", "let them leave, or let --cancel do it"),
        (way.engagements, "engagements go on", "close them"),
        (way.payments, "payments are on their way", "wait for their end, or cancel them"),
        (way.refunds, "refunds are not done", "give the money back, and say so"),
    )
    return [f"{what} ({_numbers(numbers)}): {do}" for numbers, what, do in said if numbers]


def _numbers(numbers: Iterable[int]) -> str:
    return ", ".join(f"#{number}" for number in numbers)
