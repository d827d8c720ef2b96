"""What is done outside of the database once a transaction has ended: after its commit, or because there was none."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from models.kept import KeepingSession

Deed = Callable[[], None]
_WAITING, _BROKE = "waiting for the end", "broke at the end"


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
    the whole. What one raises keeps no other from being done: the transaction has ended by then, and cannot fail any
    more. Raises TypeError for a session of whoever opens transactions themselves, and would not tell of their end."""
    if not isinstance(session, KeepingSession):
        raise TypeError("nobody would tell of its end")
    session.info.setdefault(_WAITING, []).append(_Waiting(session.get_nested_transaction(), committed, undone))


@event.listens_for(KeepingSession, "after_soft_rollback")
def _rolled_back(session: Session, transaction: SessionTransaction) -> None:
    if waiting := session.info.get(_WAITING):
        session.info[_WAITING] = [one for one in waiting if not one.is_within(transaction)]
        _do(session, [one.undone for one in waiting if one.is_within(transaction)])


def ended(session: KeepingSession, *, is_committed: bool) -> Sequence[Exception]:
    """For whoever has opened its transaction, once that is over. What broke comes back, for the log: it is no reason to
    take what is committed for failed."""
    info = session.info
    if waiting := info.pop(_WAITING, None):
        _do(session, [one.committed if is_committed else one.undone for one in waiting])
    broke: Sequence[Exception] = info.pop(_BROKE, ())
    return broke


def _do(session: Session, deeds: Iterable[Deed]) -> None:
    for deed in deeds:
        try:
            deed()
        except Exception as error:  # noqa: BLE001 - told by whoever has opened the transaction
            session.info.setdefault(_BROKE, []).append(error)
