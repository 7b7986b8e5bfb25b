"""The program as a real process that can be killed: started by forking from one that has imported it already."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

_ROOT = Path(__file__).parents[2]


@dataclass
class Program:
    """One running program. `code` is None while it lives, negative where a signal ended it."""

    order: int
    log: Path
    began: float = field(default_factory=time.monotonic)
    pid: int = 0
    port: int = 0
    code: int | None = None
    listening_after: float = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def alive(self) -> bool:
        return self.code is None

    async def listens(self, seconds: float = 60) -> None:
        """Wait until it listens; fails where it ends or takes too long."""
        give_up = time.monotonic() + seconds
        while not self.port:
            if self.code is not None or time.monotonic() > give_up:
                raise AssertionError(f"the program did not start (exit code {self.code}):\n{self.said()}")
            await asyncio.sleep(0.002)

    async def ends(self, seconds: float = 30) -> int:
        """Wait until it has ended; its exit code."""
        give_up = time.monotonic() + seconds
        while self.code is None:
            if time.monotonic() > give_up:
                raise AssertionError(f"the program did not end within {seconds:g} s:\n{self.said()}")
            await asyncio.sleep(0.002)
        return self.code

    def kill(self) -> None:
        self.signal(signal.SIGKILL)

    def arm(self) -> None:
        """From now on the step of its plan counts."""
        self.signal(signal.SIGUSR1)

    def signal(self, number: int) -> None:
        if self.code is None and self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def resident(self) -> float:
        """Its resident memory in MB."""
        return float(psutil.Process(self.pid).memory_info().rss) / 1e6

    def said(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""


class Forks:
    """Starts programs."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.support.chaos_child"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_ROOT, env=environment,
        )  # fmt: skip
        self._programs: dict[int, Program] = {}
        self._by_pid: dict[int, Program] = {}
        self._reader = threading.Thread(target=self._read, name="chaos-reader", daemon=True)
        self._reader.start()

    async def start(self, environment: Mapping[str, str], log: Path, **plan: Any) -> Program:
        """A new program, as soon as it exists; it may not listen yet."""
        program = Program(order=len(self._programs), log=log)
        self._programs[program.order] = program
        order = {"order": program.order, "environment": dict(environment), "log": str(log), "plan": plan}
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps(order).encode() + b"\n")
        self._server.stdin.flush()
        while not program.pid:
            if self._server.poll() is not None:
                raise AssertionError(f"the process that forks programs ended with {self._server.returncode}")
            await asyncio.sleep(0.002)
        return program

    def close(self) -> None:
        """Ends all of them."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(20)
        self._reader.join(5)
        self._server.stdout.close()

    def _read(self) -> None:
        assert self._server.stdout is not None
        for line in self._server.stdout:
            event = json.loads(line)
            if event["event"] == "forked":
                program = self._programs[event["order"]]
                self._by_pid[event["pid"]] = program
                program.pid = event["pid"]
            elif event["event"] == "listening":
                self._listening(event["pid"], event["port"])
            else:
                self._by_pid[event["pid"]].code = event["code"]

    def _listening(self, pid: int, port: int) -> None:
        program = self._by_pid[pid]
        program.listening_after = time.monotonic() - program.began
        program.port = port


@contextmanager
def forking() -> Iterator[Forks]:
    forks = Forks()
    try:
        yield forks
    finally:
        forks.close()
