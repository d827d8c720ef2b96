"""One POST to an address that somebody typed: never to a machine of our own network, never for longer than a moment."""

import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from handlers.webhook_told import Answer

EACH_SECONDS = 10.0
ALL_SECONDS = 20.0
"""From the first byte to the last, however slowly they drip."""
LONGEST_URL = 500
_TRANSLATED = ip_network("64:ff9b::/96")
"""IPv4 addresses as a translator's network has them."""


class Forbidden(ValueError):
    """An address that is not called. Its words are for people."""


def checked(url: str, *, may_be_private: bool) -> SplitResult:
    """An address that may be called. Raises Forbidden: no https, a password inside, no host, nothing we can read."""
    try:
        parts = urlsplit(url)
        has_host, _ = bool(parts.hostname), parts.port
    except ValueError:
        raise Forbidden("that is no address") from None
    if parts.scheme != "https" and not (may_be_private and parts.scheme == "http"):
        raise Forbidden("the address must begin with https://")
    if not has_host or len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise Forbidden("that is no address")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Forbidden("the address may hold no password and no #")
    return parts


def post(url: str, body: str, headers: Mapping[str, str], *, may_be_private: bool) -> Answer:
    """What came of it. No redirect is followed, and nothing is read but the status."""
    try:
        parts = checked(url, may_be_private=may_be_private)
        own = {"Content-Type": "application/json", "User-Agent": "Textbook", "Connection": "close", **headers}
        with closing(_connection(parts, may_be_private)) as connection:
            watch = Timer(ALL_SECONDS, connection.cut)
            watch.daemon = True
            watch.start()
            try:
                target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
                connection.request("POST", target, body.encode(), own)
                return Answer(connection.getresponse().status)
            finally:
                watch.cancel()
    except Forbidden as refused:
        return Answer(None, str(refused))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(None, type(error).__name__)  # its own text holds the address


def _connection(parts: SplitResult, may_be_private: bool) -> "_Plain":
    kind = _Encrypted if parts.scheme == "https" else _Plain
    return kind(parts.hostname or "", parts.port, may_be_private)


class _Plain(http.client.HTTPConnection):
    def __init__(self, host: str, port: int | None, may_be_private: bool) -> None:
        super().__init__(host, port or self.default_port, timeout=EACH_SECONDS)
        self._may_be_private = may_be_private

    def connect(self) -> None:
        self.sock = _connected(self.host, self.port, self._may_be_private)

    def cut(self) -> None:
        """End it, whatever it waits for."""
        if self.sock is not None:
            _hang_up(self.sock)


class _Encrypted(_Plain):
    default_port = http.client.HTTPS_PORT

    def connect(self) -> None:
        super().connect()
        self.sock = _trust().wrap_socket(self.sock, server_hostname=self.host)


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _connected(host: str, port: int, may_be_private: bool) -> socket.socket:
    """A connection to the first address of this name that may be called: what was looked at is what is called, so that
    no name can mean another machine a moment later."""
    found = [entry[4] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    allowed = [address for address in found if may_be_private or _is_public(str(address[0]))]
    if not allowed:
        raise Forbidden("it is a private address: WEBHOOKS_ALLOW_PRIVATE lets it be called")
    return socket.create_connection((str(allowed[0][0]), port), EACH_SECONDS)


def _is_public(words: str) -> bool:
    """Also of what hides an IPv4 address in an IPv6 one."""
    address: IPv4Address | IPv6Address = ip_address(words.partition("%")[0])
    if isinstance(address, IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        address = inside or address
    return address.is_global and not address.is_multicast and address not in _TRANSLATED


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended already
