"""Who calls the API: whose token it is, what they may do, and whose things they see."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from handlers.console.signed_in import Who
from models.api import token_by_hash, token_used
from models.operators import Role

TOUCHED = timedelta(minutes=5)
"""How exactly we know when a token was used last."""


class Party(StrEnum):
    """What a caller is to the business."""

    CLIENT = "client"
    STAFF = "staff"
    """A staff member, or their program: what is theirs alone."""
    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Caller:
    """One token's owner. `scopes` narrow what their role may; none at all narrow nothing."""

    token_id: int
    party: Party
    name: str
    login: str = ""
    operator_id: int | None = None
    client_id: int | None = None
    staff_id: int | None = None
    scopes: frozenset[str] = frozenset()

    @property
    def is_client(self) -> bool:
        return self.party is Party.CLIENT

    @property
    def sees_own_only(self) -> bool:
        """Whether only what is theirs is there for them."""
        return self.party in (Party.CLIENT, Party.STAFF)

    def may_see(self, *, client_id: int | None, staff_id: int | None) -> bool:
        """Whether what is of this client and this staff member is theirs to see."""
        match self.party:
            case Party.CLIENT:
                return client_id is not None and client_id == self.client_id
            case Party.STAFF:
                return staff_id is not None and staff_id == self.staff_id
            case _:
                return True

    @property
    def who(self) -> Who:
        """The operator whose token it is, as the console's deeds know them; never asked of a client's."""
        assert self.operator_id is not None
        return Who(self.operator_id, self.name, self.login, Role(self.party), self.staff_id, 0, has_totp=False)


def who_calls(session: Session, token_hash: str, now: datetime) -> tuple[Caller, bool] | None:
    """Whose token this is, and whether it is time to write down that it was used; None where it opens nothing: unknown,
    over, revoked, or of somebody who may not sign in any more."""
    row = token_by_hash(session, token_hash)
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return None
    is_stale = row.last_used_at is None or now - row.last_used_at > TOUCHED
    scopes = frozenset(row.scopes)
    if row.operator_id is None:
        return Caller(row.id, Party.CLIENT, "", client_id=row.client_id, scopes=scopes), is_stale
    if not row.is_active or (row.staff_id is not None and not row.is_working):
        return None
    caller = Caller(
        row.id, Party(row.role), row.operator_name, row.operator_login, operator_id=row.operator_id,
        staff_id=row.staff_id, scopes=scopes,
    )  # fmt: skip
    return caller, is_stale


def was_used(session: Session, token_id: int, now: datetime) -> None:
    token_used(session, token_id, now)
