"""One process serves from an SQLite file: a lock beside it keeps a second one out.

The operating system holds the lock and lets go of it when the process ends, however it ends. The file stays, and means
nothing by itself.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.alerts.errors import TocsinError
from storage.url import file_of, is_sqlite, parse

#: Windows locks bytes and keeps others from reading them: this one is far behind what is written.
_FAR = 1 << 30


class AlreadyServed(TocsinError):
    """Another process serves from the same database; the message names its process id."""


@contextmanager
def instance_lock(url: str) -> Iterator[None]:
    """Hold the lock of an SQLite database; nothing to hold for PostgreSQL, which many may use.

    Raises AlreadyServed, and BadDatabaseUrl.
    """
    parsed = parse(url)
    if not is_sqlite(parsed):
        yield
        return
    file = file_of(parsed)
    file.parent.mkdir(parents=True, exist_ok=True)
    with _held(file.with_name(file.name + ".lock")):
        yield


@contextmanager
def _held(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _lock(handle)
        except OSError:
            holder = os.read(handle, 32).decode("ascii", "replace").strip() or "unknown"
            raise AlreadyServed(
                f"process {holder} serves from this database already ({path}): stop it first, or use PostgreSQL, "
                "which several processes may serve from"
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode("ascii"))
        yield
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(handle, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
