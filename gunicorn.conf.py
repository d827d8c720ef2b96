"""How gunicorn serves Textbook: one process or several, with the worker inside for `python -m bot run`."""

import os
from typing import Any

from config import read_settings

_settings = read_settings()
_with_worker = os.environ.get("TEXTBOOK_WITH_WORKER") == "1"

wsgi_app = "webhooks:create_app()"
bind = f"{_settings.host}:{_settings.port}"
worker_class = "gthread"
workers = 1 if _with_worker else int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 8
timeout = 30
graceful_timeout = 20
control_socket_disable = True
errorlog = "-"
loglevel = "warning"
proc_name = "textbook"


def on_starting(_server: Any) -> None:
    """Refuse a schema that is not ours before there is a worker: two that halt at once trip over each other."""
    from bot.commands.opening import refuse_unless_current
    from bot.database import Database

    database = Database(_settings.database)
    refuse_unless_current(database)
    database.dispose()


def post_worker_init(worker: Any) -> None:
    """The application is loaded: let the dispatcher and the schedule work beside it."""
    if _with_worker:
        from bot.worker import Worker

        worker.textbook = Worker(worker.wsgi.extensions["desk"])
        worker.textbook.start()


def worker_exit(_server: Any, worker: Any) -> None:
    """Finish what is being sent."""
    if hasattr(worker, "textbook"):
        worker.textbook.stop()
