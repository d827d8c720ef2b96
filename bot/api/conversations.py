"""Conversations: the inbox, one of them, its messages, and what operators do in it."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from bot.api.conversations_written import Conversation, Found, Message, ShortConversation, message, short
from bot.api.endpoint import DESK, READERS, Call, endpoint
from bot.api.payments import OFFICE
from bot.api.problems import Problem, missing
from bot.api.values import Id, Input, Moment, Output, Page, PageAsked, Text, cursor, moment_behind, number_behind
from conversations.dialogue import State
from handlers.console import stepped_in
from handlers.console.inbox_listed import inbox_rows, lines_of, search
from handlers.console.stepped_in import Outcome
from handlers.console.thread_shown import head_of, said
from handlers.message_received import LONGEST
from models.conversations import lock_conversation
from models.inbox import notes_page
from models.inbox_listing import Led, Place, Wanted, thread, thread_after

_REFUSALS = {
    Outcome.OTHERS: (409, "Another operator talks with them."),
    Outcome.OPTED_OUT: (409, "They want no texts from us."),
    Outcome.EMPTY: (422, "There are no words in it."),
    Outcome.TOO_LONG: (422, f"It may have {LONGEST} characters."),
}
Label = Annotated[Text, Field(max_length=stepped_in.LONGEST_LABEL)]


class Listed(PageAsked):
    """Which conversations."""

    state: State | None = None
    channel: Annotated[Text, Field(max_length=20)] = ""
    staff_id: Id | None = Field(None, description="whose clients' they are")
    label: Label = ""
    since: Moment | None = Field(None, description="with a message then or later")
    until: Moment | None = Field(None, description="with none since")
    assigned_to: Id | None = None
    unassigned: bool = False
    needs_person: bool = False
    unread: bool = False
    taken: bool = Field(False, description="an operator talks with them")
    undelivered: bool = False
    team: bool = Field(False, description="the coordinators' own, which are in no other list")
    spam: bool = Field(False, description="those that are spam, which are in no other list")
    outcome: Led | None = Field(None, description="what they have led to")


class MessagesAsked(PageAsked):
    """Which messages; newest first, or with `after` oldest first."""

    after: Id | None = Field(None, description="those behind this message, the oldest first")


class Searched(PageAsked):
    q: Annotated[Text, Field(min_length=1, max_length=200)] = Field(description="words, the last may be only begun")


class Words(Input):
    text: Annotated[Text, Field(min_length=1, max_length=LONGEST)]


class Assignee(Input):
    operator_id: Id | None = Field(None, description="nobody where it is left out")


class Marks(Input):
    """What is left out stays as it is."""

    needs_person: bool | None = None
    unread: bool | None = None


class Spam(Input):
    is_spam: bool = True


class Note(Output):
    id: int
    who: str
    body: str
    at: datetime


@endpoint("GET", "/api/conversations", READERS)
def listed(call: Call, query: Listed) -> Page[ShortConversation]:
    """The inbox: who needs a person first, then by the last message."""
    now = call.circumstances.now
    wanted = Wanted(
        state=query.state, channel=query.channel, staff_id=query.staff_id, label=query.label.casefold(),
        since=query.since, until=query.until, assigned_to=query.assigned_to, unassigned=query.unassigned,
        needs_person=query.needs_person, unread=query.unread, taken=now if query.taken else None,
        undelivered=query.undelivered, team=query.team, blocked=query.spam, led=query.outcome,
    )  # fmt: skip
    rows = inbox_rows(call.session, wanted, query.behind(_place), query.limit)
    page = rows[: query.limit]
    last = page[-1] if len(rows) > query.limit else None
    behind = cursor(int(last.needs_person), last.last_message_at.isoformat(), last.id) if last is not None else None
    return Page(items=[short(line) for line in lines_of(call.session, page, now)], next=behind)


@endpoint("GET", "/api/conversations/{conversation_id}", READERS)
def one(call: Call, conversation_id: int) -> Conversation:
    """One conversation, and how it stands."""
    head = head_of(call.session, conversation_id, call.circumstances)
    if head is None:
        raise missing("conversation")
    return Conversation.model_validate(head)


def _lock(call: Call, conversation_id: int) -> None:
    one(call, conversation_id)
    lock_conversation(call.session, conversation_id)


@endpoint("GET", "/api/conversations/{conversation_id}/messages", READERS)
def messages(call: Call, conversation_id: int, query: MessagesAsked) -> Page[Message]:
    """Its messages, newest first, with what became of each. To follow it, ask for those `after` the last you have;
    `next` leads on in the same direction."""
    one(call, conversation_id)
    behind, limit = query.behind(number_behind), query.limit + 1
    if query.after is not None:
        rows = list(thread_after(call.session, conversation_id, max(query.after, behind or 0), limit))
    else:
        rows = list(thread(call.session, conversation_id, behind, limit))
    page = rows[: query.limit]
    items = [message(said(row), row) for row in page]
    return Page(items=items, next=cursor(page[-1].id) if len(rows) > query.limit else None)


@endpoint("GET", "/api/messages", OFFICE)
def found(call: Call, query: Searched) -> Page[Found]:
    """Search the text of all messages, newest first."""
    texts, last = search(call.session, query.q, query.behind(number_behind), query.limit)
    return Page(items=[Found.model_validate(one) for one in texts], next=cursor(last) if last is not None else None)


@endpoint("POST", "/api/conversations/{conversation_id}/take-over", DESK, represents=one, lock=_lock)
def take_over(call: Call, conversation_id: int) -> Conversation:
    """Talk with them in our place: they are told so, and we are silent until it is handed back."""
    return _came_to(
        call, conversation_id, stepped_in.take_over(call.session, conversation_id, call.by.who, call.circumstances)
    )


@endpoint("POST", "/api/conversations/{conversation_id}/hand-back", DESK, represents=one, lock=_lock)
def hand_back(call: Call, conversation_id: int) -> Conversation:
    """The booking desk goes on, and says so."""
    return _came_to(
        call, conversation_id, stepped_in.hand_back(call.session, conversation_id, call.by.who, call.circumstances)
    )


@endpoint("POST", "/api/conversations/{conversation_id}/messages", DESK, represents=one, lock=_lock)
def reply(call: Call, conversation_id: int, body: Words) -> Conversation:
    """Write to them. Whoever writes takes the conversation over."""
    who, told = call.by.who, call.circumstances
    return _came_to(
        call, conversation_id, stepped_in.write(call.session, conversation_id, body.text, who, told, call.once)
    )


@endpoint("GET", "/api/conversations/{conversation_id}/notes", OFFICE)
def notes(call: Call, conversation_id: int, query: PageAsked) -> Page[Note]:
    """What operators noted, newest first."""
    one(call, conversation_id)
    rows = notes_page(call.session, conversation_id, query.behind(number_behind), query.limit + 1)
    items = [Note.model_validate(row) for row in rows[: query.limit]]
    return Page(items=items, next=cursor(items[-1].id) if len(rows) > query.limit else None)


@endpoint("POST", "/api/conversations/{conversation_id}/notes", DESK, status=204)
def note(call: Call, conversation_id: int, body: Words) -> None:
    """Note something, which the client never reads."""
    now = call.circumstances.now
    _came_to(call, conversation_id, stepped_in.note(call.session, conversation_id, body.text, call.by.who, now))


@endpoint("PUT", "/api/conversations/{conversation_id}/labels/{label}", DESK, problems=(422,))
def put_label(call: Call, conversation_id: int, label: str) -> Conversation:
    """Put a label on it."""
    return _label(call, conversation_id, label, is_put=True)


@endpoint("DELETE", "/api/conversations/{conversation_id}/labels/{label}", DESK, problems=(422,))
def take_label(call: Call, conversation_id: int, label: str) -> Conversation:
    """Take a label off it."""
    return _label(call, conversation_id, label, is_put=False)


@endpoint("PUT", "/api/conversations/{conversation_id}/marks", DESK, represents=one, lock=_lock)
def mark(call: Call, conversation_id: int, body: Marks) -> Conversation:
    """Mark it as handled, as in need of a person, as read or unread."""
    one(call, conversation_id)
    said_so = {"needs_person": body.needs_person, "is_unread": body.unread}
    values = {name: value for name, value in said_so.items() if value is not None}
    if not values:
        raise Problem(422, "invalid", "Say what it is to be marked as.")
    stepped_in.mark(call.session, conversation_id, **values)
    return one(call, conversation_id)


@endpoint("PUT", "/api/conversations/{conversation_id}/assignee", DESK, represents=one, lock=_lock)
def assign(call: Call, conversation_id: int, body: Assignee) -> Conversation:
    """Say which operator sees to it, or that nobody does."""
    one(call, conversation_id)
    now = call.circumstances.now
    outcome = stepped_in.assign(call.session, conversation_id, body.operator_id, call.by.who, now)
    if outcome is Outcome.MISSING:
        raise Problem(409, "no_such_operator", "There is no such operator.")
    return one(call, conversation_id)


@endpoint("PUT", "/api/conversations/{conversation_id}/spam", DESK, represents=one, lock=_lock)
def spam(call: Call, conversation_id: int, body: Spam) -> Conversation:
    """What they write is spam: kept, and answered by nobody; or it is none after all."""
    now = call.circumstances.now
    outcome = stepped_in.block(call.session, conversation_id, call.by.who, now, is_spam=body.is_spam)
    return _came_to(call, conversation_id, outcome)


def _label(call: Call, conversation_id: int, label: str, *, is_put: bool) -> Conversation:
    one(call, conversation_id)
    if len(label) > stepped_in.LONGEST_LABEL:
        raise Problem(422, "too_long", f"A label has {stepped_in.LONGEST_LABEL} characters at most.")
    return _came_to(call, conversation_id, stepped_in.label(call.session, conversation_id, label, is_put=is_put))


def _came_to(call: Call, conversation_id: int, outcome: Outcome) -> Conversation:
    """The conversation after it. Raises Problem where nothing was done."""
    if outcome is Outcome.MISSING:
        raise missing("conversation with a client")
    if outcome in _REFUSALS:
        status, words = _REFUSALS[outcome]
        raise Problem(status, outcome.value, words)
    return one(call, conversation_id)


def _place(said_so: Any) -> Place:
    needs, at, number = said_so
    if needs not in (0, 1):
        raise ValueError
    return Place(bool(needs), *moment_behind([at, number]))
