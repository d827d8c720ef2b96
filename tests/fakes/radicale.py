"""A real CalDAV server: Radicale in a process of its own, with a password, on a free port, over a temporary folder."""

import os
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Self

import requests

USER, PASSWORD = "lina", "hunter2-caldav"
PATIENCE_SECONDS = 120.0
MAKE = (
    '<?xml version="1.0"?><C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>'
    "<displayname>Work</displayname></prop></set></C:mkcalendar>"
)


class RadicaleServer:
    """A context manager. It may be killed and started again: port and data stay."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port = free.getsockname()[1]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "users").write_text(f"{USER}:{PASSWORD}\n", encoding="utf-8")
        (folder / "config").write_text(
            f"[server]\nhosts = 127.0.0.1:{self.port}\n"
            f"[auth]\ntype = htpasswd\nhtpasswd_filename = {folder}/users\nhtpasswd_encryption = plain\ndelay = 0\n"
            f"[storage]\nfilesystem_folder = {folder}/data\n[logging]\nlevel = warning\n",
            encoding="utf-8",
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{USER}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        command = [sys.executable, "-m", "radicale", "--config", str(self.folder / "config")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env={"PATH": os.environ["PATH"]})
        for _ in range(round(PATIENCE_SECONDS / 0.02)):
            if self._process.poll() is not None:
                break
            try:
                requests.get(f"http://127.0.0.1:{self.port}/.web/", timeout=1)
            except requests.RequestException:
                time.sleep(0.02)
            else:
                return
        raise RuntimeError((self.folder / "log").read_text())

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def make_calendar(self, name: str = "work") -> str:
        """Its address."""
        self.ask("MKCALENDAR", f"{name}/", MAKE)
        return f"{self.url}/{name}/"

    def put(self, path: str, data: str) -> None:
        """As a person's own calendar program does."""
        self.ask("PUT", path, data)

    def ask(self, method: str, path: str, data: str = "") -> requests.Response:
        answer = requests.request(
            method, f"{self.url}/{path}", data=data.encode(), auth=(USER, PASSWORD), timeout=60,
            headers={"Content-Type": "text/calendar; charset=utf-8" if method == "PUT" else "application/xml"},
        )  # fmt: skip
        assert answer.ok, (answer.status_code, answer.text)
        return answer

    def files(self, name: str = "work") -> dict[str, str]:
        """What stands in a calendar, by file name."""
        folder = self.folder / "data" / "collection-root" / USER / name
        return {path.name: path.read_text() for path in folder.glob("*.ics")}
