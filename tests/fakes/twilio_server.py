"""Twilio as tests see it: the Messages API with its errors and paging, and signed webhooks towards us."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlencode

import requests
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from tests.fakes.faulty_server import Answer, Asked, FaultyServer

REFUSED_NUMBERS = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
"""Twilio's test numbers. https://www.twilio.com/docs/iam/test-credentials"""
STATUS_OF_CODE = {20003: 401, 20404: 404, 20429: 429}


@dataclass(slots=True)
class Accepted:
    """A message Twilio took from us. `sent` is None until `FakeTwilio.leave_queue`."""

    sid: str
    to: str
    from_: str | None
    body: str
    service: str | None
    status_callback: str
    created: datetime
    status: str
    sent: datetime | None = None
    error_code: int | None = None


def signed_post(
    url: str, form: Mapping[str, str], auth_token: str, signed_as: str = "", method: str = "POST"
) -> requests.Response:
    """Deliver a webhook as Twilio does. `signed_as` is the public URL where it is not the one posted to."""
    validator = RequestValidator(auth_token)
    if method == "GET":
        query = f"{'&' if '?' in url else '?'}{urlencode(form)}"
        signature = validator.compute_signature((signed_as or url) + query, {})
        return requests.get(url + query, headers={"X-Twilio-Signature": signature}, timeout=60)
    signature = validator.compute_signature(signed_as or url, form)
    return requests.post(url, data=form, headers={"X-Twilio-Signature": signature}, timeout=60)


def the_time() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 -- another company's clock, not ours


