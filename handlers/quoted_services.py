"""The services as one client is quoted them: what they read and what is written of it is the same price."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from conversations.business import Service
from conversations.rules.prices import quoted
from handlers.profile import Profile
from models.clients import client_by_id


def services_for(session: Session, profile: Profile, client_id: int | None, address: str = "") -> Sequence[Service]:
    """`address` is where somebody writes from who is no client yet."""
    if not profile.quotes_by_country:
        return profile.services
    client = client_by_id(session, client_id) if client_id is not None else None
    return quoted(profile.services, (client.phone or "") if client is not None else address)
