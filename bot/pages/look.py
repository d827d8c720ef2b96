"""How the clients' pages look and what a browser may do with them: one style sheet, no script, nothing foreign."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from flask import Response, render_template

from conversations.languages.render import name_text, render
from conversations.replies import Value, say
from conversations.session_types import Name

_RIGHT_TO_LEFT = frozenset({"ar"})
STYLE = (Path(__file__).parent / "pages.css").read_text(encoding="utf-8")
_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def show(template: str, language: str, status: int = 200, **values: object) -> Response:
    """A page in a language. `t` in a template is a sentence of the language files; `called` is what something is called
    in it."""

    def t(key: str, /, **said: Value) -> str:
        return render(say(key, **said), language)

    def called(name: Name) -> str:
        return name_text(name, language)

    direction = "rtl" if language in _RIGHT_TO_LEFT else "ltr"
    body = render_template(
        template, t=t, called=called, language=language, direction=direction, style=STYLE, **values
    )  # fmt: skip
    return guarded(Response(body, status=status, mimetype="text/html"))


def guarded(response: Response) -> Response:
    """Whoever has the address has the booking: it is told to nobody, kept nowhere, and shown in no frame."""
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
