"""What comes of a payload: reports, what was rejected and why, and what the sender should know."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.alerts.errors import TocsinError
from bot.alerts.report import Report


@dataclass(frozen=True, slots=True)
class Rejection:
    """An item of a batch that is of no use. `pointer` is a JSON pointer into the body (RFC 6901)."""

    index: int
    pointer: str
    why: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth saying about a payload that was taken all the same."""

    pointer: str
    why: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """The usable part of a payload, at least one report, in the sender's order."""

    reports: list[Report]
    rejected: list[Rejection] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


class BadPayload(TocsinError):
    """Nothing in the payload is of use. `pointer` names the field, and is empty for the body as a whole.

    `rejected` lists every item where the payload was a batch.
    """

    def __init__(self, pointer: str, why: str, rejected: Iterable[Rejection] = ()) -> None:
        super().__init__(f"{pointer or 'the body'} {why}")
        self.pointer = pointer
        self.why = why
        self.rejected = tuple(rejected)


#: Reads one item of a batch, found at a pointer; raises BadPayload; may add notes.
ReadItem = Callable[[Any, str, list[Note]], Report]


def collect(items: Iterable[tuple[str, Any]], read: ReadItem) -> Parsed:
    """Read every item by itself. Raises BadPayload, with the first reason, only where none is usable."""
    parsed = Parsed([])
    for index, (pointer, item) in enumerate(items):
        try:
            parsed.reports.append(read(item, pointer, parsed.notes))
        except BadPayload as problem:
            parsed.rejected.append(Rejection(index, problem.pointer, problem.why))
    if not parsed.reports:
        if not parsed.rejected:
            raise BadPayload("", "holds no alert")
        raise BadPayload(parsed.rejected[0].pointer, parsed.rejected[0].why, parsed.rejected)
    return parsed
