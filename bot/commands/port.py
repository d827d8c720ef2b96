"""The port to listen on: ours, or that of a server before us that is still finishing what it holds."""

import errno
import socket
import sys
import time

from bot.commands.stopping import stop

PATIENCE = 10.0
"""Seconds in which a server that was told to stop, or whose master was killed, lets go of its port."""
POLL_SECONDS = 0.05


def wait_for_port(host: str, port: int) -> None:
    """Return when we may listen there. A port that stays taken, or is nobody's to have, ends the command."""
    deadline, has_said = time.monotonic() + PATIENCE, False
    while (error := _refusal(host, port)) is not None:
        if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
            stop(f"Port {port} cannot be used ({error.strerror}): stop what uses it, or set PORT to another.")
        if not has_said:
            print(f"Port {port} is in use: waiting up to {PATIENCE:.0f} seconds for it.", file=sys.stderr, flush=True)
        has_said = True
        time.sleep(POLL_SECONDS)


def _refusal(host: str, port: int) -> OSError | None:
    """Why nobody may listen there now; None where they may."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None
