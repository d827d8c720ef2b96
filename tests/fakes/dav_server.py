"""A CalDAV server with the gaps that some have: no sync token, no ctag, no etag in an answer, reports that are cut, an
event it will not take."""

import re
from html import unescape
from xml.sax.saxutils import escape

from tests.fakes.faulty_server import Answer, Asked, FaultyServer

PATH = "/dav/work/"


class FakeDav(FaultyServer):
    """One calendar under PATH. `cut_at` is the most changes a sync report names; `refuses` has statuses by file."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[str, str] = {}
        self.changed: dict[str, int] = {}
        self.count = 0
        self.has_sync, self.has_ctag, self.gives_etags = True, True, True
        self.cut_at = 1000
        self.oldest = 0
        self.refuses: dict[str, int] = {}
        self.owner, self.own = "", ""
        self.principals: dict[str, list[str]] = {}
        """The addresses of each, by its path."""
        self.raw = ""
        """What is answered to every report, where it is not "". """

    @property
    def url(self) -> str:
        return f"{self.base_url}{PATH}"

    def keep(self, name: str, text: str | None) -> None:
        with self.lock:
            self.count += 1
            self.changed[name] = self.count
            if text is None:
                del self.files[name]
            else:
                self.files[name] = text

    def reply(self, asked: Asked) -> Answer:
        if asked.path in self.principals:
            return _multistatus(_addresses(asked.path, self.principals[asked.path]))
        if not asked.path.startswith(PATH):
            return Answer(404, "")
        name = asked.path.removeprefix(PATH)
        if asked.method in ("PUT", "DELETE"):
            return self._change(asked, name)
        if self.raw:
            return _xml(self.raw)
        if "<owner/>" in asked.body:
            return _multistatus(_response("", _owner("owner", self.owner) + _owner("current-user-principal", self.own)))
        if asked.method == "PROPFIND":
            return self._properties(name)
        if "<sync-collection" in asked.body:
            return self._changes(re.findall("<sync-token>(.*?)</sync-token>", asked.body)[0])
        names = [unescape(href).removeprefix(PATH) for href in re.findall("<href>(.*?)</href>", asked.body)]
        return _multistatus("".join(self._resource(one) for one in names or self.files))

    def error_body(self, status: int, code: int) -> object:
        return {"status": status}

    def _change(self, asked: Asked, name: str) -> Answer:
        if name in self.refuses:
            return Answer(self.refuses[name], "")
        tag = f'"{self.changed[name]}"' if name in self.files else None
        wanted = asked.headers.get("If-Match")
        if (wanted is not None and wanted != tag) or ("If-None-Match" in asked.headers and tag):
            return Answer(412, "")
        if asked.method == "DELETE" and tag is None:
            return Answer(404, "")
        self.keep(name, asked.body if asked.method == "PUT" else None)
        etag = {"ETag": f'"{self.changed[name]}"'} if self.gives_etags and asked.method == "PUT" else {}
        return Answer(201 if asked.method == "PUT" else 204, "", headers=etag)

    def _properties(self, name: str) -> Answer:
        if name:
            return _multistatus(self._resource(name)) if name in self.files else Answer(404, "")
        sync = f"<D:sync-token>http://dav/{self.count}</D:sync-token>" if self.has_sync else ""
        ctag = f"<S:getctag>{self.count}</S:getctag>" if self.has_ctag else ""
        kind = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
        return _multistatus(_response("", f"{kind}{sync}{ctag}"))

    def _changes(self, token: str) -> Answer:
        since = int(token.rpartition("/")[2])
        if since < self.oldest:
            return Answer(403, '<D:error xmlns:D="DAV:"><D:valid-sync-token/></D:error>')
        names = sorted((at, name) for name, at in self.changed.items() if at > since)[: self.cut_at]
        last = names[-1][0] if names else self.count
        rows = "".join(
            self._resource(name, data=False) if name in self.files else _response(name, "", "404 Not Found")
            for _, name in names
        )
        more = _response("", "", "507 Insufficient Storage") if last < self.count else ""
        return _multistatus(f"{rows}{more}<D:sync-token>http://dav/{last}</D:sync-token>")

    def _resource(self, name: str, data: bool = True) -> str:
        if name not in self.files:
            return _response(name, "", "404 Not Found")
        text = f"<C:calendar-data>{escape(self.files[name])}</C:calendar-data>" if data else ""
        return _response(name, f'<D:getetag>"{self.changed[name]}"</D:getetag>{text}')


def _response(name: str, properties: str, status: str = "") -> str:
    found = f"<D:propstat><D:prop>{properties}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>"
    what = f"<D:status>HTTP/1.1 {status}</D:status>" if status else found
    return f"<D:response><D:href>{PATH}{name}</D:href>{what}</D:response>"


def _owner(name: str, principal: str) -> str:
    return f"<D:{name}><D:href>{principal}</D:href></D:{name}>" if principal else ""


def _addresses(path: str, addresses: list[str]) -> str:
    found = "".join(f"<D:href>{address}</D:href>" for address in addresses)
    told = f"<C:calendar-user-address-set>{found}</C:calendar-user-address-set>"
    return f"<D:response><D:href>{path}</D:href><D:propstat><D:prop>{told}</D:prop></D:propstat></D:response>"


def _multistatus(rows: str) -> Answer:
    spaces = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"'
    return _xml(f'<?xml version="1.0"?><D:multistatus {spaces}>{rows}</D:multistatus>')


def _xml(text: str) -> Answer:
    return Answer(207, text, "application/xml; charset=utf-8")
