"""What is installed is what was locked, byte by byte, from wherever; and what is known against it is asked after."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

TOP = Path(__file__).parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")
PIN = re.compile(r"[a-z0-9.-]+(\[[a-z0-9,-]+\])?==[0-9][^ ]*( ; [^\\]+)?( \\)?")


def pins(name: str) -> list[str]:
    text = (TOP / name).read_text(encoding="utf-8").replace("\\\n", "")
    return [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_with_its_hashes(name: str) -> None:
    found = pins(name)
    assert len(found) > 50
    assert [] == [line[:60] for line in found if not PIN.match(line)]
    assert [] == [line[:60] for line in found if "--hash=sha256:" not in line]
    assert [] == [line[:60] for line in found if re.search(r"://|git\+|--index|--find-links|\s-e\s", line)]


@pytest.mark.parametrize("script", ["bin/setup"])
def test_nothing_is_installed_without_its_hash(script: str) -> None:
    text = (TOP / script).read_text(encoding="utf-8")
    installs = [line for line in text.splitlines() if re.search(r"pip (install|sync)|-m pip install", line)]
    assert installs and all("--require-hashes" in line for line in installs)


def test_what_is_dangerous_in_code_is_looked_for() -> None:
    """ruff's S rules are bandit's; only tests and benchmarks may do what they forbid."""
    rules = (TOP / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(r'\nselect = \[.*"S".*\]', rules)
    assert ["tests/**", "benchmarks/**"] == re.findall(r'\n"([^"]+)" = \[[^\]]*"S"', rules)
    product = [
        path for folder in ("bot", "handlers", "models", "conversations") for path in (TOP / folder).rglob("*.py")
    ]
    told = [(path.name, line) for path in product for line in path.read_text("utf-8").splitlines() if "noqa: S" in line]
    others = [(name, line) for name, line in told if not re.search(r"noqa: S(104|105|106|311|603|607|608)\b", line)]
    assert ["values.py"] == [name for name, _ in others]  # one `exec`, of the names of a class's parts


class Advisories(BaseHTTPRequestHandler):
    """What OSV answers about one package that has a fault."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        known = {"vulns": [{"id": "OSV-1", "modified": "2026-01-01T00:00:00Z"}]}
        self._say({"results": [known if one["package"]["name"] == self.faulty else {} for one in asked]})

    def do_GET(self) -> None:
        self._say({"id": "OSV-1", "modified": "2026-01-01T00:00:00Z", "summary": "It opens every door."})

    def _say(self, words: object) -> None:
        body = json.dumps(words).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass

    faulty = ""


@contextmanager
def advisories(faulty: str) -> Iterator[str]:
    handler = type("Known", (Advisories,), {"faulty": faulty})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def audit(source: str, **more: str) -> tuple[int, str]:
    environment = {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": "/nonexistent", **more}
    done = subprocess.run(
        [TOP / "bin/audit", "--service-url", source], env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


class TestAudit:
    def test_a_fault_that_is_known_fails_it(self) -> None:
        with advisories("gunicorn") as source:
            status, told = audit(source)
        assert 1 == status and "It opens every door." in told and "gunicorn" in told

    def test_nothing_known_is_said(self) -> None:
        with advisories("") as source:
            status, told = audit(source)
        count = len({line.partition("==")[0].partition("[")[0] for name in LOCKS for line in pins(name)})
        assert (0, f"bin/audit: none of {count} pinned packages has a known vulnerability.\n") == (status, told)

    @pytest.mark.parametrize(("required", "status"), [("0", 0), ("1", 2)])
    def test_where_nobody_can_be_asked_it_says_so(self, required: str, status: int) -> None:
        found, told = audit("http://127.0.0.1:1/", REQUIRE_AUDIT=required, UV_HTTP_RETRIES="0")
        assert status == found and "NOT AUDITED" in told
