"""A provider reports what became of a message: recorded by rank, whatever the order the reports come in."""

from sqlalchemy.orm import Session

from conversations.delivery import Delivery
from conversations.messages import StatusReport
from handlers.circumstances import Circumstances
from handlers.outbox import message_lost
from models.claims import AT_ONCE
from models.outbox import outbox_by_id, outbox_by_provider_id, record_report
from models.waitlist_looks import look_for_text


def delivery_reported(session: Session, report: StatusReport, circumstances: Circumstances) -> str | None:
    """The trace of the message that the report is about, or None where it is none of ours. A report that says less than
    what is known already changes nothing."""
    row = outbox_by_id(session, report.outbox_id) if report.outbox_id is not None else None
    if row is None or row.channel != report.channel:
        row = outbox_by_provider_id(session, report.channel, report.provider_id)
    if row is None:
        return None
    known = Delivery(row.status)
    if report.status.rank > known.rank or (known is Delivery.DEAD and report.status.rank >= Delivery.SENT.rank):
        # A report that carries our number proves that an interrupted send got through: nobody sends it again.
        record_report(
            session, row.id, status=report.status, provider_id=row.provider_id or report.provider_id or None,
            sent_at=row.sent_at or circumstances.now, leased_until=None, uncertain=False, failure=report.failure,
            failure_code=report.code[:40], reported_at=circumstances.now,
        )  # fmt: skip
        if known.rank < Delivery.DELIVERED.rank <= report.status.rank or report.failure is not None:
            look_for_text(session, row.id, AT_ONCE)
        if report.failure is not None:
            message_lost(session, row.id, report.failure, circumstances.now)
    return str(row.trace)
