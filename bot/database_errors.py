"""What an error of a database says of the database: it is away, it broke off, others hold what we want; or it is ours.

Sources: https://www.sqlite.org/rescode.html, https://www.postgresql.org/docs/current/errcodes-appendix.html,
https://mariadb.com/docs/server/reference/error-codes/mariadb-error-code-reference and, for the 2000s and 1836,
https://dev.mysql.com/doc/mysql-errors/8.4/en/client-error-reference.html.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError


class Fault(StrEnum):
    """`CONFLICT`: another transaction had what this one wanted, changed what it had read, or it was cut short. `LOST`:
    the connection ended; a fresh one may serve. `AWAY`: the database takes nothing from anybody for now."""

    CONFLICT = "conflict"
    LOST = "lost"
    AWAY = "away"


_SQLITE: Final[Mapping[int, Fault]] = MappingProxyType(
    {
        3: Fault.AWAY,  # PERM
        5: Fault.AWAY,  # BUSY, after all the wait there was: "database is locked"
        8: Fault.AWAY,  # READONLY
        10: Fault.AWAY,  # IOERR: "disk I/O error"
        11: Fault.AWAY,  # CORRUPT: until a backup is restored
        13: Fault.AWAY,  # FULL: "database or disk is full"
        14: Fault.AWAY,  # CANTOPEN
        15: Fault.AWAY,  # PROTOCOL: others were faster at the write-ahead log, again and again
        22: Fault.AWAY,  # NOLFS: the file is larger than the system can take
        26: Fault.AWAY,  # NOTADB: another file lies in its place
    }
)
"""By the primary code, the last byte of the extended one."""

_POSTGRESQL: Final[Mapping[str, Fault]] = MappingProxyType(
    {
        "": Fault.AWAY,  # libpq's own: refused, no such host, no answer, wrong password; those of a lost connection too
        "08": Fault.AWAY,  # connection exception
        "25006": Fault.AWAY,  # read_only_sql_transaction: default_transaction_read_only, a standby
        "25P03": Fault.CONFLICT,  # idle_in_transaction_session_timeout
        "28": Fault.AWAY,  # invalid authorization
        "3D000": Fault.AWAY,  # no such database
        "40001": Fault.CONFLICT,  # serialization_failure
        "40P01": Fault.CONFLICT,  # deadlock_detected
        "53": Fault.AWAY,  # insufficient resources: 53100 disk_full, 53200 memory, 53300 too_many_connections
        "55P03": Fault.CONFLICT,  # lock_not_available: lock_timeout
        "57014": Fault.CONFLICT,  # query_canceled: statement_timeout, or an administrator
        "57P01": Fault.AWAY,  # admin_shutdown
        "57P02": Fault.AWAY,  # crash_shutdown
        "57P03": Fault.AWAY,  # cannot_connect_now: it starts, stops or recovers
        "57P05": Fault.LOST,  # idle_session_timeout
        "58": Fault.AWAY,  # system error: 58030 io_error
    }
)
"""By the SQLSTATE, else by its class, the first two characters."""

_MARIADB: Final[Mapping[int, Fault]] = MappingProxyType(
    {
        0: Fault.LOST,  # PyMySQL's own, of a connection that it has closed
        3: Fault.AWAY,  # error writing a file
        1020: Fault.CONFLICT,  # CHECKREAD: changed since it was read
        1021: Fault.AWAY,  # DISK_FULL
        1026: Fault.AWAY,  # ERROR_ON_WRITE
        1030: Fault.AWAY,  # GET_ERRNO: the storage engine's own, such as 28, no space
        1037: Fault.AWAY,  # OUTOFMEMORY
        1040: Fault.AWAY,  # CON_COUNT: too many connections
        1041: Fault.AWAY,  # OUT_OF_RESOURCES
        1044: Fault.AWAY,  # DBACCESS_DENIED
        1045: Fault.AWAY,  # ACCESS_DENIED
        1049: Fault.AWAY,  # BAD_DB: no such database
        1053: Fault.AWAY,  # SERVER_SHUTDOWN
        1114: Fault.AWAY,  # RECORD_FILE_FULL: the table is full
        1203: Fault.AWAY,  # TOO_MANY_USER_CONNECTIONS
        1205: Fault.CONFLICT,  # LOCK_WAIT_TIMEOUT
        1213: Fault.CONFLICT,  # LOCK_DEADLOCK
        1226: Fault.AWAY,  # USER_LIMIT_REACHED
        1290: Fault.AWAY,  # OPTION_PREVENTS_STATEMENT: --read-only
        1305: Fault.CONFLICT,  # SP_DOES_NOT_EXIST: a savepoint that a deadlock took with it
        1317: Fault.CONFLICT,  # QUERY_INTERRUPTED
        1792: Fault.AWAY,  # CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
        1836: Fault.AWAY,  # READ_ONLY_MODE, MySQL's
        1927: Fault.LOST,  # CONNECTION_KILLED
        1969: Fault.CONFLICT,  # STATEMENT_TIMEOUT: max_statement_time
        2002: Fault.AWAY,  # CR_CONNECTION_ERROR
        2003: Fault.AWAY,  # CR_CONN_HOST_ERROR
        2006: Fault.LOST,  # CR_SERVER_GONE_ERROR
        2013: Fault.LOST,  # CR_SERVER_LOST: also no answer within the driver's time
        2055: Fault.LOST,  # CR_SERVER_LOST_EXTENDED
    }
)


def fault_of(error: DBAPIError) -> tuple[Fault, str] | None:
    """What an error says of the database, with its code for the log; None where the statement or its data are wrong."""
    fault, code = _look_up(error)
    if error.connection_invalidated and fault is not Fault.CONFLICT:
        fault = Fault.LOST
    return None if fault is None else (fault, code)


def _look_up(error: DBAPIError) -> tuple[Fault | None, str]:
    original = error.orig
    match type(original).__module__.partition(".")[0]:
        case "sqlite3":
            number = getattr(original, "sqlite_errorcode", None)
            return (None, "") if number is None else (_SQLITE.get(number & 0xFF), f"sqlite {number}")
        case "psycopg":
            state = getattr(original, "sqlstate", None) or ""
            if not state and not isinstance(error, OperationalError | InterfaceError):
                return None, ""  # psycopg's word for a wrong use of it
            return _POSTGRESQL.get(state, _POSTGRESQL.get(state[:2])), f"postgresql {state or 'connection'}"
        case "pymysql":
            number = original.args[0] if original is not None and original.args else None
            return (_MARIADB.get(number), f"mariadb {number}") if isinstance(number, int) else (None, "")
        case _:
            return None, ""
