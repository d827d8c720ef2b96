"""How the clients' pages look and what a browser may do with them: one style sheet, no script, nothing foreign."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from flask import Response, render_template

from conversations.languages.render import render
from conversations.replies import Value, say

_RIGHT_TO_LEFT = frozenset({"ar"})
STYLE = (Path(__file__).parent / "pages.css").read_text(encoding="utf-8")
_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def show(template: str, language: str, status: int = 200, **values: object) -> Response:
    """A page in a language. `t` in a template is a sentence of the language files."""

    def t(key: str, /, **said: Value) -> str:
        return render(say(key, **said), language)

    direction = "rtl" if language in _RIGHT_TO_LEFT else "ltr"
    body = render_template(template, t=t, language=language, direction=direction, style=STYLE, **values)
    return guarded(Response(body, status=status, mimetype="text/html"))


def guarded(response: Response) -> Response:
    """Whoever has the address has the booking: it is told to nobody, kept nowhere, and shown in no frame."""
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
