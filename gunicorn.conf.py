"""How gunicorn serves Textbook: one process or several, with the worker inside for `python -m bot run`."""

import os
import resource
from contextlib import suppress
from typing import Any

from gunicorn.glogging import Logger

from bot.logs import set_up_logs
from bot.meters import keep
from bot.metrics import METRICS
from bot.places import take_place
from config import read_settings

_settings = read_settings()
_with_worker = os.environ.get("TEXTBOOK_WITH_WORKER") == "1"


class _Logs(Logger):  # type: ignore[misc]
    """gunicorn's own lines among ours, in the same form."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        set_up_logs(_settings.log_level)
        self.error_log.handlers = []
        self.error_log.propagate = True


logger_class = _Logs
wsgi_app = "webhooks:create_app()"
bind = f"{_settings.host}:{_settings.port}"
worker_class = "bot.web_worker.WebWorker"
workers = 1 if _with_worker else int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 8
worker_connections = min(1000, max(64, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200))
timeout = 30
graceful_timeout = 20
limit_request_line = 4094
limit_request_fields = 100
limit_request_field_size = 8190
forwarded_allow_ips = ""  # bot/proxies.py alone decides whose word is taken
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
control_socket_disable = True
errorlog = "-"
loglevel = "warning"
proc_name = "textbook"


def on_starting(_server: Any) -> None:
    """Refuse a schema that is not ours before there is a worker: two that halt at once trip over each other."""
    from bot.commands.opening import refuse_to_serve
    from bot.desk import open_desk

    desk = open_desk(_settings)
    refuse_to_serve(desk)
    desk.database.dispose()
    with suppress(OSError):  # of which the workers tell
        take_place(_settings.metrics_dir)  # while we live, what a worker that dies has counted is not cleared away


def post_worker_init(worker: Any) -> None:
    """The application is loaded: count from here on, and let the dispatcher and the schedule work beside it."""
    desk = worker.wsgi.extensions["desk"]
    keep(METRICS, _settings.metrics_dir, tuple(desk.channels))
    if _with_worker:
        from bot.worker import Worker

        worker.textbook = Worker(desk)
        worker.textbook.start()


def worker_exit(_server: Any, worker: Any) -> None:
    """Finish what is being sent."""
    if hasattr(worker, "textbook"):
        worker.textbook.stop()
