"""Tokens of programs: made, listed and revoked by an admin."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from bot.api.endpoint import ADMINS, ENDPOINTS, Call, endpoint
from bot.api.problems import Problem, missing
from bot.api.values import Id, Input, Output, Page, PageAsked, Text, cursor, number_behind
from bot.console.secrets import new_token, token_hash
from handlers.api.tokens_kept import NoSuchStaff, make_token, token_revoked
from models.api import tokens_of_operators
from models.operators import Role

Scope = Annotated[str, Field(pattern=r"^[a-z-]{1,30}:(read|write)$")]


class NewToken(Input):
    """A program, and what it may."""

    name: Annotated[Text, Field(min_length=1, max_length=80)]
    role: Role
    staff_id: Id | None = Field(None, description="with the role staff: whose things it sees")
    scopes: list[Scope] = Field([], max_length=60, description="none: whatever the role may")
    days: int | None = Field(None, ge=1, le=3650, description="how long it works; left out, until it is revoked")


class Token(Output):
    id: int
    name: str
    role: Role
    staff_id: int | None
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class MadeToken(Output):
    id: int
    token: str = Field(description="shown once")


@endpoint("GET", "/api/tokens", ADMINS)
def listed(call: Call, query: PageAsked) -> Page[Token]:
    """Tokens of programs, newest first."""
    rows = tokens_of_operators(call.session, query.behind(number_behind), query.limit + 1)
    items = [Token.model_validate(row) for row in rows[: query.limit]]
    return Page(items=items, next=cursor(items[-1].id) if len(rows) > query.limit else None)


@endpoint("POST", "/api/tokens", ADMINS, status=201, is_secret=True)
def make(call: Call, body: NewToken) -> MadeToken:
    """Make a token. It is shown this once."""
    known = {one.scope for one in ENDPOINTS}
    if unknown := [scope for scope in body.scopes if scope not in known]:
        raise Problem(422, "no_such_scope", f"There is no scope {unknown[0]}.")
    if call.by.scopes and not (body.scopes and call.by.scopes.issuperset(body.scopes)):
        raise Problem(403, "out_of_scope", "A token that is narrowed makes none that reaches further.")
    token = new_token()
    try:
        token_id = make_token(
            call.session, name=body.name, role=body.role, staff_id=body.staff_id, scopes=sorted(set(body.scopes)),
            lasts=timedelta(days=body.days) if body.days is not None else None, token_hash=token_hash(token),
            by=call.by.operator_id, now=call.circumstances.now,
        )  # fmt: skip
    except NoSuchStaff:
        raise Problem(422, "no_such_staff", "Name a staff member with the role staff, and with no other.") from None
    return MadeToken(id=token_id, token=token)


@endpoint("DELETE", "/api/tokens/{token_id}", ADMINS, status=204)
def revoke(call: Call, token_id: int) -> None:
    """Let it open nothing any more."""
    if not token_revoked(call.session, token_id, call.by.operator_id, call.circumstances.now):
        raise missing("token that still works")
