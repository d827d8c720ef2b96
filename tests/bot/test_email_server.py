"""Email from the real thing: `python -m bot run`, with an SMTP server that is slow at first."""

import threading
from pathlib import Path

from tests.bot.test_server import OMAR, SARA, Server, a_server
from tests.fakes.smtp_server import FakeSMTP, Fault
from tests.patience import eventually

CLIENT = "sara@example.org"


class MailingServer(Server):
    """One that hands its emails to a server on this machine."""

    smtp_port = 0

    def environment(self) -> dict[str, str]:
        smtp = {"SMTP_URL": f"smtp+plain://127.0.0.1:{self.smtp_port}"}
        return {**super().environment(), **smtp, "SMTP_FROM": "Corner House <desk@example.com>"}


def test_texts_are_quick_while_the_mail_server_is_slow_and_no_log_shows_an_address(tmp_path: Path) -> None:
    with FakeSMTP() as mail, a_server(tmp_path) as plain:
        mail.faults.append(Fault("MAIL", held=(slow := threading.Event())))
        server = MailingServer(plain.folder, plain.fake)
        server.smtp_port = mail.port
        try:
            server.open()
            server.text(SARA, f"therapy tomorrow 3pm, my email is {CLIENT}")
            server.receives(SARA, "Hello, this is Corner House.")
            server.text(SARA, "yes")
            server.receives(SARA, "Thank you! Your request #1 is with us")
            server.text(OMAR, "APPROVE 1")
            server.receives(SARA, "✅ Confirmed! #1")
            assert [] == mail.taken
            slow.set()
            eventually(lambda: len(mail.taken) == 2, "not both emails come")
            found = [taken.message["Subject"].partition(":")[0] for taken in mail.taken]
            assert ["Request received", "Confirmed"] == found
            status, out = server.stop()
            assert (0, False) == (status, CLIENT in out), out
        finally:
            server.close()
