"""What clients agree to before something is booked for them, and what their booking keeps of it."""

from typing import Any

from sqlalchemy.orm import Session

from conversations.business import Service
from conversations.effects import AcceptAgreement
from handlers.circumstances import Circumstances
from models.agreements import accept, accepted

LONGEST_VERSION = 40


def accept_agreement(session: Session, effect: AcceptAgreement, client_id: int, circumstances: Circumstances) -> None:
    accept(session, client_id, effect.service_id, effect.version, circumstances.now)


def agreed(session: Session, service: Service, client_id: int) -> dict[str, Any]:
    """The columns of a booking of this service: of a visit of several, every version and the last of the moments;
    nothing where nothing was agreed to."""
    wanted = [(agreement.service_id, agreement.version) for agreement in service.agreements]
    if not wanted:
        return {}
    moments = accepted(session, client_id, {service_id for service_id, _ in wanted})
    found = {each: moments[each] for each in wanted if each in moments}
    if not found:
        return {}
    versions = "+".join(dict.fromkeys(version for _, version in found))
    return {"agreement_version": versions[:LONGEST_VERSION], "accepted_at": max(found.values())}
