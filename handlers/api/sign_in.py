"""A client signs in by a code that is texted to their phone. Nobody learns which numbers are known."""

import hmac
from datetime import datetime, timedelta
from enum import StrEnum

import phonenumbers
from sqlalchemy.orm import Session

from conversations.languages import known
from conversations.replies import say
from conversations.rules.routes import coordinator_channel
from handlers.circumstances import Circumstances
from handlers.enqueue import enqueue
from handlers.suppressed import heed_suppressions
from models.api import add_code, add_token, change_code, codes_since, texted_since
from models.business import lock_business
from models.clients import client_for, is_phone_known
from models.conversations import (
    change_conversation,
    conversation_for,
    last_channel_of,
    lock_conversation,
    rooms_of,
)
from models.messages import hide, newest_message

WORKS, LASTS = timedelta(minutes=10), timedelta(hours=12)
"""For how long a code works, and a token that it gave."""
TRIES = 5
MOST = ((3, timedelta(minutes=15)), (10, timedelta(days=1)))
"""Codes for one number in such a time."""
MOST_TEXTED = 200, timedelta(hours=1)
"""Codes in all: beyond, somebody plays with us at our cost."""


class Asked(StrEnum):
    TAKEN_IN = "taken_in"
    TOO_MANY = "too_many"
    """Codes for this number, known to us or not."""


def code_asked(
    session: Session, phone: str, phone_hash: str, code: str, code_hash: str, circumstances: Circumstances
) -> Asked:
    """Text the code to this number, if it is a client's, or one of the business's own country."""
    now = circumstances.now
    lock_business(session)  # of many at once each counts those before it
    asked = codes_since(session, phone_hash, now - MOST[-1][1])
    if any(sum(row.created_at > now - time for row in asked) >= most for most, time in MOST):
        return Asked.TOO_MANY
    channel = _channel(session, phone, circumstances)
    is_flood = texted_since(session, now - MOST_TEXTED[1]) >= MOST_TEXTED[0]
    is_texted = channel is not None and not is_flood and _texted(session, phone, channel, code, circumstances)
    add_code(
        session, phone_hash=phone_hash, code_hash=code_hash if is_texted else "", created_at=now, expires_at=now + WORKS
    )
    return Asked.TAKEN_IN


def signed_in(
    session: Session, phone: str, phone_hash: str, code_hash: str, token_hash: str, now: datetime
) -> datetime | None:
    """Until when the token of this hash now works; None for a code that is wrong, over, used, or tried too often. A
    wrong one counts."""
    newest = next(iter(codes_since(session, phone_hash, now - WORKS)), None)
    if newest is None or newest.used_at is not None or newest.expires_at <= now or newest.tries >= TRIES:
        return None
    change_code(session, newest.id, tries=newest.tries + 1)
    if not newest.code_hash or not hmac.compare_digest(newest.code_hash, code_hash):
        return None
    change_code(session, newest.id, used_at=now)
    client_id = client_for(session, phone, "", now)
    add_token(session, token_hash=token_hash, client_id=client_id, scopes=[], created_at=now, expires_at=now + LASTS)
    return now + LASTS


def _channel(session: Session, phone: str, circumstances: Circumstances) -> str | None:
    """By which a code goes; None for a number that we text nothing: a stranger's of another country would be at our
    cost."""
    profile = circumstances.profiles.current(session)
    if not is_phone_known(session, phone) and not is_of_region(phone, profile.business.region):
        return None
    last = last_channel_of(rooms_of(session, phone, circumstances.channels))
    return coordinator_channel("", last, list(circumstances.channels), "")


def _texted(session: Session, phone: str, channel: str, code: str, circumstances: Circumstances) -> bool:
    """Whether they take our texts. What was said is left out of the transcript."""
    profile = circumstances.profiles.current(session)
    room = conversation_for(session, channel, phone, circumstances.now)
    if room.client_id is None:
        heed_suppressions(session, {int(room.id): (channel, phone)}, circumstances)
        room = lock_conversation(session, room.id)
    if room.opted_out_at is not None or room.is_blocked or profile.coordinator_in(room) is not None:
        return False
    if room.client_id is None:
        change_conversation(session, room.id, client_id=client_for(session, phone, "", circumstances.now))
    reply = say("sign_in_code", business=profile.business.name, code=code, minutes=int(WORKS.total_seconds() // 60))
    enqueue(
        session, circumstances, (reply,), language=known(room.language or profile.business.language),
        conversation_id=room.id, channel=channel, address=phone,
    )  # fmt: skip
    hide(session, [newest_message(session, room.id)])
    return True


def is_of_region(phone: str, region: str) -> bool:
    """Whether it is a number of this country."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:  # no country begins so
        return False
    return bool(region) and phonenumbers.is_valid_number_for_region(number, region)
