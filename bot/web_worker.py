"""gunicorn's threaded worker, which lets go of the port as soon as its master is gone."""

import os

from gunicorn.workers.gthread import ThreadWorker


class WebWorker(ThreadWorker):  # type: ignore[misc]
    """One that is left behind finishes its requests, and keeps nobody from starting afresh meanwhile."""

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if not enabled and os.getppid() != self.ppid:
            for listener in self.sockets:
                listener.close()
