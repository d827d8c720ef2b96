"""How a client signs in: by a code that is texted to their phone; and who somebody is by their token."""

import hmac
import time
from datetime import datetime
from hashlib import sha256
from secrets import randbelow
from typing import Annotated

from pydantic import Field

from bot.api.endpoint import EVERYBODY, Call, Work, endpoint
from bot.api.problems import Problem
from bot.api.values import Input, Output
from bot.api.wishes import PHONE
from bot.console.secrets import new_token, secret_key, token_hash
from handlers.api.caller import Party
from handlers.api.sign_in import Asked, code_asked, signed_in
from models.api import revoke_token

LEAST_SECONDS = 0.2
"""What every answer takes, so that it does not tell whether a text was written."""


class Phone(Input):
    phone: Annotated[str, Field(pattern=PHONE, description="E.164")]


class TakenIn(Output):
    detail: str = "If this number can be texted, a code is on its way."


class PhoneAndCode(Phone):
    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class SignedIn(Output):
    token: str = Field(description="shown once")
    expires_at: datetime


class Me(Output):
    """Whose token it is."""

    role: Party
    name: str
    client_id: int | None
    staff_id: int | None
    scopes: list[str] = Field(description="none: whatever the role may")


@endpoint("POST", "/api/sign-in/code", None, status=202, work=Work.OWN, is_costly=True)
def code(call: Call, body: Phone) -> TakenIn:
    """Have a code texted to a client's phone. The answer is the same for every number."""
    begun, digits = time.monotonic(), f"{randbelow(1_000_000):06}"
    desk, told = call.desk, call.circumstances
    asked = desk.database.transact(
        lambda session: code_asked(
            session, body.phone, _hash(call, body.phone), digits, _hash(call, f"{body.phone} {digits}"), told
        )
    )
    desk.wake.ring()
    time.sleep(max(0.0, LEAST_SECONDS - (time.monotonic() - begun)))
    if asked is Asked.TOO_MANY:
        raise Problem(429, "too_many_codes", "Wait a while before you ask for another code.", {"Retry-After": "900"})
    return TakenIn()


@endpoint("POST", "/api/sign-in", None, status=201, work=Work.OWN, problems=(401,))
def sign_in(call: Call, body: PhoneAndCode) -> SignedIn:
    """A client's token for their code. It works for twelve hours; a code works once, for ten minutes and five tries."""
    token, now = new_token(), call.desk.clock.now()
    until = call.desk.database.transact(
        lambda session: signed_in(
            session, body.phone, _hash(call, body.phone), _hash(call, f"{body.phone} {body.code}"), token_hash(token),
            now,
        )
    )  # fmt: skip
    if until is None:
        raise Problem(401, "wrong_code", "This code is wrong, or works no longer.")
    return SignedIn(token=token, expires_at=until)


@endpoint("DELETE", "/api/sign-in", EVERYBODY, status=204)
def sign_out(call: Call) -> None:
    """End this token."""
    revoke_token(call.session, call.by.token_id, call.circumstances.now)


@endpoint("GET", "/api/me", EVERYBODY)
def me(call: Call) -> Me:
    """Whose token this is."""
    by = call.by
    return Me(role=by.party, name=by.name, client_id=by.client_id, staff_id=by.staff_id, scopes=sorted(by.scopes))


def _hash(call: Call, words: str) -> str:
    """Keyed, for there are few numbers and fewer codes."""
    return hmac.new(_key(call), f"sign-in:{words}".encode(), sha256).hexdigest()


def _key(call: Call) -> bytes:
    return secret_key(call.desk.settings)
