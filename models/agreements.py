"""What clients have agreed to: the agreement of which service, in which version, and when. Rows are only added."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Column, UniqueConstraint, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Moment, key, link, table
from models.insert import insert_unless_there


class AgreementAccepted(SQLModel, table=True):
    """One client's word to one version of one service's agreement."""

    __tablename__ = "agreements_accepted"
    __table_args__ = (UniqueConstraint("client_id", "service_id", "version"),)
    id: int | None = Field(default=None, sa_column=key())
    client_id: int = Field(sa_column=link("clients.id"))
    service_id: int = Field(sa_column=link("services.id"))
    version: str = Field(max_length=40)
    accepted_at: datetime = Field(sa_column=Column(Moment, nullable=False))


agreements_accepted = table(AgreementAccepted)


def accept(session: Session, client_id: int, service_id: int, version: str, now: datetime) -> None:
    """Whoever agreed to it before did so then."""
    values = {"client_id": client_id, "service_id": service_id, "version": version, "accepted_at": now}
    insert_unless_there(session, agreements_accepted, values)


def accepted(session: Session, client_id: int, service_ids: Iterable[int]) -> dict[tuple[int, str], datetime]:
    """When this client agreed to which versions (service and version) of the agreements of these services."""
    mine = agreements_accepted.c.client_id == client_id, agreements_accepted.c.service_id.in_(list(service_ids))
    rows = session.execute(select(agreements_accepted).where(*mine))
    return {(row.service_id, row.version): row.accepted_at for row in rows}
