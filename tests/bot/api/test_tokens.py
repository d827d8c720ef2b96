"""Tokens of programs: made by an admin, shown once, narrowed, revoked, over; and on the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.console.secrets import token_hash
from config import Settings
from models.api import api_answers, api_tokens
from models.audit import audit_log
from models.operators import all_operators, is_any_operator
from tests.bot.api.world import LINA, World

NEW = {"name": "Till", "role": "viewer"}


def test_a_token_is_shown_once_and_kept_as_a_hash(world: World) -> None:
    answer = world.call("POST", "/api/tokens", "admin", json=NEW)
    token = answer.json["token"]
    assert (201, "viewer") == (answer.status_code, world.call("GET", "/api/me", token).json["role"])
    assert [token_hash(token)] == [row.token_hash for row in world.rows(api_tokens) if row.name == "Till"]
    assert token not in world.call("GET", "/api/tokens", "admin").text


def test_a_repeated_call_makes_one_token_and_keeps_none(world: World) -> None:
    before, key = len(world.rows(api_tokens)), {"Idempotency-Key": "till"}
    first = world.call("POST", "/api/tokens", "admin", json=NEW, headers=key)
    again = world.call("POST", "/api/tokens", "admin", json=NEW, headers=key)
    assert (201, 409, "shown_once") == (first.status_code, again.status_code, again.json["code"])
    assert before + 1 == len(world.rows(api_tokens))
    assert all(first.json["token"] not in row.body for row in world.rows(api_answers))


def test_scopes_narrow_and_are_known(world: World) -> None:
    narrow = NEW | {"role": "operator", "scopes": ["sessions:read", "sessions:read"]}
    token = world.call("POST", "/api/tokens", "admin", json=narrow).json["token"]
    assert 200 == world.call("GET", "/api/sessions", token).status_code
    assert "out_of_scope" == world.call("GET", "/api/conversations", token).json["code"]
    assert "out_of_scope" == world.call("PUT", "/api/sessions/1/approve", token, json={}).json["code"]
    unknown = world.call("POST", "/api/tokens", "admin", json=NEW | {"scopes": ["moon:read"]})
    assert (422, "no_such_scope") == (unknown.status_code, unknown.json["code"])


def test_it_is_over_or_revoked(world: World) -> None:
    short = world.call("POST", "/api/tokens", "admin", json=NEW | {"days": 1}).json
    other = world.call("POST", "/api/tokens", "admin", json=NEW).json
    assert 204 == world.call("DELETE", f"/api/tokens/{other['id']}", "admin").status_code
    assert 404 == world.call("DELETE", f"/api/tokens/{other['id']}", "admin").status_code
    assert 401 == world.call("GET", "/api/me", other["token"]).status_code
    assert 200 == world.call("GET", "/api/me", short["token"]).status_code
    world.passes(days=1)
    assert 401 == world.call("GET", "/api/me", short["token"]).status_code
    done = [row.action for row in world.rows(audit_log) if row.subject.startswith("token ")]
    assert ["made an API token", "revoked an API token"] == sorted(set(done))


def test_staff_are_named_with_the_role_staff_alone(world: World) -> None:
    for wrong in ({"role": "staff"}, {"role": "staff", "staff_id": 999}, {"role": "viewer", "staff_id": LINA}):
        refused = world.call("POST", "/api/tokens", "admin", json=NEW | wrong)
        assert (422, "no_such_staff") == (refused.status_code, refused.json["code"])
    made = world.call("POST", "/api/tokens", "admin", json=NEW | {"role": "staff", "staff_id": LINA}).json
    assert LINA == world.call("GET", "/api/me", made["token"]).json["staff_id"]


def test_a_program_is_nobody_who_signs_in(world: World) -> None:
    people = world.desk.database.read(all_operators)
    assert not people
    assert not world.desk.database.read(is_any_operator)


@pytest.fixture
def typed(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """What a command prints, or complains of, over the world's database."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    url = world.desk.database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)

    def run(*words: str, fails: bool = False) -> str:
        capsys.readouterr()
        try:
            came = main(["token", *words])
        except SystemExit as ended:
            came = 0 if ended.code == 0 else 1
        said = capsys.readouterr()
        assert fails == bool(came), said
        return (said.err if fails else said.out).strip()

    return run


def test_the_command_line_makes_lists_and_revokes(world: World, typed: Callable[..., str]) -> None:
    token = typed("--role", "staff", "--staff", str(LINA), "--name", "Lina's diary", "--scope", "sessions:read")
    assert (200, 403) == tuple(
        world.call("GET", path, token).status_code for path in ("/api/sessions", "/api/conversations")
    )
    line = next(line for line in typed("--list").splitlines() if "Lina's diary" in line)
    assert not typed("--revoke", line.split()[0])
    assert 401 == world.call("GET", "/api/sessions", token).status_code
    assert "revoked" in next(line for line in typed("--list").splitlines() if "Lina's diary" in line)
    assert "no token" in typed("--revoke", line.split()[0], fails=True)


def test_the_command_line_says_what_is_wrong(typed: Callable[..., str]) -> None:
    assert "--staff is the number" in typed("--role", "staff", fails=True)
    assert "There is no scope" in typed("--role", "viewer", "--scope", "moon:read", fails=True)
    assert "1 to 3650" in typed("--role", "viewer", "--days", "0", fails=True)
    assert "Say --role" in typed(fails=True)
