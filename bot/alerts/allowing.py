"""The allow list: indicators that shall not be blocked any more. Tocsin keeps and exports it; Defender puts it into
effect once it is imported there."""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from bot.alerts.alert import Alert
from bot.alerts.condition import Condition, Not, Piece, Test, parts_of
from bot.alerts.condition_facts import Facts
from bot.alerts.condition_fields import spec_of
from bot.alerts.condition_match import predicate
from bot.alerts.condition_values import text_at
from bot.alerts.evidence import TRIGGER, Evidence


class IndicatorType(StrEnum):
    """Defender's types of indicators that can be imported."""

    FILE_SHA1 = "FileSha1"
    FILE_SHA256 = "FileSha256"
    IP_ADDRESS = "IpAddress"
    DOMAIN_NAME = "DomainName"
    URL = "Url"


@dataclass(frozen=True, slots=True)
class Indicator:
    """Something that can be allowed: its type, its value, and what people call the piece that it is of."""

    type: IndicatorType
    value: str
    label: str

    @property
    def key(self) -> str:
        """Short, and without a comma, by which a client would take two for one."""
        return hashlib.sha256(f"{self.type}:{self.value}".encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Offer:
    """An indicator of an alert; `chosen` where it is ticked from the start."""

    indicator: Indicator
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """An entry of the list. Without `groups` it is for all devices of the organisation."""

    id: int
    indicator: Indicator
    groups: tuple[str, ...]
    title: str
    description: str
    alert: int | None
    rule: int | None
    by: str
    by_name: str
    at: datetime
    removed: bool = False


class AllowList(Protocol):
    def add(self, entry: Allowed) -> Allowed:
        """Its id is given here; one that allows the same takes the place of an earlier one."""
        ...

    def get(self, entry: int) -> Allowed:
        """Raises NotAvailable."""
        ...

    def all(self) -> Sequence[Allowed]:
        """Those that were not removed, newest first."""
        ...

    def remove(self, entry: int) -> None: ...


def offers(alert: Alert, evidence: Sequence[Evidence], indicators: Condition, now: datetime) -> list[Offer]:
    """All indicators of an alert. Ticked are those that the rule names, and the file that set the alert off."""
    wanted = list(_evidence_parts(indicators))
    found: dict[str, Offer] = {}
    for piece in evidence:
        named = any(predicate(part)(Facts(alert, (piece,)), now) for part in wanted)
        is_trigger = TRIGGER in piece.roles and piece.kind in {"file", "process"}
        for indicator in indicators_of(piece):
            before = found.get(indicator.key)
            chosen = named or is_trigger or (before is not None and before.chosen)
            found[indicator.key] = Offer(before.indicator if before else indicator, chosen)
    return list(found.values())


def indicators_of(piece: Evidence) -> list[Indicator]:
    """What can be allowed of a piece of evidence: a file by its best hash, an address, a domain, a URL."""
    for type_, path in _VALUES.get(piece.kind, ()):
        value = text_at(piece.properties, path).strip()
        if value:
            return [Indicator(type_, value, piece.label)]
    kind, _, value = piece.entity.partition(":")
    by_key = _BY_KEY.get(kind)
    return [Indicator(by_key, value, piece.label)] if by_key is not None and value else []


def groups_of(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """The device groups of an alert's devices: the scope that is offered."""
    found = (text_at(piece.properties, ("rbacGroupName",)) for piece in evidence if piece.kind == "device")
    return tuple(dict.fromkeys(name for name in found if name))


#: Rows of one file that Defender imports.
IMPORTED_AT_ONCE: Final = 500

#: The columns of Defender's import of indicators.
COLUMNS: Final = (
    "indicatorType",
    "indicatorValue",
    "expirationTime",
    "action",
    "severity",
    "title",
    "description",
    "recommendedActions",
    "rbacGroupNames",
    "category",
    "mitretechniques",
    "GenerateAlert",
)


def as_csv(entries: Iterable[Allowed]) -> str:
    """The list as Defender imports it; for more than IMPORTED_AT_ONCE rows there have to be several files."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow(_row(entry))
    return out.getvalue()


def _row(entry: Allowed) -> list[Any]:
    groups = ",".join(entry.groups)
    texts = (entry.title[:200], entry.description[:1_000])
    title, description = (_plain(text) for text in texts)
    return [
        *(entry.indicator.type.value, entry.indicator.value, "", "Allowed", "", title, description),
        *("", groups, "", "", "FALSE"),
    ]


def _plain(text: str) -> str:
    """A spreadsheet would take a text that begins so for a formula."""
    one_line = " ".join(text.split())
    return f"'{one_line}" if one_line[:1] in "=+-@" and one_line else one_line


def _evidence_parts(condition: Condition) -> Iterable[Condition]:
    """What a condition says of single pieces of evidence, without what it denies."""
    match condition:
        case Piece():
            yield condition
        case Test(field):
            if spec_of(field).of_evidence:
                yield Piece(condition)
        case Not():
            return
        case _:
            for part in parts_of(condition):
                yield from _evidence_parts(part)


_Values = tuple[tuple[IndicatorType, tuple[str, ...]], ...]
_VALUES: Final[dict[str, _Values]] = {
    "file": (
        (IndicatorType.FILE_SHA256, ("fileDetails", "sha256")),
        (IndicatorType.FILE_SHA1, ("fileDetails", "sha1")),
    ),
    "process": (
        (IndicatorType.FILE_SHA256, ("imageFile", "sha256")),
        (IndicatorType.FILE_SHA1, ("imageFile", "sha1")),
    ),
    "ip": ((IndicatorType.IP_ADDRESS, ("ipAddress",)),),
    "url": ((IndicatorType.URL, ("url",)),),
    "dns": ((IndicatorType.DOMAIN_NAME, ("domainName",)),),
}
_BY_KEY: Final = {
    "ip": IndicatorType.IP_ADDRESS,
    "url": IndicatorType.URL,
    "dns": IndicatorType.DOMAIN_NAME,
}
