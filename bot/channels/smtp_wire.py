"""One connection to the mail server that takes our mail (RFC 5321, submission RFC 6409), with an end in time."""

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Final, Literal

from bot.channels.base import SendError
from bot.channels.errors import LONGEST_WORDS
from conversations.delivery import SendFailure

Security = Literal["starttls", "tls", "none"]
REST: Final = 30.0
"""Seconds that nothing is tried where the server itself cannot take mail now."""
_ENHANCED: Final = re.compile(r"([245]\.\d{1,3}\.\d{1,3})\b")
_ADDRESS: Final = re.compile(r"\S+@\S+")
_OK = range(200, 300)
_NOW_DATA = 354
_MECHANISMS: Final = frozenset({"PLAIN", "LOGIN", "CRAM-MD5"})
_SIGN_IN = (530, 534, 535, 538)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where our mail is handed in. `timeout` is seconds of silence, `longest` those of the whole exchange; `tls` knows
    whom we trust."""

    host: str
    port: int
    security: Security = "starttls"
    username: str = ""
    password: str = ""
    timeout: float = 10.0
    longest: float = 20.0
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context

    def hand_in(self, letter: EmailMessage, sender: str, recipient: str) -> None:
        """The server has taken it, once this returns. Raises SendError; UNCERTAIN only from the moment on at which it
        may have been taken."""
        with self._connected() as smtp:
            _expect(_OK, smtp.mail(sender), SendFailure.SETUP)
            _expect(_OK, smtp.rcpt(recipient), SendFailure.WRONG_ADDRESS)
            _expect(range(_NOW_DATA, _NOW_DATA + 1), smtp.docmd("DATA"), SendFailure.CONTENT)
            text = smtplib.quotedata(letter.as_bytes().decode("ascii"))
            try:
                smtp.send(f"{text.rstrip()}\r\n.\r\n")
                answer = smtp.getreply()
            except (OSError, smtplib.SMTPException) as error:
                raise SendError(SendFailure.UNCERTAIN, "cut", type(error).__name__) from None
            _expect(_OK, answer, SendFailure.CONTENT)
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()

    def try_out(self) -> None:
        """Whether it lets us in. Raises SendError."""
        with self._connected() as smtp:
            _expect(_OK, smtp.noop(), SendFailure.SETUP)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A connection on which mail can be handed in. What breaks it off before the text was sent is BUSY: nothing was
        taken."""
        try:
            smtp = self._opened()
            try:
                self._enter(smtp)
                yield smtp
            finally:
                smtp.close()
        except ssl.SSLCertVerificationError as error:
            raise SendError(SendFailure.SETUP, "certificate", error.verify_message) from None
        except smtplib.SMTPConnectError as error:
            raise _refused((error.smtp_code, error.smtp_error), SendFailure.SETUP) from None
        except (OSError, smtplib.SMTPException) as error:
            raise SendError(SendFailure.BUSY, "no_answer", type(error).__name__, REST) from None

    def _opened(self) -> smtplib.SMTP:
        if self.security == "tls":
            return _EncryptedExchange(self.host, self.port, self.longest, timeout=self.timeout, context=self.tls())
        return _Exchange(self.host, self.port, self.longest, timeout=self.timeout)

    def _enter(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self.security == "starttls":
            if not smtp.has_extn("starttls"):
                raise SendError(SendFailure.SETUP, "no_starttls", "the server offers no STARTTLS")
            _expect(_OK, smtp.starttls(context=self.tls()), SendFailure.SETUP)
            smtp.ehlo()
        if not self.username:
            return
        if _MECHANISMS.isdisjoint(smtp.esmtp_features.get("auth", "").upper().split()):
            raise SendError(SendFailure.SETUP, "no_auth", "the server takes no name and password here")
        try:
            smtp.login(self.username, self.password)
        except smtplib.SMTPAuthenticationError as error:
            refused = _refused((error.smtp_code, error.smtp_error), SendFailure.SETUP)
            refused.retry_after = REST  # one wrong password after the other would shut us out
            raise refused from None


def _expect(codes: range, answer: tuple[int, bytes], permanent: SendFailure) -> None:
    if answer[0] not in codes:
        raise _refused(answer, permanent)


def _refused(answer: tuple[int, bytes | str], permanent: SendFailure) -> SendError:
    """What an answer that is no yes means: a 4xx may pass, 421 not for a while for anybody, a 5xx is `permanent`, but
    that we must sign in, or otherwise than we did, is for a person to put right (RFC 4954, 6)."""
    code, said = answer
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    enhanced = _ENHANCED.search(words)
    shown = _ADDRESS.sub("…", " ".join(words.split()))[:LONGEST_WORDS]
    if code < 0:
        return SendError(SendFailure.BUSY, "no_answer", shown, REST)
    if code < 500:
        return SendError(SendFailure.BUSY, str(code), shown, REST if code == 421 else None)
    failure = SendFailure.SETUP if code in _SIGN_IN else permanent
    return SendError(failure, f"{code} {enhanced[1]}" if enhanced else str(code), shown)


class _Exchange(smtplib.SMTP):
    """One that is broken off after `longest` seconds, even by a server that goes on saying something now and then."""

    def __init__(self, host: str, port: int, longest: float, **more: Any) -> None:
        self._watch = threading.Timer(longest, self._shut)
        self._watch.daemon = True
        self._watch.start()
        try:
            super().__init__(host, port, **more)
        except BaseException:
            self._watch.cancel()
            raise

    def close(self) -> None:
        self._watch.cancel()
        super().close()

    def _shut(self) -> None:
        with suppress(OSError):
            if self.sock is not None:
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)  # under TLS too, whoever reads from it


class _EncryptedExchange(_Exchange, smtplib.SMTP_SSL):
    """The same, encrypted from its first byte on."""
