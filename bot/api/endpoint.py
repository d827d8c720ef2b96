"""How an endpoint is registered: one decorator says its path, its method and who may call it; its signature says what
it reads and answers. What serves a call, describes the API and tests it all read this one list."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar, get_type_hints

from flask import Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from bot.api.problems import Problem
from bot.desk import Desk
from handlers.api.caller import Caller, Party
from handlers.circumstances import Circumstances
from handlers.profile import NoBusiness, Profile

View = TypeVar("View", bound=Callable[..., Any])
CLIENTS = frozenset({Party.CLIENT})
ADMINS = frozenset({Party.ADMIN})
DESK = frozenset({Party.OPERATOR, Party.ADMIN})
STAFF = DESK | {Party.STAFF}
READERS = STAFF | {Party.VIEWER}
EVERYBODY = READERS | CLIENTS
LONGEST_BODY = 64 * 1024


class Work(StrEnum):
    """What an endpoint does with the database."""

    READ = "read"
    WRITE = "write"
    """In one transaction; with an Idempotency-Key, at most once."""
    OWN = "own"
    """It opens its transactions itself: what it does takes long, or answers as it reads."""


@dataclass
class Call:
    """What a view is told of the call beside its path, query and body."""

    desk: Desk
    caller: Caller | None
    trace: str
    once: str
    """What makes a repetition of this call the same: of its Idempotency-Key, else a number of its own."""
    address: str
    """Of who calls, as far as we know it."""
    opened: Session | None = None
    status: int = 0
    """What it is answered with instead of the endpoint's own, where a view says so; one of its `also`."""

    @property
    def session(self) -> Session:
        """The transaction in which it happens."""
        assert self.opened is not None
        return self.opened

    @property
    def by(self) -> Caller:
        """Who calls, where it takes a token to call."""
        assert self.caller is not None
        return self.caller

    @cached_property
    def circumstances(self) -> Circumstances:
        return self.desk.circumstances(self.trace)

    @cached_property
    def profile(self) -> Profile:
        """The business. Raises Problem before one is loaded."""
        try:
            return self.desk.profiles.current(self.session)
        except NoBusiness:
            raise Problem(503, "no_business", "No business has been set up yet.") from None


@dataclass(frozen=True)
class Endpoint:
    """One thing that can be called. `parties` None: by anybody, without a token."""

    method: str
    path: str
    tag: str
    parties: frozenset[Party] | None
    view: Callable[..., Any]
    status: int
    work: Work
    parameters: Mapping[str, type]
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    answer: type[BaseModel] | None
    """None where it answers with no body, or with a file."""
    media_type: str
    location: str
    """The address of what it made, with names of the answer's fields in braces."""
    represents: Callable[..., Any] | None
    """The view of the thing that it changes, which takes the same path: what If-Match is held against."""
    lock: Callable[..., Any] | None
    problems: tuple[int, ...]
    longest_body: int
    also: tuple[int, ...] = ()
    """Other good statuses, with the same answer."""
    deprecated: bool = field(default=False)
    is_costly: bool = field(default=False)
    is_secret: bool = field(default=False)
    """Its answer is shown once, and kept nowhere: the same call again is told that it was done."""
    is_counted: bool = field(default=True)
    """Whether calls without a token are limited; not those of a provider, who knows a secret and calls as it must."""
    takes: str = field(default="")
    """The media type of a body that the view reads itself."""

    @property
    def name(self) -> str:
        return f"{self.view.__module__.rpartition('.')[2]}.{self.view.__name__}"

    @property
    def scope(self) -> str:
        return f"{self.tag}:{'read' if self.method == 'GET' else 'write'}"

    @property
    def summary(self) -> str:
        return (self.view.__doc__ or "").strip().partition("\n\n")[0].replace("\n    ", " ")

    @property
    def has_tag(self) -> bool:
        """Its answer is the thing itself, so that an ETag names it: what only tells of a change has none."""
        if self.answer is None or self.represents is None:
            return self.answer is not None and self.method == "GET"
        return self.answer is get_type_hints(self.represents).get("return")

    @property
    def more(self) -> str:
        return inspect.cleandoc(self.view.__doc__ or "").partition("\n\n")[2]


ENDPOINTS: list[Endpoint] = []


def endpoint(
    method: str, path: str, parties: frozenset[Party] | None, *, status: int = 200, work: Work | None = None,
    media_type: str = "application/json", location: str = "", represents: Callable[..., Any] | None = None,
    lock: Callable[..., Any] | None = None, problems: tuple[int, ...] = (), longest_body: int = LONGEST_BODY,
    tag: str = "", deprecated: bool = False, also: tuple[int, ...] = (), takes: str = "", is_counted: bool = True,
    is_costly: bool = False, is_secret: bool = False,
) -> Callable[[View], View]:  # fmt: skip
    """Register a view. Its parameters: `call`; the names in the path, as int or str; `query` and `body`, each a model.
    What it returns, by its annotation, is the answer; its docstring is what callers read of it. `problems` are answers
    beside those that every endpoint of its kind has."""

    def register(view: View) -> View:
        hints = get_type_hints(view)
        answer = hints.get("return")
        named = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        ENDPOINTS.append(
            Endpoint(
                method=method, path=path, tag=tag or path.split("/")[2], parties=parties, view=view, status=status,
                work=work or (Work.READ if method == "GET" else Work.WRITE),
                parameters={name: hints[name] for name in named}, query=hints.get("query"), body=hints.get("body"),
                answer=answer if _is_model(answer) else None, media_type=media_type, location=location,
                represents=represents, lock=lock, problems=problems, longest_body=longest_body, deprecated=deprecated,
                also=also, takes=takes, is_counted=is_counted, is_costly=is_costly, is_secret=is_secret,
            )
        )  # fmt: skip
        return view

    return register


def _is_model(answer: Any) -> bool:
    return inspect.isclass(answer) and issubclass(answer, BaseModel) and not issubclass(answer, Response)
