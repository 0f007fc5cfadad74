"""Recognise errors of a database that cannot work at present, whatever the statement: it cannot be
reached, its disk is full, it is stopping, or it only reads.
"""

import sqlite3

import psycopg
from sqlalchemy.exc import DBAPIError, OperationalError

# https://www.postgresql.org/docs/current/errcodes-appendix.html
SQLSTATES = frozenset(
    {
        "25006",  # read_only_sql_transaction: a primary that became a replica
        "53000",  # insufficient_resources
        "53100",  # disk_full
        "53200",  # out_of_memory
        "53300",  # too_many_connections
        "57P01",  # admin_shutdown
        "57P02",  # crash_shutdown
        "57P03",  # cannot_connect_now
        "57P04",  # database_dropped
        "57P05",  # idle_session_timeout
        "58000",  # system_error
        "58030",  # io_error
        "58P01",  # undefined_file
        "58P02",  # duplicate_file
    }
)
# https://www.sqlite.org/rescode.html; extended codes have one of these in their lowest byte
SQLITE_CODES = frozenset(
    {
        sqlite3.SQLITE_BUSY,  # after the timeout of 30 s
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)


def is_unavailable(error: BaseException) -> bool:
    """Return whether the database could not work at all, so that the error says nothing about the
    message.
    """
    if not isinstance(error, DBAPIError):
        return False
    if isinstance(error.orig, psycopg.Error) and error.orig.sqlstate in SQLSTATES:
        return True
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", None)  # absent in errors of the driver
        if code is not None and code & 0xFF in SQLITE_CODES:
            return True
    return _was_not_reached(error)


def is_lock_timeout(error: DBAPIError) -> bool:
    """Return whether a statement waited too long for a lock of another transaction."""
    if isinstance(error.orig, sqlite3.OperationalError):
        return error.orig.sqlite_errorcode == sqlite3.SQLITE_BUSY
    return isinstance(error.orig, psycopg.errors.LockNotAvailable)


def _was_not_reached(error: DBAPIError) -> bool:
    return (
        isinstance(error, OperationalError)
        and error.statement is None
        and not error.connection_invalidated
    )
