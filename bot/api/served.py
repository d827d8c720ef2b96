"""A call, from its address to its answer: counted, let in, read, done in one transaction, and answered."""

import time
from dataclasses import replace
from hashlib import sha256
from secrets import token_hex
from typing import Any

from flask import Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule

from bot.api.asked import read_call
from bot.api.door import caller_of, let_in
from bot.api.endpoint import CLIENTS, DESK, Call, Endpoint, Work
from bot.api.every_endpoint import ENDPOINTS
from bot.api.limits import Limits, Rate
from bot.api.problems import Problem, as_response
from bot.database import DatabaseAway
from bot.desk import Desk
from bot.lines import About
from bot.logs import log, new_trace
from bot.metrics import API_CALLS, Answered
from bot.pages.links import without_links
from handlers.api.answered_once import Answer, KeyReused, answered_once
from handlers.api.caller import Caller, Party
from handlers.profile import KnownProfile, NoBusiness
from models.claims import LostRace
from models.row_scope import Scope

LONGEST_KEY = 255
MAY_ACT = CLIENTS | DESK
"""Who may do for a client what the client may; staff and viewers read."""
_MAP = Map(
    [Rule(one.path.replace("{", "<").replace("}", ">"), endpoint=number, methods=[one.method])
     for number, one in enumerate(ENDPOINTS)],
    strict_slashes=True, merge_slashes=False, redirect_defaults=False,
)  # fmt: skip
"""Fixed words in a path are matched before names in braces, so that "pending-approval" is never read as an id."""


def served(desk: Desk, request: Request, limits: Limits) -> Response:
    """Whatever happens, the answer is a document."""
    trace = new_trace()
    with About(trace=trace):
        name, response = "", Response(status=500)
        try:
            endpoint, path = _found(request)
            name = endpoint.name
            response = _answered(desk, request, endpoint, path, trace, limits)
        except Problem as problem:
            response = as_response(problem)
        except (LostRace, KeyReused, DatabaseAway) as error:
            response = as_response(_known(error))
        except HTTPException as error:
            response = as_response(_of_http(error))
        except Exception as error:  # noqa: BLE001 - the request loop: whatever broke, the caller gets a document
            log.error("api_call_broke", endpoint=name, exc_info=error)
            response = as_response(Problem(500, "broken", f"It is in our log as {trace}."))
        API_CALLS.add(answered=Answered(f"{response.status_code // 100}xx"))
        log.info("api_called", endpoint=name, method=request.method, status=response.status_code)
        response.headers["X-Request-Id"] = trace
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers["Vary"] = "Authorization"
        return response


def _found(request: Request) -> tuple[Endpoint, dict[str, str]]:
    adapter = _MAP.bind("", path_info=request.path)
    method = "GET" if request.method == "HEAD" else request.method
    try:
        number, path = adapter.match(method=method)
    except MethodNotAllowed as error:
        allowed = ", ".join(sorted(error.valid_methods or ()))
        raise Problem(405, "method_not_allowed", headers={"Allow": allowed}) from None
    return ENDPOINTS[number], dict(path)


def _answered(
    desk: Desk, request: Request, endpoint: Endpoint, path: dict[str, str], trace: str, limits: Limits
) -> Response:
    request.max_content_length = endpoint.longest_body
    address = request.remote_addr or ""
    try:
        caller = caller_of(request, desk)
        let_in(endpoint, caller)
    except Problem:
        _count(limits, f"address {address}", limits.by_address)
        raise
    key, rate = (f"token {caller.token_id}", limits.by_token) if caller else (f"address {address}", limits.by_address)
    counted = _count(limits, key, rate) if caller or endpoint.is_counted else {}
    if endpoint.is_costly:
        _count(limits, f"{endpoint.name} {address}", limits.by_cost)
    values = read_call(endpoint, path, request)
    seen = desk if endpoint.work is Work.WRITE else _as_seen_by(caller, desk)
    call = Call(seen, caller, trace, once=token_hex(16), address=address)
    answer = _done(endpoint, call, values, path, request)
    response = _response(answer, endpoint, request) if isinstance(answer, Answer) else answer
    response.headers.update(counted)
    return response


def _as_seen_by(caller: Caller | None, desk: Desk) -> Desk:
    """What a staff member reads is theirs, whatever an endpoint asks for."""
    if caller is None or caller.party is not Party.STAFF:
        return desk
    try:
        profile = desk.database.read(desk.profiles.current)
    except NoBusiness:
        raise Problem(503, "no_business", "No business has been set up yet.") from None
    database = desk.database.scoped(Scope.staff(caller.staff_id or 0))
    return replace(desk, database=database, profiles=KnownProfile(profile, desk.profiles.overrides))


def _count(limits: Limits, key: str, rate: Rate) -> dict[str, str]:
    """The headers that tell what is left. Raises Problem where nothing is."""
    left = limits.take(key, rate, time.monotonic())
    if left.wait:
        raise Problem(429, "too_many_calls", f"Try again in {left.wait} s.", left.headers)
    return left.headers


