"""Who asks, behind proxies: what is said of a request on its way is taken from whom TRUSTED_PROXIES names, alone."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Networks = Sequence[IPv4Network | IPv6Network]
AS_IT_CAME = "textbook.peer"
"""In the environment of a request: the address that is really at the other end of the connection."""


def behind_proxies(inner: "WSGIApplication", trusted: str) -> "WSGIApplication":
    """The application behind the proxies of TRUSTED_PROXIES: a number of them, addresses and networks, or none."""
    if trusted.isdigit() and int(trusted):
        hops = int(trusted)
        return _Noted(ProxyFix(inner, x_for=hops, x_proto=hops, x_host=hops))
    named = () if trusted.isdigit() else networks(trusted.split(","))
    return _Noted(_BehindNamed(inner, named) if named else inner)


def networks(texts: Iterable[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    """Raises ValueError."""
    return tuple(ip_network(text.strip(), strict=False) for text in texts if text.strip())


class _Noted:
    """Keeps who is really at the other end."""

    def __init__(self, inner: "WSGIApplication") -> None:
        self._inner = inner

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        environ[AS_IT_CAME] = environ.get("REMOTE_ADDR", "")
        return self._inner(environ, start_response)


class _BehindNamed:
    """Takes the word of the nearest proxy where it is one of these. The client is the right-most address that is none
    of them: what stands further left anybody can have written."""

    def __init__(self, inner: "WSGIApplication", trusted: Networks) -> None:
        self._inner, self._trusted = inner, trusted

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if self._is_trusted(read_address(environ.get("REMOTE_ADDR", ""))):
            environ["REMOTE_ADDR"] = self._client(environ)
            if (scheme := _nearest(environ, "HTTP_X_FORWARDED_PROTO").lower()) in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
            if host := _nearest(environ, "HTTP_X_FORWARDED_HOST"):
                environ["HTTP_HOST"] = host
        return self._inner(environ, start_response)

    def _client(self, environ: "WSGIEnvironment") -> str:
        found = str(environ["REMOTE_ADDR"])
        for said in reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            address = read_address(said)
            if address is None:
                break
            found = str(address)
            if not self._is_trusted(address):
                break
        return found

    def _is_trusted(self, address: IPv4Address | IPv6Address | None) -> bool:
        return address is not None and any(address in network for network in self._trusted)


def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """An address, also with a port or in brackets; one of IPv4 that is written as IPv6 is one of IPv4."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _nearest(environ: "WSGIEnvironment", name: str) -> str:
    return str(environ.get(name, "")).rpartition(",")[2].strip()
