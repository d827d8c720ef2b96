"""What every answer tells a browser that it may not do, whichever page, file or error it is; pages that may do more say
so themselves."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ALWAYS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Of an answer that says nothing else of it."""
_ALWAYS = tuple((name.lower(), (name, value)) for name, value in ALWAYS.items())
ENCRYPTED = ("Strict-Transport-Security", "max-age=31536000")
"""Not for the names below ours: they may be somebody else's, and not encrypted."""


class Shielded:
    """The application behind a last look at what goes out. Whoever asks under the name of PUBLIC_URL, where that is
    https, came encrypted as far as the proxy that speaks for us, whether or not the proxy says so."""

    def __init__(self, inner: "WSGIApplication", public_url: str) -> None:
        self._inner = inner
        parts = urlsplit(public_url)
        self._encrypted_host = parts.netloc.casefold().removesuffix(":443") if parts.scheme == "https" else None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("HTTP_HOST", "").casefold() == self._encrypted_host:
            environ["wsgi.url_scheme"] = "https"
        is_encrypted = environ["wsgi.url_scheme"] == "https"

        def begin(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            headers.extend(_missing(*[name for name, _ in headers]))
            if is_encrypted:
                headers.append(ENCRYPTED)
            return start_response(status, headers, *rest)

        if "%00" in environ.get("QUERY_STRING", "") and not environ.get("PATH_INFO", "").startswith("/api/"):
            return _refused(begin)  # no browser and no provider sends one, and no database takes it
        return self._inner(environ, begin)


@lru_cache(maxsize=256)
def _missing(*names: str) -> tuple[tuple[str, str], ...]:
    said = {name.lower() for name in names}
    return tuple(header for name, header in _ALWAYS if name not in said)


def _refused(begin: Callable[..., object]) -> Iterable[bytes]:
    words = b"400 Bad Request\n"
    begin("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(words)))])
    return [words]
