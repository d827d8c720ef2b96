"""Twilio's API over one kept connection of http.client: as little as a send can cost."""

import json
import os
from base64 import b64encode
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode, urlsplit

from benchmarks.conversations.signing import OURS, SID, TOKEN

_PATH = f"/2010-04-01/Accounts/{SID}/Messages.json"
_HEADERS = {
    "Authorization": "Basic " + b64encode(f"{SID}:{TOKEN}".encode()).decode(),
    "Content-Type": "application/x-www-form-urlencoded",
}


class Sender:
    """One process's connection to the provider."""

    def __init__(self) -> None:
        base = urlsplit(os.environ["PROVIDER_URL"])
        self._connection = HTTPConnection(base.hostname or "", base.port, timeout=10)

    def send(self, to: str, text: str) -> str:
        """The provider's id of it. Raises OSError and HTTPException."""
        body = urlencode({"To": to, "From": OURS, "Body": text})
        try:
            self._connection.request("POST", _PATH, body, _HEADERS)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException):
            self._connection.close()  # the next one opens it again
            raise
        if answer.status != 201:
            raise HTTPException(f"refused with {answer.status}")
        return str(json.loads(content)["sid"])
