"""A durable PostgreSQL that can be stopped, frozen and started again, on the same data and address."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support import postgres

_SETTINGS = {"fsync": "on", "synchronous_commit": "on", "max_connections": "80", "shared_buffers": "32MB"}


class Database:
    """One server of our own. `server` has the form that the other helpers take."""

    def __init__(self, folder: Path) -> None:
        self._user = postgres._user(folder)
        self._binaries = postgres._binaries(folder, self._user)
        self._data, self._log = folder / "data", folder / "log"
        initdb = [self._binaries / "initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        postgres._run([*initdb, "--no-locale", "-N"], self._user)
        self._where, prefix, suffix = postgres._address(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self.server = postgres.Server(prefix, suffix)

    def start(self) -> None:
        command: list[Any] = [self._binaries / "postgres", "-D", self._data]
        for name, value in (_SETTINGS | self._where).items():
            command += ["-c", f"{name}={value}"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **self._user
            )
        postgres._wait(self._process, self._data, self._log)

    def stop(self, *, at_once: bool = False) -> None:
        """End all sessions and stop; `at_once` as if the power went."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
        self._process.wait(30)

    def freeze(self) -> None:
        """It is there and does not answer."""
        self._to_all(signal.SIGSTOP)

    def thaw(self) -> None:
        self._to_all(signal.SIGCONT)

    def close(self) -> None:
        if self._process is not None:
            self.thaw()
            postgres._stop(self._process)

    async def stopped(self, seconds: float, *, at_once: bool = False) -> None:
        """Stop it, and start it again after so long."""
        await asyncio.to_thread(lambda: self.stop(at_once=at_once))
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self.start)

    def _to_all(self, number: int) -> None:
        """To the server and to what it has started: they are in sessions of their own."""
        import psutil  # noqa: PLC0415 - only here

        assert self._process is not None
        if self._process.poll() is not None:
            return
        family = [psutil.Process(self._process.pid)]
        family += family[0].children(recursive=True)
        for member in family:
            try:
                os.kill(member.pid, number)
            except ProcessLookupError:
                continue


@contextmanager
def running_database() -> Iterator[Database]:
    folder = Path(tempfile.mkdtemp(prefix="tocsin-chaos-pg-"))
    database: Database | None = None
    try:
        database = Database(folder)
        database.start()
        yield database
    finally:
        if database is not None:
            database.close()
        shutil.rmtree(folder, ignore_errors=True)
