"""Whoever guesses at what opens something (a link, the secret of a path, a signature, a password) is told to wait. Each
web process counts for itself, by address, and what is genuine is never counted but for passwords: so that nobody can
keep a provider's calls or a client's page out, not even from behind the same address."""

from ipaddress import IPv6Address, ip_network

from flask import Response, current_app, request

from bot.api.limits import Limits, Rate
from bot.desk import Desk
from bot.logs import log
from bot.proxies import read_address

MISSES = Rate(30, 60.0)
"""Addresses that open nothing and calls that nobody signed, from one address."""
PASSWORDS = Rate(30, 300.0)
"""Passwords that are tried from one address, right or wrong: a whole shop may sign in in the morning."""
_MISSED = frozenset({401, 403, 404})
_OPENS = frozenset({"token", "secret"})


def wait_for_misses(response: Response) -> Response:
    """In the place of one answer too many to guesses: 429."""
    if response.status_code not in _MISSED or not _is_guess():
        return response
    wait = _wait("miss", MISSES)
    return Response("429 Too Many Requests\n", 429, told(wait), mimetype="text/plain") if wait else response


def wait_for_passwords() -> int:
    """Seconds until another password is looked at from this address; 0 for now."""
    return _wait("password", PASSWORDS)


def told(wait: int) -> dict[str, str]:
    return {"Retry-After": str(wait)}


def _is_guess() -> bool:
    return bool(_OPENS & set(request.view_args or ())) or request.path.startswith("/webhooks/")


def _wait(what: str, rate: Rate) -> int:
    desk: Desk = current_app.extensions["desk"]
    limits: Limits = current_app.extensions.setdefault("guesses", Limits())
    where = _neighbourhood()
    wait = limits.take(f"{what} {where}", rate, desk.clock.now().timestamp()).wait
    if wait:
        log.warning("too_many_guesses", what=what, where=where)
    return wait


def _neighbourhood() -> str:
    """Who has one IPv6 address has all of its network."""
    address = read_address(request.remote_addr or "")
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)
