"""The kept connections to providers: whom they trust, and how many there are."""

import datetime
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.channels.base import SENDERS, SendError
from bot.channels.twilio import TwilioChannel
from bot.channels.twilio_wire import TwilioMessages
from bot.channels.ultramsg import UltraMsgChannel
from bot.channels.whatsapp import WhatsAppChannel
from conversations.messages import Outgoing
from tests.patience import PATIENCE

BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class Counted(ThreadingHTTPServer):
    """Answers when as many ask at once as are expected, and counts the connections on which they do."""

    request_queue_size = 2 * SENDERS
    daemon_threads = True

    def __init__(self, at_once: int = 1) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.gate, self.connections, self.asked = threading.Barrier(at_once), 0, 0
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def get_request(self) -> Any:
        self.connections += 1
        return super().get_request()

    def handle_error(self, *_: object) -> None: ...


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Counted
    body: ClassVar = json.dumps({"sid": "SM1"}).encode()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.gate.wait(PATIENCE)
        self.server.asked += 1
        self.send_response(201)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None: ...


def certified(folder: Path, name: str, authority: str = "") -> Path:
    """A certificate and its key in one file, by this authority, whose file has the same form; its own without one."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, signing = subject, key
    if authority:
        pem = (folder / authority).read_bytes()
        issuer = x509.load_pem_x509_certificate(pem).subject
        signing = serialization.load_pem_private_key(pem, None)  # type: ignore[assignment]
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=36500))
        .add_extension(x509.BasicConstraints(ca=not authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
    )
    if authority:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    made = builder.sign(signing, hashes.SHA256())
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / name).write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return folder / name


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("certificates")
    certified(found, "ours")
    certified(found, "stranger")
    certified(found, "server", "ours")
    return found


@pytest.fixture(autouse=True)
def _no_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name in BUNDLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def encrypted(folder: Path) -> Iterator[Counted]:
    with Counted() as server:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(folder / "server")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        yield server
        server.shutdown()


def address(server: Counted, scheme: str = "https") -> str:
    return f"{scheme}://127.0.0.1:{server.server_port}"


def sent(server: Counted) -> bool:
    """Whether Twilio's messages go to this server, which must not differ from what `requests` says of it."""
    outgoing = TwilioMessages(address(server), "AC0", "token", PATIENCE)
    try:
        is_sent = outgoing.create("Body=hello") == "SM1"
    except SendError:
        is_sent = False
    finally:
        outgoing.close()
    assert is_sent == is_taken_by_requests(server)
    return is_sent


def is_taken_by_requests(server: Counted) -> bool:
    try:
        return requests.post(address(server), data="hello", timeout=PATIENCE).ok
    except (requests.RequestException, OSError):
        return False


@pytest.mark.parametrize("name", BUNDLES)
def test_a_server_is_trusted_whose_authority_the_environment_names(
    encrypted: Counted, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, str(folder / "ours"))
    assert sent(encrypted)
    assert 2 == encrypted.asked


@pytest.mark.parametrize("bundle", ["", "stranger", "nowhere"])
def test_a_server_is_told_nothing_whose_authority_nobody_names(
    encrypted: Counted, folder: Path, monkeypatch: pytest.MonkeyPatch, bundle: str
) -> None:
    if bundle:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(folder / bundle))
    assert not sent(encrypted)
    assert 0 == encrypted.asked


CHANNELS: dict[str, Callable[[str], TwilioChannel | WhatsAppChannel | UltraMsgChannel]] = {
    "twilio": lambda url: TwilioChannel("sms", "AC0", "token", ["+15005550006"], api_base=url, timeout=PATIENCE),
    "whatsapp": lambda url: WhatsAppChannel("v23.0", "token", "1", api_base=url, timeout=PATIENCE),
    "ultramsg": lambda url: UltraMsgChannel("1", "token", api_base=url, timeout=PATIENCE),
}


@pytest.mark.parametrize("name", CHANNELS)
def test_each_sender_keeps_its_connection(name: str) -> None:
    with Counted(SENDERS) as server, ThreadPoolExecutor(SENDERS) as senders:
        channel = CHANNELS[name](address(server, "http"))
        opened = []
        for _ in range(3):
            list(senders.map(lambda number, by=channel: _send(by, number), range(SENDERS)))
            opened.append(server.connections)
        channel.close()
        assert 3 * SENDERS == server.asked
        assert SENDERS <= opened[1] == opened[2]
        server.shutdown()


def _send(channel: TwilioChannel | WhatsAppChannel | UltraMsgChannel, number: int) -> None:
    with suppress(SendError):  # it is no provider's answer
        channel.send(Outgoing(number, "+97455501234", "hello"))
