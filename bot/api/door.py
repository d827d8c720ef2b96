"""The API's door: whose token came with a call, and whether it may be answered for them."""

import re

from flask import Request

from bot.api.endpoint import Endpoint
from bot.api.problems import Problem
from bot.console.secrets import token_hash
from bot.desk import Desk
from handlers.api.caller import Caller, was_used, who_calls

_BEARER = re.compile(r"Bearer +([A-Za-z0-9_\-.~+/]{20,200}=*)", re.IGNORECASE | re.ASCII)
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="textbook"'}


def caller_of(request: Request, desk: Desk) -> Caller | None:
    """Who calls; None without any token. Raises Problem for one that opens nothing; what is wrong with it is told to
    nobody."""
    said = request.headers.get("Authorization", "")
    if not said:
        return None
    found = _BEARER.fullmatch(said.strip())
    if found is None:
        raise _refused()
    now, kept = desk.clock.now(), token_hash(found[1])
    known = desk.database.read(lambda session: who_calls(session, kept, now))
    if known is None:
        raise _refused()
    caller, is_stale = known
    if is_stale:
        desk.database.transact(lambda session: was_used(session, caller.token_id, now))
    return caller


def let_in(endpoint: Endpoint, caller: Caller | None) -> None:
    """Raises Problem where this endpoint is not for them, or their token does not reach so far."""
    if endpoint.parties is None:
        return
    if caller is None:
        raise Problem(401, "no_token", "Send a token: Authorization: Bearer …", CHALLENGE)
    if caller.party not in endpoint.parties:
        raise Problem(403, "not_for_you", f"This is not for a {caller.party} token.")
    if caller.scopes and endpoint.scope not in caller.scopes:
        raise Problem(403, "out_of_scope", f"This token does not reach {endpoint.scope}.")


def _refused() -> Problem:
    return Problem(401, "bad_token", "This token opens nothing.", {"WWW-Authenticate": 'Bearer error="invalid_token"'})
