"""What goes wrong with a call, as a problem document (RFC 9457)."""

from collections.abc import Mapping
from typing import Any

from flask import Response, json

TITLES = {
    400: "The request cannot be read",
    401: "Who are you?",
    403: "Not for you",
    404: "There is no such thing",
    405: "Not by this method",
    409: "It cannot be done as things are",
    412: "It has changed since you read it",
    413: "The request is too large",
    415: "Only JSON is read",
    422: "Something in the request is not right",
    429: "Too many calls",
    500: "A fault of ours",
    503: "Not just now",
}
MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """The answer to a call that is not done. `code` is a word of a closed set for programs ("not_pending"), `detail`
    a sentence for people; `more` are members of its own, such as `errors` or `alternatives`."""

    def __init__(
        self, status: int, code: str, detail: str = "", headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code, self.detail = status, code, detail
        self.headers, self.more = dict(headers or {}), more

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "type": f"/api/docs#problem-{self.code}", "title": TITLES.get(self.status, "Not done"),
            "status": self.status, "code": self.code,
        }  # fmt: skip
        if self.detail:
            found["detail"] = self.detail
        return found | self.more


def as_response(problem: Problem) -> Response:
    response = Response(json.dumps(problem.document), problem.status, mimetype=MEDIA_TYPE)
    response.headers.update(problem.headers)
    return response


def missing(what: str) -> Problem:
    """What is not there, or not theirs: the two are told apart to nobody."""
    return Problem(404, "not_found", f"There is no such {what}.")
