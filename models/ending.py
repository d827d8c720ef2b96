"""What is done outside of the database once a transaction has ended: after its commit, or because there was none."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from models.kept import KeepingSession

Deed = Callable[[], None]
_WAITING = "waiting for the end"


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Two deeds, of which one is done, and the savepoint in which that was asked for."""

    within: SessionTransaction | None
    committed: Deed
    undone: Deed

    def is_within(self, transaction: SessionTransaction) -> bool:
        own = self.within
        while own is not None and own is not transaction:
            own = own.parent
        return own is transaction


def at_the_end(session: Session, *, committed: Deed, undone: Deed) -> None:
    """Do one of these when what is done here is committed for good, or is not: rolled back with its savepoint, or with
    the whole. Neither may raise: the transaction has ended by then, and cannot fail any more. Raises TypeError for a
    session of whoever opens transactions themselves, and would not tell of their end."""
    if not isinstance(session, KeepingSession):
        raise TypeError("nobody would tell of its end")
    session.info.setdefault(_WAITING, []).append(_Waiting(session.get_nested_transaction(), committed, undone))


@event.listens_for(KeepingSession, "after_soft_rollback")
def _rolled_back(session: Session, transaction: SessionTransaction) -> None:
    if waiting := session.info.get(_WAITING):
        session.info[_WAITING] = [one for one in waiting if not one.is_within(transaction)]
        for one in waiting:
            if one.is_within(transaction):
                one.undone()


def ended(session: KeepingSession, *, is_committed: bool) -> None:
    """For whoever has opened its transaction, once that is over."""
    for one in session.info.pop(_WAITING, ()):
        (one.committed if is_committed else one.undone)()
