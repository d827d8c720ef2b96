"""Who shows a token that is none, or shows it otherwise than we ask for, is told the same as everybody: 401."""

import base64
import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.api.door import token_hash
from models.api import api_tokens
from models.audit import COMMAND_LINE
from models.operators import operators
from tests.bot.api.played import token_of, token_of_client
from tests.bot.api.world import SARA, TOM, ZED, World

REFUSED = {
    "type": "/api/docs#problem-bad_token", "title": "Who are you?", "status": 401, "code": "bad_token",
    "detail": "This token opens nothing.",
}  # fmt: skip


def part(**values: str) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def forged(world: World) -> dict[str, str]:
    """The Authorization that somebody might try."""
    admin = world.tokens["admin"]
    return {
        "made up": f"Bearer {'x' * 43}",
        "short": "Bearer x",
        "none": "Bearer ",
        "without a scheme": admin,
        "another scheme": f"Token {admin}",
        "by name and password": f"Basic {base64.b64encode(f'admin:{admin}'.encode()).decode()}",
        "what is kept of it": f"Bearer {token_hash(admin)}",
        "JWT of no algorithm": f"Bearer {part(alg='none', typ='JWT')}.{part(sub='admin', role='admin')}.",
        "JWT": f"Bearer {part(alg='HS256', typ='JWT')}.{part(sub='admin')}.{'A' * 43}",
        "two": f"Bearer {admin}, Bearer {admin}",
        "one and something": f"Bearer {admin}x",
        "one too few": f"Bearer {admin[:-1]}",
        "in other letters": f"Bearer {admin.swapcase()}",
        "SQL": "Bearer ' or '1'='1' --        ",
        "endless": f"Bearer {'x' * 5000}",
        "digits of another script": f"Bearer {'٣' * 43}".encode().decode("latin-1"),
        "revoked": f"Bearer {world.tokens['revoked']}",
        "expired": f"Bearer {world.tokens['expired']}",
        "of somebody switched off": f"Bearer {world.tokens['switched_off']}",
    }


def test_each_opens_nothing_and_is_told_nothing_of_why(world: World) -> None:
    for name, said in forged(world).items():
        answer = world.call("GET", "/api/tokens", None, headers={"Authorization": said})
        assert (401, REFUSED) == (answer.status_code, json.loads(answer.data)), name
        assert "invalid_token" in answer.headers["WWW-Authenticate"], name


def test_a_token_counts_in_its_header_alone(world: World) -> None:
    admin = world.tokens["admin"]
    world_of = {"X-Api-Key": admin, "Cookie": f"token={admin}; session={admin}", "X-Authorization": f"Bearer {admin}"}
    for how in ({"query_string": {"access_token": admin, "token": admin}}, {"headers": world_of}):
        answer = world.call("GET", "/api/tokens", None, **how)
        assert (401, "no_token") == (answer.status_code, json.loads(answer.data)["code"])


def test_no_token_is_written_down(world: World, logged: io.StringIO) -> None:
    for said in forged(world).values():
        world.call("GET", "/api/tokens", None, headers={"Authorization": said})
    world.call("GET", "/api/tokens", "admin")
    assert world.tokens["admin"] not in logged.getvalue() and "x" * 43 not in logged.getvalue()
    assert world.tokens["admin"] not in str(world.rows(api_tokens))


def test_a_token_ends_at_its_moment_whichever_way_the_clock_goes(world: World) -> None:
    token = token_of_client(world.desk, SARA, world.clock, timedelta(hours=1))
    world.clock.move(timedelta(minutes=60) - timedelta(microseconds=1))
    assert 200 == world.call("GET", "/api/me", token).status_code
    world.clock.move(timedelta(microseconds=1))
    assert 401 == world.call("GET", "/api/me", token).status_code
    world.clock.move(timedelta(hours=-3))
    assert 200 == world.call("GET", "/api/me", token).status_code, "a clock set back lets in again, and breaks nothing"


@pytest.mark.parametrize("values", [{"is_active": False}, {"role": "viewer"}])
def test_whoever_may_less_from_now_on_may_less_at_once(world: World, values: dict[str, object]) -> None:
    assert 200 == world.call("GET", "/api/tokens", "admin").status_code
    changed = update(operators).where(operators.c.name == "admin").values(**values)
    world.desk.database.transact(lambda session: session.execute(changed))
    assert world.call("GET", "/api/tokens", "admin").status_code in (401, 403)


def test_a_revoked_token_ends_at_once_and_cannot_be_revoked_again(world: World) -> None:
    number = world.rows(api_tokens, name="viewer")[0].id
    assert 204 == world.call("DELETE", f"/api/tokens/{number}", "admin").status_code
    assert 401 == world.call("GET", "/api/me", "viewer").status_code
    assert 404 == world.call("DELETE", f"/api/tokens/{number}", "admin").status_code


def test_no_token_makes_one_that_may_more(world: World) -> None:
    from models.operators import Role

    reading = token_of(world.desk, world.clock, "narrow", Role.ADMIN, scopes=("sessions:read",))
    for role in (reading, "operator", "staff", "client", "viewer"):
        answer = world.call("POST", "/api/tokens", role, json={"name": "more", "role": "admin"})
        assert 403 == answer.status_code, role


def test_a_client_who_is_merged_into_another_signs_in_again(world: World) -> None:
    """What their token opened is another's now."""
    from handlers.console.people_merged import Merged, merge
    from handlers.console.signed_in import Who
    from models.operators import Role

    admin = world.rows(operators, name="admin")[0]
    who = Who(admin.id, "admin", admin.login, Role.ADMIN, None, 0, has_totp=False)
    sara, tom = world.client(SARA), world.client(TOM)
    now = world.clock.now()
    done = world.desk.database.transact(lambda session: merge(session, tom, sara, who, now))
    assert Merged.DONE is getattr(done, "word", done)
    assert 401 == world.call("GET", "/api/sessions", "client").status_code
    assert 200 == world.call("GET", "/api/sessions", "other_client").status_code


def test_a_client_who_is_forgotten_is_nobody_any_more(world: World) -> None:
    from bot.forgetting import cancel_ahead, forget_person

    token = token_of_client(world.desk, ZED, world.clock)
    assert 200 == world.call("GET", "/api/sessions", token).status_code
    cancel_ahead(world.desk, world.client(ZED), COMMAND_LINE)
    done = forget_person(world.desk, world.client(ZED), who=COMMAND_LINE, operator_id=None)
    assert "done" == done.verdict.value
    assert 401 == world.call("GET", "/api/sessions", token).status_code
