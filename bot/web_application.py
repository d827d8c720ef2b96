"""Flask, without what nothing here asks it for: sessions of its own, signals, functions to be awaited, and the name of
this host made out anew for every request."""

from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response
from flask.ctx import RequestContext
from flask.sessions import NullSession, SessionInterface
from werkzeug.routing import Map, MapAdapter, Rule
from werkzeug.wsgi import get_host

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


Environ = dict[str, Any]
Plain = Callable[[Environ], Response | None]


class _NoSessions(SessionInterface):
    """The console has its own, in the database."""

    _none = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:
        del app, request
        return self._none

    def is_null_session(self, obj: object) -> bool:
        return obj is self._none


class _Request(Request):
    @cached_property
    def blueprints(self) -> list[str]:
        """Asked for three times."""
        return super().blueprints


class _Context(RequestContext):
    app: "Application"

    def match_request(self) -> None:
        """A route in which nothing varies is looked for once."""
        adapter, request, known = self.url_adapter, self.request, self.app.known_routes
        assert adapter is not None
        asked = adapter.websocket, request.method, request.path
        if (rule := known.get(asked)) is not None:
            request.url_rule, request.view_args = rule, {}
            return
        super().match_request()
        if (rule := request.url_rule) is not None and not rule.arguments:
            known[asked] = rule


class Application(Flask):
    """What is served. Where nothing is registered for a moment of a request, nothing is looked for and nobody told."""

    request_class = _Request
    session_interface = _NoSessions()

    @cached_property
    def plain(self) -> dict[str, Plain]:
        """By path: what answers a request there that is as most are, from its environment alone. Where that is None, or
        nothing is said here of a path, it is answered as any other is."""
        return {}

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if (plain := self.plain.get(environ.get("PATH_INFO", ""))) is not None and "HTTP_UPGRADE" not in environ:
            try:
                answer: Response | None = plain(environ)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told as if any other view had raised it
                with self.request_context(environ):
                    answer = self.finalize_request(self.handle_user_exception(error))
            if answer is not None:
                return answer(environ, start_response)
        return super().wsgi_app(environ, start_response)

    @cached_property
    def known_routes(self) -> dict[tuple[bool, str, str], Rule]:
        """By method and path, once asked for; none is added after that."""
        return {}

    def request_context(self, environ: dict[str, Any]) -> RequestContext:
        return _Context(self, environ)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

    def preprocess_request(self) -> Any:
        return super().preprocess_request() if self.before_request_funcs or self.url_value_preprocessors else None

    def do_teardown_request(self, *broken: Any) -> None:
        if self.teardown_request_funcs:
            super().do_teardown_request(*broken)

    def do_teardown_appcontext(self, *broken: Any) -> None:
        if self.teardown_appcontext_funcs:
            super().do_teardown_appcontext(*broken)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        if request is None or "HTTP_UPGRADE" in request.environ:
            return super().create_url_adapter(request)
        environ = request.environ
        scheme: str = environ["wsgi.url_scheme"]
        host, name = _host(scheme, environ.get("HTTP_HOST"), environ["SERVER_NAME"], environ["SERVER_PORT"])
        request.host = host
        query = request.query_string.decode(errors="replace")
        return MapAdapter(self.url_map, name, request.root_path, "", scheme, request.path, request.method, query)


def base_of(environ: Environ) -> str:
    """Scheme and host, as whoever asks has written them. Raises werkzeug's BadHost."""
    scheme: str = environ["wsgi.url_scheme"]
    host, _ = _host(scheme, environ.get("HTTP_HOST"), environ["SERVER_NAME"], environ["SERVER_PORT"])
    return f"{scheme}://{host}"


@lru_cache(maxsize=64)
def _host(scheme: str, said: str | None, server: str, port: str) -> tuple[str, str]:
    """The host that is asked for, as it is said and as addresses are made with it. Raises werkzeug's BadHost."""
    environ = {"wsgi.url_scheme": scheme, "SERVER_NAME": server, "SERVER_PORT": port}
    host = get_host(environ if said is None else environ | {"HTTP_HOST": said})
    return host, Map().bind(host, subdomain="").server_name


class Said(Response):
    """An answer that is always the same, and made once; nothing can be added to it."""

    def __init__(self, words: str = "", status: int = 200, mimetype: str = "text/plain") -> None:
        super().__init__(words, status, mimetype=mimetype)
        self._told = self.get_wsgi_headers({}).to_wsgi_list()
        self._pieces = (self.get_data(),)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> tuple[bytes, ...]:
        start_response(self.status, self._told.copy())
        return self._pieces if environ["REQUEST_METHOD"] != "HEAD" else ()
