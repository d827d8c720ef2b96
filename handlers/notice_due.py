"""Something was to be said of our own accord, and its time has come."""

from typing import assert_never

from sqlalchemy.orm import Session

from handlers import reminders, unanswered
from handlers.circumstances import Circumstances
from models.scheduled_notices import NoticeKind, take_notice


def notice_due(session: Session, notice_id: int, circumstances: Circumstances) -> None:
    """Say it, once, unless it is stale. One that another worker has taken is left to it."""
    notice = take_notice(session, notice_id, circumstances.now)
    if notice is None:
        return
    match NoticeKind(notice.kind):
        case NoticeKind.STILL_WAITING:
            unanswered.still_waiting(session, notice, circumstances)
        case NoticeKind.BACKUP:
            unanswered.ask_backup(session, notice, circumstances)
        case NoticeKind.UPCOMING:
            reminders.upcoming(session, notice, circumstances)
        case NoticeKind.UNCONFIRMED:
            reminders.unconfirmed(session, notice, circumstances)
        case NoticeKind.REVIEW:
            reminders.visited(session, notice, circumstances)
        case NoticeKind.NO_SHOW:
            reminders.missed(session, notice, circumstances)
        case NoticeKind.PAYMENT_DUE:
            reminders.to_be_paid(session, notice, circumstances)
        case NoticeKind.DIGEST | NoticeKind.SUMMARY:
            raise ValueError(f"{notice.kind}: never planned, but said and put on record (handlers/daily.py)")
        case unknown:
            assert_never(unknown)
