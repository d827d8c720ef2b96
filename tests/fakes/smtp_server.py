"""A real SMTP server in this process that keeps what it takes, and misbehaves on request."""

import asyncio
import datetime
import ipaddress
import ssl
import threading
from collections import deque
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Fault:
    """What comes instead of a yes, at `stage` (MAIL, RCPT, DATA). `cut`: the connection is cut, at DATA once the email
    is taken; `hang`: seconds without an answer; `held`: none until it is set."""

    stage: str
    says: str = ""
    cut: bool = False
    hang: float = 0.0
    held: threading.Event | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """One email as it was taken."""

    sender: str
    recipient: str
    raw: bytes
    encrypted: bool
    username: str

    @property
    def message(self) -> EmailMessage:
        found = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")

    @property
    def calendar(self) -> tuple[str, bytes] | None:
        """The method and the file; None where there is none."""
        part = next((one for one in self.message.walk() if one.get_content_type() == "text/calendar"), None)
        if part is None:
            return None
        raw = part.get_payload(decode=True)
        assert isinstance(raw, bytes)
        return str(part.get_param("method")), raw


@dataclass
class FakeSMTP:
    """A context manager; `port` is good inside it. `password` "": nobody signs in, else under TLS. `certificate`: a
    folder to make one in, which STARTTLS is offered with."""

    username: str = ""
    password: str = ""
    certificate: Path | None = None
    taken: list[Taken] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    tries: int = 0
    port: int = 0
    pem: str = ""

    def __enter__(self) -> Self:
        self._tls = self._certified() if self.certificate is not None else None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._open(), self._loop).result(60)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    def trust(self) -> ssl.SSLContext:
        """What a client needs to trust this server."""
        return ssl.create_default_context(cadata=self.pem)

    async def _open(self) -> asyncio.Server:
        return await self._loop.create_server(self._session, "127.0.0.1", 0)

    async def _close(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _session(self) -> SMTP:
        asks = bool(self.password)
        return SMTP(
            self, loop=self._loop, tls_context=self._tls, authenticator=self._lets_in if asks else None,
            auth_required=asks, auth_require_tls=asks, auth_exclude_mechanism=() if asks else ("LOGIN", "PLAIN"),
            enable_SMTPUTF8=False,
        )  # fmt: skip

    def _lets_in(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        is_right = (data.login, data.password) == (self.username.encode(), self.password.encode())
        return AuthResult(success=is_right, handled=False, auth_data=data.login.decode())

    async def handle_MAIL(  # noqa: N802 - the names that aiosmtpd calls
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.tries += 1
        envelope.mail_from = address
        return await self._answer(server, "MAIL") or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        refused = await self._answer(server, "RCPT")
        if not refused:
            envelope.rcpt_tos.append(address)
        return refused or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        fault = self._planned("DATA")
        if fault is None or fault.cut:
            self._take(session, envelope)
        return await self._misbehave(server, fault) or "250 OK"

    def _take(self, session: Session, envelope: Envelope) -> None:
        content, sender = envelope.content, envelope.mail_from
        assert isinstance(content, bytes)
        assert sender is not None
        username = str(session.auth_data or "")
        self.taken.append(Taken(sender, envelope.rcpt_tos[0], content, session.ssl is not None, username))

    async def _answer(self, server: SMTP, stage: str) -> str:
        return await self._misbehave(server, self._planned(stage))

    def _planned(self, stage: str) -> Fault | None:
        return self.faults.popleft() if self.faults and self.faults[0].stage == stage else None

    async def _misbehave(self, server: SMTP, fault: Fault | None) -> str:
        if fault is None:
            return ""
        if fault.hang:
            await asyncio.sleep(fault.hang)
        while fault.held is not None and not fault.held.is_set():
            await asyncio.sleep(0.05)
        if fault.cut:
            server.transport.abort()
        return fault.says or "250 OK"

    def _certified(self) -> ssl.SSLContext:
        assert self.certificate is not None
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        begins = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(begins + datetime.timedelta(days=36500))
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
            )
            .sign(key, hashes.SHA256())
        )
        self.pem = made.public_bytes(serialization.Encoding.PEM).decode()
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (self.certificate / "key.pem").write_bytes(secret)
        (self.certificate / "certificate.pem").write_text(self.pem)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.certificate / "certificate.pem", self.certificate / "key.pem")
        return context
