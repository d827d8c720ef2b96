"""Who writes: their conversation, locked, with what a turn asks first of all; who is new is made known."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.messages import Inbound
from handlers.circumstances import Circumstances
from handlers.loop_silenced import since_when
from handlers.profile import Profile
from handlers.suppressed import heed_suppressions
from models.clients import client_for, client_met
from models.consents import first_consent
from models.conversations import begun_conversation, change_conversation, conversation_of, lock_conversation
from models.first_look import FirstLook, first_look, first_look_at_stranger

Met = tuple[Row[Any], FirstLook, Profile]
"""Their conversation, what was asked about it, and the business that they wrote to."""


def sender_met(session: Session, inbound: Inbound, circumstances: Circumstances) -> Met:
    """The conversation in which this message comes, made if need be, LOCKED until the transaction ends. Raises
    NoBusiness."""
    conversation = conversation_of(session, inbound.channel, inbound.address)
    if conversation is None:
        return _stranger_met(session, inbound, circumstances)
    return _met(session, conversation, inbound, circumstances)


def _met(session: Session, conversation: Row[Any], inbound: Inbound, circumstances: Circumstances) -> Met:
    since = since_when(conversation, circumstances.now)
    look = first_look(session, conversation, inbound.channel, inbound.provider_id, since, circumstances.now)
    return conversation, look, circumstances.profiles.current(session)


def _stranger_met(session: Session, inbound: Inbound, circumstances: Circumstances) -> Met:
    """Somebody whose phone we see is a client at once, unless they are a coordinator: their conversation is written
    with who they are. A reaction makes nobody known; who has no phone is no client without a conversation."""
    look = first_look_at_stranger(session, inbound.channel, inbound.provider_id)
    profile, now = circumstances.profiles.current(session), circumstances.now
    is_client = profile.coordinator_at(inbound.channel, inbound.address) is None
    client_id, name = None, None
    if is_client and inbound.phone is not None and not inbound.is_reaction and not look.is_known:
        client_id, name = client_met(session, inbound.phone, inbound.profile_name, now)
    is_new, conversation = begun_conversation(session, inbound.channel, inbound.address, now, client_id)
    if not is_new:  # somebody else was faster
        return _met(session, conversation, inbound, circumstances)
    if client_id is not None:
        conversation = _written_first(session, conversation, look.is_anybody_suppressed, circumstances)
    return conversation, replace(look, client_name=name), profile


def introduced(session: Session, met: Met, inbound: Inbound, circumstances: Circumstances) -> Met:
    """A first message of somebody whose conversation there was: know the person behind it, unless they are a
    coordinator."""
    conversation, look, profile = met
    now = circumstances.now
    if conversation.client_id is not None or profile.coordinator_in(conversation) is not None:
        return met
    client_id = client_for(session, inbound.phone, inbound.profile_name, now)
    change_conversation(session, conversation.id, client_id=client_id, opted_out_at=None)
    _written_first(session, conversation, look.is_anybody_suppressed, circumstances)
    return lock_conversation(session, conversation.id), replace(look, client_name=None, is_booked=None), profile


def _written_first(
    session: Session, conversation: Row[Any], is_anybody: bool | None, circumstances: Circumstances
) -> Row[Any]:
    """They wrote to us before we ever wrote to them; but who was forgotten and wanted no texts is left in peace."""
    now: datetime = circumstances.now
    first_consent(session, conversation.id, now)
    room = {int(conversation.id): (str(conversation.channel), str(conversation.address))}
    if heed_suppressions(session, room, circumstances, is_anybody=is_anybody):
        return lock_conversation(session, conversation.id)
    return conversation
