"""What is done before a process takes webhooks: by the first one of `run`, which makes an empty database ready and says
where the desk is open; by every other, which starts on no schema but ours."""

import os
import sys
from collections.abc import Callable
from traceback import print_exc

from bot.commands.opening import make_fresh, refuse_to_serve
from bot.commands.operator import first_admin_link
from bot.commands.serving import FIRST
from bot.desk import Desk


def get_ready(desk: Desk) -> None:
    """Stops with a line that says what to do."""
    is_first = os.environ.get(FIRST) == "1"
    if is_first:
        make_fresh(desk, do=apart)
    refuse_to_serve(desk)
    if is_first:
        _tell(desk)


def apart(work: Callable[[], object]) -> None:
    """Do it in a child, for what it takes of memory goes with it. Only where there is no other thread."""
    if not (child := os.fork()):
        status = 1
        try:
            work()
            status = 0
        except SystemExit:  # which has said why
            pass
        except BaseException:  # noqa: BLE001 - nothing may get back into what we are a copy of
            print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    if os.waitpid(child, 0)[1]:
        raise SystemExit(1)


def _tell(desk: Desk) -> None:
    settings = desk.settings
    name = desk.database.read(desk.profiles.current).business.name
    shown = "localhost" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    print(f"{name} is open on http://{shown}:{settings.port}", flush=True)
    print("Channels: " + ", ".join(desk.channels), flush=True)
    if settings.has_simulator_page:
        print(f"Text it, as a client and as the coordinator: http://{shown}:{settings.port}/simulator", flush=True)
    if (link := first_admin_link(desk)) is not None:
        print(f"Console, for the first admin, once: {link}", flush=True)
