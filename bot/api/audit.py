"""The audit log: who did what, and to what."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from bot.api.endpoint import ADMINS, Call, endpoint
from bot.api.values import Id, Output, Page, PageAsked, Text, cursor, number_behind
from models.audit_found import entries_found


class Listed(PageAsked):
    operator_id: Id | None = Field(None, description="what one operator did, or a program")
    subject: Annotated[Text, Field(max_length=60)] = Field("", description='what was done to it: "booking 12"')


class Entry(Output):
    id: int
    at: datetime
    operator_id: int | None
    who: str
    name: str = Field(description="the operator's, by now")
    action: str
    subject: str
    words: str
    source: str


@endpoint("GET", "/api/audit", ADMINS)
def listed(call: Call, query: Listed) -> Page[Entry]:
    """What was done, newest first."""
    behind = query.behind(number_behind)
    rows = entries_found(call.session, query.operator_id, query.subject, behind, query.limit + 1)
    items = [Entry.model_validate(row) for row in rows[: query.limit]]
    return Page(items=items, next=cursor(items[-1].id) if len(rows) > query.limit else None)