def _done(
    endpoint: Endpoint, call: Call, values: dict[str, Any], path: dict[str, str], request: Request
) -> Answer | Response:
    """The answer; of what writes with a key, that of the first time."""
    if endpoint.work is Work.OWN:
        done = endpoint.view(call, **values)
        return done if isinstance(done, Response) else _as_answer(done, endpoint, call)
    if endpoint.work is Work.READ:
        return call.desk.database.read(lambda session: _viewed(endpoint, call, session, values))
    key, own = _key(request), call.caller
    expected = request.headers.get("If-Match", "")

    def work(session: Session) -> Answer:
        _as_expected(endpoint, call, session, path, expected)
        return _viewed(endpoint, call, session, values)

    def once(session: Session) -> Answer:
        if not key or own is None:
            return work(session)
        asked = f"{request.method} {request.full_path}\n".encode() + _said(values)
        answer = answered_once(
            session, own.token_id, sha256(key.encode()).hexdigest(), sha256(asked).hexdigest(), call.desk.clock.now(),
            lambda: work(session), keeps=not endpoint.is_secret,
        )  # fmt: skip
        if answer.is_repeated and endpoint.is_secret:
            raise Problem(409, "shown_once", "It was done with this key before, and what it made was shown once.")
        return answer

    if key and own is not None:
        day = call.desk.clock.now().date()  # after which the key is free again
        call.once = sha256(f"{own.token_id} {key} {day}".encode()).hexdigest()[:32]
    answer = call.desk.database.transact(once)
    call.desk.wake.ring()
    return answer


def _viewed(endpoint: Endpoint, call: Call, session: Session, values: dict[str, Any]) -> Answer:
    call.opened = session
    return _as_answer(endpoint.view(call, **values), endpoint, call)


def _as_answer(done: Any, endpoint: Endpoint, call: Call) -> Answer:
    if not isinstance(done, BaseModel):
        return Answer(call.status or endpoint.status)
    headers = {"Location": endpoint.location.format(**dict(done))} if endpoint.location else {}
    return Answer(call.status or endpoint.status, _body(done, call), headers)


def _body(done: BaseModel, call: Call) -> str:
    """As this caller may have it: what opens a client's own page is for the client, and for those who may act for
    them."""
    body, caller = done.model_dump_json(), call.caller
    is_trusted = caller is None or caller.party in MAY_ACT
    return body if is_trusted else without_links(body)


def _as_expected(endpoint: Endpoint, call: Call, session: Session, path: dict[str, str], expected: str) -> None:
    """Raises Problem where the thing is not as the caller read it."""
    if not expected or endpoint.represents is None:
        return
    call.opened = session
    named: dict[str, Any] = {
        name: int(path[name]) if kind is int else path[name] for name, kind in endpoint.parameters.items()
    }
    if endpoint.lock is not None:
        endpoint.lock(call, **named)
    current = _body(endpoint.represents(call, **named), call)
    if expected.strip() != "*" and _tag(current) not in [one.strip() for one in expected.split(",")]:
        raise Problem(412, "changed_since", "Read it again, and decide anew.")


def _response(answer: Answer, endpoint: Endpoint, request: Request) -> Response:
    response = Response(answer.body, answer.status, mimetype="application/json")
    if not answer.body:
        response.headers.pop("Content-Type", None)
    response.headers.update(answer.headers)
    if answer.is_repeated:
        response.headers["Idempotency-Replayed"] = "true"
    if answer.body and endpoint.has_tag:
        response.headers["ETag"] = tag = _tag(answer.body)
        if endpoint.method == "GET" and tag in request.headers.get("If-None-Match", ""):
            response.status_code = 304
            response.set_data(b"")
    return response


def _tag(body: str) -> str:
    return f'"{sha256(body.encode()).hexdigest()[:32]}"'


def _key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY:
        raise Problem(400, "bad_key", f"An Idempotency-Key has {LONGEST_KEY} characters at most.")
    return key


def _said(values: dict[str, Any]) -> bytes:
    body = values.get("body")
    return body.model_dump_json().encode() if isinstance(body, BaseModel) else b""


def _known(error: Exception) -> Problem:
    match error:
        case KeyReused():
            return Problem(422, "key_reused", "This Idempotency-Key was used for something else.")
        case LostRace():
            return Problem(409, "raced", "Somebody else was faster, or it is not there any more. Read it again.")
        case _:
            return Problem(503, "database_away", "Nothing was done. Try again in a moment.", {"Retry-After": "5"})


def _of_http(error: HTTPException) -> Problem:
    status = error.code or 500
    code = {404: "not_found", 413: "too_large", 408: "too_slow"}.get(status, "unreadable")
    return Problem(status, code, error.name)
