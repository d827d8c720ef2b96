"""Google Calendar as tests see it: tokens for a service account, free/busy, and events with their ids, pages and sync
tokens (discovery document calendar v3)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.fakes.faulty_server import Answer, Asked, FaultyServer

ACCOUNT = "desk@project.iam.gserviceaccount.example.test"
EVENT_ID = re.compile(r"[a-v0-9]{5,1024}")
NOT_WITH_SYNC_TOKEN = {"iCalUID", "orderBy", "privateExtendedProperty", "sharedExtendedProperty", "q", "timeMin",
                       "timeMax", "updatedMin"}  # fmt: skip
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_PEM = _KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()


@dataclass(slots=True)
class Shared:
    """A calendar, and how far it is shared with us: "writer", "reader", "freeBusyReader" or "" for not at all. `events`
    hold cancelled ones too, with the count of changes at which each changed last."""

    role: str = "writer"
    zone: str = "Asia/Qatar"
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    busy_error: str = ""


class FakeGoogle(FaultyServer):
    """`page_size` is the most it puts on a page. `reason` is what its next planned refusals say."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self.now = now
        self.calendars: dict[str, Shared] = {}
        self.page_size = 250
        self.reason = "rateLimitExceeded"
        self.tokens: set[str] = set()
        self.oldest_token = 0
        self.count = 0
        self.mail_sent = False

    def key_file(self, folder: Path, **values: object) -> str:
        """The path of a service account's key file; `values` replace what stands in it."""
        path = folder / "google.json"
        key = {
            "type": "service_account", "client_email": ACCOUNT, "private_key_id": "k1", "private_key": _PEM,
            "token_uri": f"{self.base_url}/token", **values,
        }  # fmt: skip
        path.write_text(json.dumps(key), encoding="utf-8")
        return str(path)

    def share(self, calendar: str, role: str = "writer") -> Shared:
        self.calendars[calendar] = Shared(role)
        return self.calendars[calendar]

    def put(self, calendar: str, event: str, start: object, end: object, **values: object) -> None:
        """What a person does in their own calendar. `start` is a moment, or a day as text."""
        times = {name: {"date": at} if isinstance(at, str) else {"dateTime": at.isoformat()}  # type: ignore[attr-defined]
                 for name, at in (("start", start), ("end", end))}  # fmt: skip
        self._keep(self.calendars[calendar], event, {"summary": "Private matters", **times, **values})

    def drop(self, calendar: str, event: str) -> None:
        self._keep(self.calendars[calendar], event, {"status": "cancelled"})

    def forget_tokens(self) -> None:
        """Sync tokens of before are answered 410 from now on."""
        self.count += 1
        self.oldest_token = self.count

    def expire(self) -> None:
        """Access tokens of before are answered 401 from now on."""
        self.tokens.clear()

    def standing(self, calendar: str) -> dict[str, dict[str, Any]]:
        events = self.calendars[calendar].events
        return {name: event for name, event in events.items() if event.get("status") != "cancelled"}

    def asked_for(self) -> list[str]:
        """Method and last part of the path of each request so far, tokens apart."""
        return [f"{one.method} {one.path.rpartition('/')[2][:8]}" for one in self.asked if one.path != "/token"]

    def reply(self, asked: Asked) -> Answer:
        if asked.path == "/token":
            return self._token(asked)
        if asked.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return self._error(401, "authError")
        self.mail_sent |= asked.method in ("POST", "PUT", "DELETE") and asked.query.get("sendUpdates", "none") != "none"
        if (asked.method, asked.path) == ("POST", "/calendar/v3/freeBusy"):
            return self._free_busy(json.loads(asked.body))
        found = re.fullmatch(r"/calendar/v3/calendars/([^/]+)/events(?:/([^/]+))?", asked.path)
        shared = self.calendars.get(unquote(found[1])) if found else None
        if not found or shared is None or not shared.role:
            return self._error(404, "notFound")
        if asked.method == "GET":
            return self._list(shared, asked.query)
        if shared.role != "writer":
            return self._error(403, "requiredAccessLevel")
        return self._change(shared, asked, unquote(found[2] or ""))

    def error_body(self, status: int, code: int) -> object:
        reason = self.reason if status in (403, 429) else "backendError"
        words = f"refused for {ACCOUNT}"
        return {"error": {"code": status, "message": words, "errors": [{"domain": "usageLimits", "reason": reason}]}}

    def _token(self, asked: Asked) -> Answer:
        if asked.form.get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return Answer(400, json.dumps({"error": "unsupported_grant_type"}))
        try:
            claims = jwt.decode(
                asked.form["assertion"], _KEY.public_key(), ["RS256"], audience=f"{self.base_url}/token",
                options={"verify_exp": False, "verify_iat": False, "require": ["iat", "exp", "iss", "scope"]},
            )  # fmt: skip
        except jwt.PyJWTError:
            return Answer(400, json.dumps({"error": "invalid_grant", "error_description": f"bad key of {ACCOUNT}"}))
        is_now = claims["iat"] <= self.now.timestamp() <= claims["exp"] <= claims["iat"] + 3600
        if claims["iss"] != ACCOUNT or not is_now or "auth/calendar.events" not in claims["scope"]:
            return Answer(400, json.dumps({"error": "invalid_scope"}))
        token = f"ya29.{len(self.asked)}"
        self.tokens.add(token)
        return Answer(200, json.dumps({"access_token": token, "expires_in": 3600, "token_type": "Bearer"}))

    def _free_busy(self, wanted: Mapping[str, Any]) -> Answer:
        start, end = _moment(wanted["timeMin"]), _moment(wanted["timeMax"])
        found = {}
        for name in (item["id"] for item in wanted["items"]):
            shared = self.calendars.get(name, Shared(""))
            reason = shared.busy_error or ("" if shared.role else "notFound")
            times = [
                (_moment(event["start"]["dateTime"]), _moment(event["end"]["dateTime"]))
                for event in shared.events.values()
                if event.get("status") != "cancelled" and event.get("transparency") != "transparent"
            ]
            busy = [
                {"start": _zulu(max(a, start)), "end": _zulu(min(z, end))}
                for a, z in sorted(times)
                if a < end and z > start
            ]
            found[name] = {"errors": [{"domain": "global", "reason": reason}], "busy": []} if reason else {"busy": busy}
        return _json(200, {"kind": "calendar#freeBusy", "calendars": found})

    def _list(self, shared: Shared, query: Mapping[str, str]) -> Answer:
        since = -1
        if "syncToken" in query:
            if query.keys() & NOT_WITH_SYNC_TOKEN:
                return self._error(400, "invalid")
            since = int(query["syncToken"].removeprefix("sync"))
            if since < self.oldest_token:
                return self._error(410, "fullSyncRequired")
        rows = []
        for name, event in shared.events.items():
            is_off = event.get("status") == "cancelled"
            if shared.changed[name] > since and not (is_off and since < 0) and (is_off or _within(event, query)):
                rows.append(
                    {"id": name, "status": "cancelled"} if is_off else {"status": "confirmed", **event, "id": name}
                )
        at, size = int(query.get("pageToken", "0")), min(self.page_size, int(query["maxResults"]))
        page = {"items": rows[at : at + size], "timeZone": shared.zone}
        more = {"nextPageToken": str(at + size)} if at + size < len(rows) else {"nextSyncToken": f"sync{self.count}"}
        return _json(200, page | more)

    def _change(self, shared: Shared, asked: Asked, name: str) -> Answer:
        body = json.loads(asked.body) if asked.body else {}
        match asked.method:
            case "POST":
                name = body.pop("id", "")
                if not EVENT_ID.fullmatch(name) or "iCalUID" in body:
                    return self._error(400, "invalid")
                if name in shared.events:
                    return self._error(409, "duplicate")
            case "PUT" if name not in shared.events:
                return self._error(404, "notFound")
            case "DELETE":
                if name not in shared.events:
                    return self._error(404, "notFound")
                if shared.events[name].get("status") == "cancelled":
                    return self._error(410, "deleted")
                self._keep(shared, name, {"status": "cancelled"})
                return Answer(204, "")
        if _moment(body["end"]["dateTime"]) <= _moment(body["start"]["dateTime"]):
            return self._error(400, "timeRangeEmpty")
        self._keep(shared, name, body)
        return _json(200, {"id": name, "etag": f'"{self.count}"', **body})

    def _keep(self, shared: Shared, name: str, event: dict[str, Any]) -> None:
        with self.lock:
            self.count += 1
            shared.events[name] = event
            shared.changed[name] = self.count

    def _error(self, status: int, reason: str) -> Answer:
        words = f"{reason} for {ACCOUNT}"
        return _json(status, {"error": {"code": status, "message": words, "errors": [{"reason": reason}]}})


def _within(event: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    """timeMin filters on the end, timeMax on the start."""
    start, end = (_moment(event[name].get("dateTime") or event[name]["date"]) for name in ("start", "end"))
    after = "timeMin" not in query or end > _moment(query["timeMin"])
    return after and ("timeMax" not in query or start < _moment(query["timeMax"]))


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _zulu(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(status: int, body: object) -> Answer:
    return Answer(status, json.dumps(body))
