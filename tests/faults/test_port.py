"""A server that is started again waits for the one before it to let go of the port."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from bot.commands.port import wait_for_port
from tests.patience import NO_WAIT

HOST = "127.0.0.1"


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with socket.create_server((HOST, 0)) as listener:
        yield listener


def test_a_port_that_is_let_go_is_waited_for(taken: socket.socket, capsys: pytest.CaptureFixture[str]) -> None:
    port = taken.getsockname()[1]
    threading.Timer(0.3, taken.close).start()
    wait_for_port(HOST, port)
    assert -1 == taken.fileno()
    assert f"Port {port} is in use: waiting up to 10 seconds for it.\n" == capsys.readouterr().err


def test_a_port_that_stays_taken_ends_the_command(
    taken: socket.socket, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.commands.port.PATIENCE", 0.2)
    port = taken.getsockname()[1]
    with pytest.raises(SystemExit) as ended:
        wait_for_port(HOST, port)
    assert 2 == ended.value.code
    *_, last = capsys.readouterr().err.splitlines()
    assert f"Port {port} cannot be used (Address already in use): stop what uses it, or set PORT to another." == last


def test_an_address_that_is_nobodys_ends_the_command_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.commands.port.PATIENCE", 2 * NO_WAIT)
    begun = time.monotonic()
    with pytest.raises(SystemExit):
        wait_for_port("192.0.2.1", 8000)
    assert time.monotonic() - begun < NO_WAIT
