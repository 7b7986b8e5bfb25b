"""Load for a server: keep-alive connections that send one request after another, and the server's own CPU time."""

import asyncio
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Measured:
    """Per request: CPU time of the server (user and system) and how long the answer took, in milliseconds."""

    requests: int
    cpu_ms: float
    p50_ms: float
    p99_ms: float
    per_second: float


def http_request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def measure(
    pid: int, port: int, requests: Iterator[bytes], count: int, clients: int, *, check: Callable[[int, bytes], None]
) -> Measured:
    """Send `count` requests from `clients` connections. `check` sees every status and body."""
    times: list[float] = []
    left = iter(range(count))
    before, began = cpu_seconds(pid), time.perf_counter()
    await asyncio.gather(*(_client(port, requests, left, times, check) for _ in range(clients)))
    wall, cpu = time.perf_counter() - began, cpu_seconds(pid) - before
    ordered = sorted(times)
    return Measured(
        requests=count,
        cpu_ms=1000 * cpu / count,
        p50_ms=1000 * statistics.median(ordered),
        p99_ms=1000 * ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))],
        per_second=count / wall,
    )


async def _client(
    port: int, requests: Iterator[bytes], left: Iterator[int], times: list[float], check: Callable[[int, bytes], None]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in left:
        began = time.perf_counter()
        writer.write(next(requests))
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = next(int(line[16:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        body = await reader.readexactly(length)
        times.append(time.perf_counter() - began)
        check(status, body)
    writer.close()
    await writer.wait_closed()


def cpu_seconds(pid: int) -> float:
    """CPU time of a process with all its threads: exact on Linux, elsewhere in hundredths of a second."""
    if sys.platform == "linux":
        return time.clock_gettime(~pid << 3 | 2)  # what clock_getcpuclockid(3) makes of a process id
    used = psutil.Process(pid).cpu_times()
    return float(used.user + used.system)
