"""What the console keeps to itself: the key that signs its forms, and how passwords and codes are compared."""

import hmac
import os
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import BoundedSemaphore

from config import Settings

TOKEN_BYTES = 32
PATIENCE = 1.0
"""Seconds that a password waits for its turn: whoever floods the door keeps no other request waiting for long."""
_AT_ONCE = BoundedSemaphore(2)
"""Comparing one password takes 64 MB and a third of a second; more at once wait."""


class TooMany(Exception):
    """More passwords are compared at once than we take on."""


def secret_key(settings: Settings) -> bytes:
    """SECRET_KEY, else one that is made at the first start and kept under `data/`, readable by its owner alone. Web
    processes on several machines need SECRET_KEY. Raises OSError where it can neither be read nor made."""
    if key := settings.secret_key.get_secret_value():
        return key.encode()
    return _kept(settings.secret_key_file)


def _kept(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_hex(TOKEN_BYTES).encode())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(unfinished, path)  # whoever is first has made it for all
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
    return path.read_bytes()


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is kept of a token: whoever reads the database cannot sign in by it."""
    return sha256(token.encode()).hexdigest()


def form_token(key: bytes, token: str) -> str:
    """What a form carries to show that this browser was given it (OWASP's HMAC-based token)."""
    return hmac.new(key, f"form:{token}".encode(), sha256).hexdigest()


def is_form_token(key: bytes, token: str, said: str) -> bool:
    return hmac.compare_digest(form_token(key, token).encode(), said.encode())


def password_hash(password: str) -> str:
    """By argon2id, with the library's own parameters. Raises TooMany."""
    from argon2 import PasswordHasher

    with _turn():
        return PasswordHasher().hash(password)


def is_password(password: str, kept: str) -> bool:
    """Whether it is the one that was kept; with nothing kept it takes as long, and is not. Raises TooMany."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    with _turn():
        try:
            return PasswordHasher().verify(kept or _NOBODYS, password) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False


@contextmanager
def _turn() -> Iterator[None]:
    """Raises TooMany."""
    if not _AT_ONCE.acquire(timeout=PATIENCE):
        raise TooMany
    try:
        yield
    finally:
        _AT_ONCE.release()


_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$YbYdJ0NqM0yHp5Jkz8Cq1q5z8m8xkT0m3b8gqf5G0lM"


def new_totp_secret() -> str:
    import pyotp

    return pyotp.random_base32()


def totp_address(secret: str, login: str, business: str) -> str:
    """What an authenticator reads from its picture (Google's key URI)."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=business)


def totp_step(secret: str, code: str, at: float) -> int | None:
    """The time step whose code this is, of the last, this and the next one (RFC 6238); None for a wrong one. The digits
    of any script count."""
    import pyotp

    step = int(at) // 30
    totp = pyotp.TOTP(secret)
    known = {number: totp.generate_otp(number) for number in (step - 1, step, step + 1)}
    said = "".join(str(unicodedata.decimal(sign, sign)) for sign in code.strip()[:20]).encode()
    return next((number for number, right in known.items() if hmac.compare_digest(right.encode(), said)), None)
