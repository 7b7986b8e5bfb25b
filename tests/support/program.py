"""The command line as a real process."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Seconds for a process to start or to end: long, because machines are busy.
PATIENCE = 30.0


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


async def run(*arguments: str, environment: Mapping[str, str] | None = None) -> Ended:
    """Run `tocsin …` to its end."""
    process = await _start(arguments, environment or {})
    try:
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    return Ended(process.returncode or 0, out.decode(), err.decode())


@dataclass
class Serving:
    """A running `tocsin serve`; `url` is where it listens."""

    process: asyncio.subprocess.Process
    url: str

    async def end(self, signal: int) -> int:
        self.process.send_signal(signal)
        return await asyncio.wait_for(self.process.wait(), PATIENCE)


@asynccontextmanager
async def serving(environment: Mapping[str, str]) -> AsyncIterator[Serving]:
    """`tocsin serve` on a free port, listening; killed at the end if it still runs."""
    process = await _start(("serve",), {"TOCSIN_PORT": "0", **environment})
    try:
        url = await asyncio.wait_for(_listening(process), PATIENCE)
        reading = asyncio.create_task(_drain(process))
        yield Serving(process, url)
        reading.cancel()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        process._transport.close()  # type: ignore[attr-defined]


async def _start(arguments: tuple[str, ...], environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TOCSIN_", "MicrosoftApp"))}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", *arguments, cwd=ROOT, env={**kept, **environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def _listening(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    said = b""
    while line := await process.stderr.readline():
        said += line
        if found := re.search(rb"listening on (http://\S+)", line):
            return found[1].decode().rstrip(",")
    raise AssertionError(f"it ended before it listened: {said.decode()}")


async def _drain(process: asyncio.subprocess.Process) -> None:
    assert process.stderr is not None
    while await process.stderr.readline():
        pass
