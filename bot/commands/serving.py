"""Serving by gunicorn, from the process of the command."""

import os
import sys
from pathlib import Path
from typing import NoReturn

BOOT_ERROR = 3
"""gunicorn's status for a worker that cannot start: it halts instead of trying again."""
FIRST = "TEXTBOOK_FIRST"
"""In the environment of a worker, "1" where none has been before it."""
TOP = Path(__file__).parent.parent.parent
WANTS_BUSINESS = "TEXTBOOK_WANTS_BUSINESS"
"""In the environment, "1" where nothing is served without a database, and a business in it."""
WITH_WORKER = "TEXTBOOK_WITH_WORKER"
"""In the environment, "1" where the dispatcher and the schedule work in the process that serves."""


def serve() -> NoReturn:
    """Serve; ends with gunicorn's exit status, or, where a worker has said what keeps it from starting, with ours."""
    from gunicorn.app.wsgiapp import WSGIApplication

    sys.argv, master = ["gunicorn", "-c", str(TOP / "gunicorn.conf.py")], os.getpid()
    try:
        WSGIApplication("%(prog)s").run()
    except SystemExit as ended:
        if ended.code == BOOT_ERROR and os.getpid() == master:
            raise SystemExit(2) from None
        raise
    raise SystemExit(0)
