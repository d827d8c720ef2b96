"""Who was forgotten and had wanted no texts from us gets none either when they are met anew."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from handlers.circumstances import Circumstances
from models.consents import ConsentSource, consent_withdrawn


def heed_suppressions(
    session: Session,
    rooms: Mapping[int, tuple[str, str]],
    circumstances: Circumstances,
    *,
    is_anybody: bool | None = None,
) -> bool:
    """New conversations, by number: their channel and address. Until they text START, nothing goes there. Whether that
    is so of any. `is_anybody`: whether there is anybody like that at all, where that was asked before."""
    from models.suppressions import is_anybody_suppressed, suppressed  # only where somebody is new

    if circumstances.fingerprint is None or not rooms or is_anybody is False:
        return False
    if is_anybody is None and not is_anybody_suppressed(session):
        return False
    hashes = {number: circumstances.fingerprint(*where) for number, where in rooms.items()}
    silent = suppressed(session, set(hashes.values()))
    for number, fingerprint in hashes.items():
        if fingerprint in silent:
            consent_withdrawn(session, number, ConsentSource.BEFORE_FORGOTTEN, "", circumstances.now)
    return bool(silent)
