"""docs/api.md: what it tells to type is typed, against the program as it is installed, and comes to what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.api.limits import BY_ADDRESS, BY_TOKEN
from bot.api.problems import TITLES
from tests.bot.test_server import SARA, TOP, Server, a_server
from tests.patience import PATIENCE

PAGE = TOP / "docs" / "api.md"
TEXT = PAGE.read_text(encoding="utf-8")
DONE = "=== done"


def commands() -> list[tuple[str, list[str]]]:
    """What is typed, in order, and the lines that it answers."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def script(server: Server, typed: list[str]) -> str:
    """The page's commands; where a person would read their phone, the shell waits until a code has come."""
    lines = [f'python() {{ {sys.executable} "$@"; }}', "set -o pipefail"]
    for one in typed:
        if one.startswith("DESK="):
            one = f"DESK={server.url}"
        if one.startswith("CODE="):
            one = "while [ ! -s code ]; do sleep 0.1; done; CODE=$(cat code)"
        lines += [one, f"echo '{DONE}'"]
    return "\n".join(lines)


def test_what_it_tells_to_type_comes_to_what_it_says(tmp_path: Path) -> None:
    told = commands()
    with a_server(tmp_path) as server:
        server.open()
        shell = subprocess.Popen(
            ["bash", "-c", script(server, [typed for typed, _ in told])], cwd=tmp_path, text=True,
            env=server.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        code = server.receives(SARA, "").body[:6]
        (tmp_path / "read").write_text(code)
        os.replace(tmp_path / "read", tmp_path / "code")
        written, _ = shell.communicate(timeout=PATIENCE)
    answered = [part.splitlines() for part in written.split(f"{DONE}\n")]
    for (typed, expected), lines in zip(told, answered, strict=False):
        assert expected == shown(lines, expected), (typed, lines)
    assert len(told) + 1 == len(answered) and [] == answered[-1]


def shown(lines: list[str], expected: list[str]) -> list[str]:
    """As the page would show it, which leaves the rest out by "…"."""
    lines = [line.rstrip("\r") for line in lines if line]
    return [*lines[: len(expected) - 1], "…"] if expected[-1:] == ["…"] else lines


def test_it_tells_every_status_and_the_limits() -> None:
    rows = " ".join(re.findall(r"^\| ([0-9, ]+) \|", TEXT, re.MULTILINE))
    assert set(TITLES) == {int(status) for status in re.findall(r"[0-9]+", rows)}
    assert f"{BY_TOKEN.calls} calls a minute for each token, and {BY_ADDRESS.calls} for each address" in TEXT


@pytest.mark.parametrize("name", re.findall(r"\]\(([a-z-]+\.md)\)", TEXT))
def test_what_it_leads_to_is_there(name: str) -> None:
    assert (PAGE.parent / name).exists()
