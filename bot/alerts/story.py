"""The story of an alert: the processes that it and the alerts around it saw, as trees from parent to child."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from bot.alerts.evidence import Evidence

#: Clocks of the same process that differ by so much are the same.
SAME_MOMENT: Final = timedelta(seconds=2)

#: How deep a tree is followed; deeper ones are cut, and so are circles of process ids that were given out again.
DEEPEST: Final = 24


@dataclass(frozen=True, slots=True)
class Seen:
    """A piece of evidence of an alert, and the host that the alert is about."""

    alert: int
    host: str
    piece: Evidence


@dataclass(slots=True)
class Process:
    """A process. Those that are known only as somebody's parent have no command line, user or verdict.

    `alerts` are those that have it as evidence; `trigger` says that it set one of them off.
    """

    host: str
    name: str
    pid: str = ""
    at: datetime | None = None
    command: str = ""
    path: str = ""
    user: str = ""
    sha256: str = ""
    verdict: str = ""
    trigger: bool = False
    alerts: list[int] = field(default_factory=list)
    parent: "Process | None" = None
    children: "list[Process]" = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Step:
    """A process at its depth in its tree, 0 for the root."""

    depth: int
    process: Process


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree, parents before their children, and earlier children first. `deeper` counts those too deep to follow."""

    host: str
    steps: tuple[Step, ...]
    deeper: int = 0

    @property
    def alerts(self) -> frozenset[int]:
        return frozenset(alert for step in self.steps for alert in step.process.alerts)


def trees(seen: Iterable[Seen]) -> tuple[Tree, ...]:
    """The trees that the processes make, in the order in which they begin."""
    known: dict[tuple[str, str], list[Process]] = {}
    parents: list[tuple[Process, Process]] = []
    for one in seen:
        if one.piece.kind != "process":
            continue
        process = _meet(known, _process(one))
        _learn(process, one)
        parent = _parent(one)
        if parent is not None:
            parents.append((process, parent))
    for child, parent in parents:
        _adopt(child, _meet(known, parent))
    everybody = [process for processes in known.values() for process in processes]
    roots = sorted((process for process in everybody if process.parent is None), key=_order)
    return tuple(_tree(root) for root in roots)


def _tree(root: Process) -> Tree:
    steps = tuple(_walk(root))
    return Tree(root.host, steps, deeper=_size(root) - len(steps))


def _size(root: Process) -> int:
    count, waiting = 0, [root]
    while waiting:
        count += 1
        waiting += waiting.pop().children
    return count


def _process(one: Seen) -> Process:
    said = one.piece.properties
    image = _mapping(said.get("imageFile"))
    account = _mapping(said.get("userAccount"))
    return Process(
        host=_text(said.get("mdeDeviceId")) or one.host,
        name=_text(image.get("fileName")) or one.piece.label,
        pid=_text(said.get("processId")),
        at=_time(said.get("processCreationDateTime")),
        command=_text(said.get("processCommandLine")),
        path=_text(image.get("filePath")),
        user=_text(account.get("accountName")) or _text(account.get("userPrincipalName")),
        sha256=_text(image.get("sha256")),
    )


def _parent(one: Seen) -> Process | None:
    said = one.piece.properties
    image, pid = _mapping(said.get("parentProcessImageFile")), _text(said.get("parentProcessId"))
    name = _text(image.get("fileName"))
    if not name and not pid:
        return None
    return Process(
        host=_text(said.get("mdeDeviceId")) or one.host,
        name=name,
        pid=pid,
        at=_time(said.get("parentProcessCreationDateTime")),
        path=_text(image.get("filePath")),
    )


def _meet(known: dict[tuple[str, str], list[Process]], process: Process) -> Process:
    """The process as it is known already, or as it is from now on."""
    others = known.setdefault((process.host, process.pid or f"?{process.name.casefold()}"), [])
    for other in others:
        if _is_same(other, process):
            other.at = other.at or process.at
            other.name = other.name or process.name
            other.path = other.path or process.path
            return other
    others.append(process)
    return process


def _is_same(one: Process, other: Process) -> bool:
    """Process ids are given out again, so the name and the time have a say, where they are known."""
    if one.name and other.name and one.name.casefold() != other.name.casefold():
        return False
    if one.at is not None and other.at is not None:
        return abs(one.at - other.at) <= SAME_MOMENT
    return True


def _learn(process: Process, one: Seen) -> None:
    told = _process(one)
    process.command = process.command or told.command
    process.user = process.user or told.user
    process.sha256 = process.sha256 or told.sha256
    if one.piece.verdict not in ("", "unknown") and process.verdict != "malicious":
        process.verdict = one.piece.verdict
    process.trigger = process.trigger or "trigger" in one.piece.roles
    if one.alert not in process.alerts:
        process.alerts.append(one.alert)


def _adopt(child: Process, parent: Process) -> None:
    """Unless that would make somebody their own ancestor."""
    if child.parent is not None or _is_within(parent, child):
        return
    child.parent = parent
    parent.children.append(child)


def _is_within(process: Process, ancestor: Process) -> bool:
    above: Process | None = process
    while above is not None:
        if above is ancestor:
            return True
        above = above.parent
    return False


def _walk(process: Process, depth: int = 0) -> Iterable[Step]:
    yield Step(depth, process)
    if depth < DEEPEST:
        for child in sorted(process.children, key=_order):
            yield from _walk(child, depth + 1)


def _order(process: Process) -> tuple[str, str, str]:
    """By when it began; what has no time of its own begins with its first child."""
    times = [begun.isoformat() for begun in (process.at, *(child.at for child in process.children)) if begun]
    return min(times, default="9999"), process.name, process.pid


def _mapping(value: Any) -> Mapping[str, Any]:  # noqa: ANN401 - whatever the source said
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:  # noqa: ANN401 - whatever the source said
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _time(value: Any) -> datetime | None:  # noqa: ANN401 - whatever the source said
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
