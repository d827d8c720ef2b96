"""A client needs a person: the operators on duty are told, once a matter, by text or else by email."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.replies import Reply, say
from conversations.rules.routes import EMAIL, SIMULATOR, coordinator_channel
from handlers.circumstances import Circumstances
from handlers.profile import Coordinator, Profile
from handlers.tell_coordinator import channel_to, text_coordinator
from models.alerts import Ways, on_duty, wanting_alert, wants_alert
from models.clients import client_by_id
from models.conversations import change_conversation, conversation_id_for, lock_conversation, opted_out


def alerts_due(session: Session, channels: Collection[str], now: datetime, limit: int) -> list[int]:
    """The conversations of which somebody on duty is to be told; none while nobody there can be."""
    is_texting = coordinator_channel("", "", list(channels), "") is not None
    return wanting_alert(session, now, limit, Ways(is_texting, EMAIL in channels, SIMULATOR in channels))


def operators_alerted(session: Session, conversation_id: int, circumstances: Circumstances) -> None:
    """Tell everybody on duty, unless another worker has. Where nobody can be told, the next to come on duty is."""
    conversation = lock_conversation(session, conversation_id)
    if not wants_alert(conversation, circumstances.now):
        return
    profile = circumstances.profiles.current(session)
    alert = say("operator_alert", client=_called(session, conversation), link=_link(conversation, circumstances))
    told: set[str] = set()
    for operator in on_duty(session):
        whom = _as_coordinator(operator, profile)
        channel = _way_to(session, whom, conversation, circumstances)
        address = whom.email if channel == EMAIL else whom.phone
        if channel is not None and address not in told:
            _tell(session, alert, whom, channel, circumstances, profile)
            told.add(address)
    if told:
        change_conversation(session, conversation_id, alerted_at=circumstances.now)


def _tell(
    session: Session, alert: Reply, whom: Coordinator, channel: str, circumstances: Circumstances, profile: Profile
) -> None:
    """The subject of an email is the alert without its link."""
    if channel != EMAIL:
        text_coordinator(session, alert, whom, channel, circumstances, profile)
        return
    from handlers.mailed import mail_coordinator

    subject, language = Reply(alert.key, {**alert.values, "link": ""}), whom.language or profile.business.language
    mail_coordinator(session, whom.email, subject, (alert,), language, circumstances, profile)


def _way_to(session: Session, whom: Coordinator, conversation: Row[Any], circumstances: Circumstances) -> str | None:
    """The channel of a text, where one reaches them and is wanted, else email; None for no way. Of a rehearsal, only
    the simulator's phones are told."""
    came_by, is_rehearsal = conversation.channel, conversation.channel == SIMULATOR
    has_email = bool(whom.email) and EMAIL in circumstances.channels and not is_rehearsal
    channel = channel_to(session, whom, circumstances, came_by)
    channel = channel or channel_to(session, replace(whom, channel=""), circumstances, came_by)
    if channel is None or channel not in circumstances.channels:
        return EMAIL if has_email else None
    room = conversation_id_for(session, channel, whom.phone, circumstances.now)
    return EMAIL if has_email and opted_out(session, room) else channel


def _as_coordinator(operator: Row[Any], profile: Profile) -> Coordinator:
    """Who is a coordinator too, by their phone, is told on that one's channel and in their language."""
    phone = operator.phone
    own = next((one for one in profile.coordinators if phone and one.phone == phone), None)
    own = own or Coordinator(operator.id, operator.name, phone, "", "", False, profile.business.zone)
    return replace(own, email=operator.email)


def _called(session: Session, conversation: Row[Any]) -> str:
    client = client_by_id(session, conversation.client_id)
    name = " ".join(client.name.split()) if client is not None else ""
    return name or str(conversation.address)


def _link(conversation: Row[Any], circumstances: Circumstances) -> str:
    """The conversation in the console; "" where the console has no address that a phone could open."""
    public_url = circumstances.profiles.overrides.public_url
    return f"{public_url}/console/c/{conversation.id}" if public_url else ""
