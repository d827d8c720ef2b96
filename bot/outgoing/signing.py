"""Signatures of Standard Webhooks: who is told can see that it was us, and when.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"""

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """A secret as both sides keep it: `whsec_` and base64."""
    return PREFIX + b64encode(secrets.token_bytes(_BYTES)).decode()


def signed(secrets_: Sequence[str], uid: str, at: datetime, body: str) -> dict[str, str]:
    """The three headers of a telling; a signature for each secret, so that one can be changed without a gap."""
    seconds = str(int(at.timestamp()))
    words = f"{uid}.{seconds}.{body}".encode()
    each = (hmac.new(b64decode(one.removeprefix(PREFIX)), words, sha256).digest() for one in secrets_)
    return {
        "webhook-id": uid,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{b64encode(signature).decode()}" for signature in each),
    }
