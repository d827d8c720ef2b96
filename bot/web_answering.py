"""How the web worker's threads answer a request that is here whole."""

import io
import os
import time
from datetime import timedelta
from typing import Any

from gunicorn.http import wsgi
from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import ThreadWorker

from bot.logs import log
from bot.web_answer import Answer, Left
from bot.web_connection import Connection
from bot.web_head import LONGEST, MOST_FIELDS, WHOLE, Head
from bot.web_refusal import refuse


class _Known:
    """Settings of gunicorn's, each looked up once."""

    def __init__(self, settings: Any) -> None:
        self._settings = settings

    def __getattr__(self, name: str) -> Any:
        value = self.__dict__[name] = getattr(self._settings, name)
        return value


class Answering(ThreadWorker):  # type: ignore[misc]
    """The part of the worker that runs the application. With TLS in gunicorn itself, gunicorn's own does."""

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self._known = _Known(self.cfg)
        self._reads_plainly = reads_plainly(self.cfg)
        self._always = wsgi.base_environ(self.cfg) | {"wsgi.multithread": True, "SCRIPT_NAME": ""}

    def handle(self, conn: Connection) -> Any:
        """Answer a request that is here whole; whether another may follow."""
        if self._known.is_ssl:
            return super().handle(conn)
        req = None
        conn.is_known = True
        try:
            if (head := conn.plain_head) is not None and self._reads_plainly:
                return self._answer_plain(head, conn)
            conn.read_request()
            req = next(conn.parser)
            is_kept = self.handle_request(req, conn)
        except (NoMoreData, StopIteration):
            return False
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the request loop
            self.handle_error(req, conn.sock, conn.client, error)
            return False
        return is_kept and conn.is_read_out()

    def _answer_plain(self, head: Head, conn: Connection) -> bool:
        """With nothing in its surroundings that nobody looks at."""
        body, conn.rest = conn.arriving.parted()
        environ = {
            **self._always, **conn.ends, **head.fields, "REQUEST_METHOD": head.method, "PATH_INFO": head.path_info,
            "QUERY_STRING": head.query, "RAW_URI": head.target, "SERVER_PROTOCOL": f"HTTP/1.{head.version[1]}",
            "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body), WHOLE: body,
        }  # fmt: skip
        return self._say(head, environ, Answer(head, conn.sock, self._known))

    def handle_request(self, req: Any, conn: Connection) -> bool:
        """gunicorn's own, but for its hooks. Raises only where nothing of an answer is on its way."""
        if self._known.is_ssl:
            return bool(super().handle_request(req, conn))
        answer, environ = wsgi.create(req, conn.sock, conn.client, conn.server, self._known, Answer)
        environ["wsgi.multithread"] = True
        return self._say(req, environ, answer)

    def _say(self, req: Any, environ: dict[str, Any], answer: Answer) -> bool:
        begun = time.monotonic()
        self.nr += 1
        if self.nr >= self.max_requests:
            self.alive = False
        if not self.alive or not self._known.keepalive:
            answer.force_close()
        try:
            pieces = self.wsgi(environ, answer.start_response)
            try:
                for piece in pieces:
                    answer.write(piece)
                answer.close()
            finally:
                if self._known.accesslog:
                    self.log.access(answer, req, environ, timedelta(seconds=time.monotonic() - begun))
                if hasattr(pieces, "close"):
                    pieces.close()
        except Left:
            return False
        except (Exception, SystemExit) as error:
            if not answer.has_begun:
                raise
            log.error("request_broke", endpoint=None, exc_info=error)
            return False
        return answer.is_whole and not answer.should_close()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        del req, addr
        refuse(client, exc)


def reads_plainly(settings: Any) -> bool:
    """Whether a plain head says all there is to know: nothing is taken from headers or from before them, nothing is to
    be logged of them, no limit is tighter than what is plain."""
    limits = (settings.limit_request_line, settings.limit_request_field_size)
    return (
        not (settings.is_ssl or settings.forwarded_allow_ips or settings.accesslog or os.environ.get("SCRIPT_NAME"))
        and settings.proxy_protocol == "off"
        and all(limit >= LONGEST for limit in limits)
        and settings.limit_request_fields >= MOST_FIELDS
    )
