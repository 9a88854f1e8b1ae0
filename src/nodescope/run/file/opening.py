"""How a run file is opened to be read: nothing beside it is written, and its log is read with it, or is said to be missing.

As long as a run is on its way its last steps are in a log beside its file (SQLite's write-ahead log, ``-wal``), to be found by an
index that SQLite makes (``-shm``). When the run is over the file stands alone.
"""

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from enum import Enum
from os import PathLike
from pathlib import Path

from nodescope.errors import FileError
from nodescope.run.file.handles import in_use, read_at
from nodescope.run.file.lock import SECONDS_OF_A_LOOK, has_a_writer, held_here
from nodescope.run.file.log import is_damaged

SECONDS_TO_WAIT = 2.0
"""For somebody else's lock on a file, before that is told."""
_SECONDS_BETWEEN_LOOKS = 0.01
_BLOCK = 2**20
_MOST_BESIDE = 2**30
"""Bytes; a run keeps 64 MB of states, and its log is folded in long before this."""
_HEAD, _FORMAT, _WITH_LOG = 100, 18, 2
"""Bytes of SQLite's header, the place in it of the format to be read, and the one that says that there is a log."""
_NEEDS_WRITING = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
"""What SQLite says of a log without its index, and of a transaction to be taken back, where it may write neither."""
_IN_THE_WAY = (*_NEEDS_WRITING, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL)


class Log(Enum):
    """What is beside a run file."""

    NONE = "the file stands alone"
    BESIDE = "its last steps are in its log"
    MISSING = "it had a log, which is not beside it"
    DAMAGED = "its log is beside it, and not all of that can be read"
    FOREIGN = "it stands alone, and the log beside it is of another"


def is_in_the_way(error: Exception) -> bool:
    """Whether it is the disk or another program that does not let a file be read; the file itself may be whole."""
    return _code_of(error) in _IN_THE_WAY


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another program has the file in use at this moment."""
    return _code_of(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _code_of(error: Exception) -> int | None:
    """SQLite's primary code; None of what is none of its errors, and of Python's own beside them."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else int(code) & 0xFF


def log_of(target: Path) -> Path:
    return Path(f"{target}-wal")


def log_beside(target: Path) -> Log:
    """Looked at before SQLite does: it would take any log of that name for the file's own.

    A log comes and goes while a run begins and ends. So that one is missing, damaged or of another file is believed only where
    nobody is writing the file, and a second look finds the same.
    """
    refuse_no_files(target, target, "read")
    found = _as_it_stands(target)
    if found in (Log.NONE, Log.BESIDE):
        return found
    return Log.BESIDE if has_a_writer(target) or _as_it_stands(target) is not found else found


def refuse_no_files(path: str | PathLike[str], target: Path, done: str) -> None:
    """SQLite opens what has these names; a pipe would be waited for, for ever."""
    for end in ("-wal", "-shm", "-journal"):
        beside = Path(f"{target}{end}")
        if beside.exists() and not beside.is_file():
            raise FileError(f"{path} cannot be {done}: {beside.name} beside it is no file of a run; move it away")
        if beside.exists() and (size := beside.stat().st_size) > _MOST_BESIDE:
            raise FileError(
                f"{path} cannot be {done}: {beside.name} beside it has {size:,} bytes, more than a run's has; move it away"
            )


def _as_it_stands(target: Path) -> Log:
    if held_here(target):
        return Log.BESIDE
    with in_use(target) as handle:
        head = read_at(handle, _HEAD, 0)
    log = log_of(target)
    if head[_FORMAT] == _WITH_LOG:
        if not log.exists():
            return Log.MISSING
        return Log.DAMAGED if not has_a_writer(target) and is_damaged(log, Path(f"{target}-shm")) else Log.BESIDE
    with suppress(FileNotFoundError):
        return Log.FOREIGN if log.stat().st_size else Log.NONE
    return Log.NONE


def refuse_foreign_log(path: str | PathLike[str], target: Path, log: Log) -> None:
    """Raise FileError where a file cannot be written, because what is written would be mixed with another one's log."""
    if log is Log.FOREIGN:
        raise FileError(
            f"{path} cannot be written: {log_of(target).name} beside it is the log of another file that had this name; "
            "move that log to its file, or delete it"
        )


@contextmanager
def opened(target: Path, log: Log) -> Iterator[sqlite3.Connection]:
    """A connection that reads all of the file as it is at one moment."""
    immutable = log in (Log.FOREIGN, Log.MISSING)
    if log is not Log.DAMAGED:  # of such a one SQLite would make a new index: that tells what is missing
        with in_use(target), closing(_connected(target, "immutable=1" if immutable else "mode=ro")) as connection:
            if _begun_in_time(connection, target):
                yield connection
                return
    with _copied(target) as copy, closing(_connected(copy, "mode=rw")) as connection:
        _begin(connection)
        yield connection


def _begun_in_time(connection: sqlite3.Connection, target: Path) -> bool:
    """Whether what the connection reads is fixed now; not where SQLite would have to write for that.

    A writer makes and removes its log's index as it begins and ends: then another look soon does it. Of a file that another program
    is writing no copy is taken: its parts would be of different moments. This process holds one that it is only about to write too.

    Raises
    ------
    sqlite3.OperationalError
        Something else is in the way, or still the same while somebody writes.
    """
    ours = held_here(target)
    until = time.monotonic() + (SECONDS_OF_A_LOOK if ours else SECONDS_TO_WAIT)
    while True:
        written = has_a_writer(target)
        try:
            _begin(connection)
            return True
        except sqlite3.OperationalError as error:
            if _code_of(error) not in _NEEDS_WRITING:
                raise
            late = time.monotonic() > until
            if (ours and late) or not (written or has_a_writer(target)):
                return False
            if late:
                raise
        time.sleep(_SECONDS_BETWEEN_LOOKS)


def _connected(target: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{target.absolute().as_uri()}?{how}", uri=True, isolation_level=None, timeout=SECONDS_TO_WAIT)


def _begin(connection: sqlite3.Connection) -> None:
    if not connection.in_transaction:
        connection.execute("BEGIN")
    connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()


@contextmanager
def _copied(target: Path) -> Iterator[Path]:
    """The file with its log where SQLite may write what it needs to read them: its own folder may be read-only."""
    with tempfile.TemporaryDirectory(prefix="nodescope-") as folder:
        copy = Path(folder) / "copy"
        with in_use(target) as handle, copy.open("wb") as written:
            while block := read_at(handle, _BLOCK, written.tell()):
                written.write(block)
        for end in ("-wal", "-journal"):
            if os.path.exists(f"{target}{end}"):
                shutil.copyfile(f"{target}{end}", f"{copy}{end}")
        yield copy