class FakeTwilio(FaultyServer):
    """One account. `messages` are the accepted ones, in order; `clock` may go wrong."""

    def __init__(self, account_sid: str, auth_token: str, clock: Callable[[], datetime] = the_time) -> None:
        super().__init__()
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.clock = clock
        self.opted_out: set[str] = set()
        self._messages: list[Accepted] = []
        self._incoming = 0
        self._home = f"/2010-04-01/Accounts/{account_sid}"

    @property
    def messages(self) -> tuple[Accepted, ...]:
        with self.lock:
            return tuple(self._messages)

    def listed(self) -> list[Accepted]:
        """Those a list holds, by date, recipient and sender aside; in order."""
        return self._messages

    def keep(
        self, to: str, body: str, from_: str | None = None, service: str | None = None, callback: str = ""
    ) -> Accepted:
        """Accept a message; also the way to put an old one there."""
        with self.lock:
            sid = f"SM{len(self._messages) + 1:032x}"
            status = "accepted" if service and not from_ else "queued"
            message = Accepted(sid, to, from_, body, service, callback, self.clock().replace(microsecond=0), status)
            self._messages.append(message)
            return message

    def leave_queue(self, message: Accepted, from_: str = "") -> None:
        """Let it go out: from now on it has a date and a sender."""
        with self.lock:
            message.status, message.sent = "sent", self.clock().replace(microsecond=0)
            message.from_ = from_ or message.from_

    def text(self, url: str, from_: str, to: str, body: str, signed_as: str = "", **fields: str) -> requests.Response:
        """Deliver what somebody texted. `fields` add to the form or replace what is in it."""
        return signed_post(url, self.text_form(from_, to, body, **fields), self.auth_token, signed_as)

    def text_form(self, from_: str, to: str, body: str, **fields: str) -> dict[str, str]:
        """The fields of such a webhook, with a new sid each time."""
        with self.lock:
            self._incoming += 1
            sid = f"SM{self._incoming:032d}"
        same = {"MessageSid": sid, "SmsMessageSid": sid, "SmsSid": sid, "AccountSid": self.account_sid}
        return {**same, "From": from_, "To": to, "Body": body, "NumMedia": "0", "NumSegments": "1", **fields}

    def report(
        self, message: Accepted, status: str, error_code: int | None = None, url: str = "", signed_as: str = ""
    ) -> requests.Response:
        """Call the message's status callback, or `url`."""
        with self.lock:
            message.status, message.error_code = status, error_code
            form = self.status_form(message)
        return signed_post(url or message.status_callback, form, self.auth_token, signed_as)

    def status_form(self, message: Accepted) -> dict[str, str]:
        """The fields of a status callback for the message as it stands."""
        error = {"ErrorCode": str(message.error_code)} if message.error_code else {}
        same = {"MessageSid": message.sid, "SmsSid": message.sid, "AccountSid": self.account_sid}
        state = {"MessageStatus": message.status, "SmsStatus": message.status}
        return {**same, **state, "From": message.from_ or "", "To": message.to, **error}

    def reply(self, asked: Asked) -> Answer:
        if asked.headers.get("Authorization") != self._login():
            return self._refuse(20003)
        path = asked.path.removeprefix(self._home)
        if (asked.method, path) == ("GET", ".json"):
            return _json(200, {"sid": self.account_sid, "status": "active", "friendly_name": "Fake", "type": "Full"})
        if path == "/Messages.json":
            return self._create(asked.form) if asked.method == "POST" else self._list(asked.query)
        single = re.fullmatch(r"/Messages/(SM[0-9a-f]{32})\.json", path)
        found = next((kept for kept in self._messages if single and kept.sid == single[1]), None)
        return _json(200, self._wire(found)) if found and asked.method == "GET" else self._refuse(20404)

    def error_body(self, status: int, code: int) -> object:
        more = f"https://www.twilio.com/docs/errors/{code}"
        return {
            "code": code or status,
            "message": f"Refused with {code or status}",
            "more_info": more,
            "status": status,
        }

    def _login(self) -> str:
        return "Basic " + base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()

    def _create(self, form: Mapping[str, str]) -> Answer:
        if code := self._fault_of(form):
            return self._refuse(code)
        service = form.get("MessagingServiceSid")
        message = self.keep(form["To"], form["Body"], form.get("From"), service, form.get("StatusCallback", ""))
        return _json(201, self._wire(message))

    def _fault_of(self, form: Mapping[str, str]) -> int:
        to, sender = form.get("To", ""), form.get("From", "")
        number = to.removeprefix("whatsapp:")
        is_whatsapp = to.startswith("whatsapp:")
        faults = (
            (not to, 21604),
            (not sender and not form.get("MessagingServiceSid"), 21603),
            (not form.get("Body"), 21602),
            (len(form.get("Body", "")) > 1600, 21617),
            (not is_whatsapp and not re.fullmatch(r"\+[1-9]\d{6,14}", to), 21211),
            (bool(sender) and sender.startswith("whatsapp:") != is_whatsapp, 63007),
            (sender == "+15005550007", 21606),
            (number in self.opted_out, 21610),
        )
        return next((code for is_wrong, code in faults if is_wrong), REFUSED_NUMBERS.get(number, 0))

    def _list(self, query: Mapping[str, str]) -> Answer:
        """Newest first. A message still queued has no DateSent, and no filter by it lets it through."""
        found = [kept for kept in reversed(self.listed()) if _is_asked_for(kept, query)]
        size, page = int(query.get("PageSize", "50")), int(query.get("Page", "0"))
        rows = found[page * size : (page + 1) * size]
        last = max(0, (len(found) - 1) // size)

        def uri(number: int) -> str | None:
            asked = {**query, "PageSize": str(size), "Page": str(number)}
            return f"{self._home}/Messages.json?{urlencode(asked)}" if 0 <= number <= last else None

        paging = {"page": page, "page_size": size, "uri": uri(page), "first_page_uri": uri(0)}
        ends = {"next_page_uri": uri(page + 1), "previous_page_uri": uri(page - 1)}
        span = {"start": page * size, "end": page * size + max(0, len(rows) - 1)}
        return _json(200, {"messages": [self._wire(kept) for kept in rows], **paging, **ends, **span})

    def _wire(self, kept: Accepted) -> dict[str, object]:
        uri = f"{self._home}/Messages/{kept.sid}"
        text = {"sid": kept.sid, "status": kept.status, "to": kept.to, "from": kept.from_, "body": kept.body}
        count = {"num_segments": "0" if kept.status == "accepted" else "1", "num_media": "0"}
        cost = {"direction": "outbound-api", "price": None, "price_unit": "USD"}
        error = {"error_code": kept.error_code, "error_message": None}
        dates = {"date_created": _rfc2822(kept.created), "date_updated": _rfc2822(kept.created)}
        owner = {"account_sid": self.account_sid, "messaging_service_sid": kept.service, "api_version": "2010-04-01"}
        links = {"uri": f"{uri}.json", "subresource_uris": {"media": f"{uri}/Media.json"}}
        return {**text, **count, **cost, **error, **dates, "date_sent": _rfc2822(kept.sent), **owner, **links}

    def _refuse(self, code: int) -> Answer:
        status = STATUS_OF_CODE.get(code, 400)
        return _json(status, self.error_body(status, code))


def _is_asked_for(kept: Accepted, query: Mapping[str, str]) -> bool:
    day = kept.sent.date().isoformat() if kept.sent else ""
    earliest = query.get("DateSent>", "")[:10]
    return (
        query.get("To") in (None, kept.to)
        and query.get("From") in (None, kept.from_)
        and (not earliest or (bool(day) and day >= earliest))
    )


def _rfc2822(moment: datetime | None) -> str | None:
    return format_datetime(moment) if moment else None


def _json(status: int, body: object) -> Answer:
    return Answer(status, json.dumps(body))
