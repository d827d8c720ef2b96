"""How gunicorn serves Textbook: one process or several, with the worker inside for `python -m bot run`."""

import gc
import os
import resource
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from typing import Any

from gunicorn.glogging import Logger

from bot.commands.serving import BOOT_ERROR, FIRST, WANTS_BUSINESS, WITH_WORKER
from bot.logs import set_up_logs
from bot.places import take_place
from config import read_settings

_settings = read_settings()
_with_worker = os.environ.get(WITH_WORKER) == "1"


class _Logs(Logger):  # type: ignore[misc]
    """gunicorn's own lines among ours, in the same form."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        set_up_logs(_settings.log_level)
        self.error_log.handlers = []
        self.error_log.propagate = True

    def error(self, msg: Any, *args: Any, **values: Any) -> None:
        """Beside what a worker has said that could not start, nothing is to be said."""
        is_said = msg in _HALTS or (msg == _ENDED and args[-1] == BOOT_ERROR)
        if not (_with_worker and is_said):
            super().error(msg, *args, **values)


_HALTS = frozenset({"Shutting down: %s", "Reason: %s"})
_ENDED = "Worker (pid:%s) exited with code %s."
logger_class = _Logs
wsgi_app = "webhooks:create_app()"
bind = f"{_settings.host}:{_settings.port}"
worker_class = "bot.web_worker.WebWorker"
workers = 1 if _with_worker else int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 8
_OTHER_FILES = 300  # that a process may have open: of the database, of connections kept to providers, its own
worker_connections = min(1000, max(64, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - _OTHER_FILES))
keepalive = 75  # longer than proxies keep an idle connection: they are to end it, not we while they are asking
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


def on_starting(server: Any) -> None:
    """Web processes share what is built before them; with the worker inside there is one, and it builds for itself."""
    if not _with_worker:
        from bot.web_births import adopts_orphans

        if adopts_orphans():
            _let_bear(server)
            server.spawn_workers = lambda: server.births.bear(server.num_workers - len(server.WORKERS))
            server.spawn_worker = lambda: server.births.bear_owed()  # which a reload asks for
        else:
            _build(server)
    with suppress(OSError):  # of which the workers tell
        take_place(_settings.metrics_dir)  # while we live, what a worker that dies has counted is not cleared away


def _let_bear(server: Any) -> None:
    from bot.web_births import Births

    server.births = Births(server, _build)


def _door() -> Any:
    return import_module(wsgi_app.partition(":")[0])


def on_reload(server: Any) -> None:
    """New settings, as the next workers are to have them."""
    if hasattr(server, "births"):
        _let_bear(server)
        server.births.owed = workers
    elif not _with_worker:
        _build(server)


def _build(server: Any) -> None:
    """Refuse a schema that is not ours before there is a worker: two that halt at once trip over each other."""
    from bot.commands.opening import ready_desk, refuse_to_serve
    from bot.desk import open_desk

    import_module("prometheus_client")
    is_first = server.worker_age == 0
    desk = ready_desk(_settings) if is_first and os.environ.get(WANTS_BUSINESS) == "1" else open_desk(_settings)
    refuse_to_serve(desk)
    from bot.warm_up import keep_for_good, languages_in_use, warm_up

    server.app.callable = _door().served_app(replace(desk))  # each process's journal is its own
    warm_up(languages_in_use(desk))
    desk.database.dispose()
    keep_for_good()


def pre_fork(server: Any, worker: Any) -> None:
    os.environ[FIRST] = str(int(_with_worker and worker.age == 1))
    if hasattr(server, "births"):
        server.births.is_born(worker)


def post_fork(server: Any, _worker: Any) -> None:
    from bot.arenas import keep_few_arenas

    keep_few_arenas()
    gc.disable()  # nothing that is imported now is garbage
    if hasattr(server, "births"):
        server.births.wait_for_master()


def post_worker_init(worker: Any) -> None:
    """The application is loaded: count from here on, and let the dispatcher and the schedule work beside it."""
    from bot.meters import keep
    from bot.metrics import METRICS

    if not _with_worker:
        _door().begin(worker.wsgi)
    desk = worker.wsgi.extensions["desk"]
    keep(METRICS, _settings.metrics_dir, tuple(desk.channels))
    if _with_worker:
        from bot.worker import Worker

        worker.textbook = Worker(desk)
        worker.textbook.start()
    gc.freeze()
    gc.enable()


def worker_exit(_server: Any, worker: Any) -> None:
    """Finish what is being sent."""
    if hasattr(worker, "textbook"):
        worker.textbook.stop()
