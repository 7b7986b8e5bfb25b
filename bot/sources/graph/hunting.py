"""Records of advanced hunting: rows of AlertInfo and AlertEvidence, joined by the alert that they are about.

They come as a query gives them, joined or not, or as a stream sends them, in an envelope with `properties`. They tell
less than the alert itself does, so what is made of them is partial: it fills in and adds, and changes nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.alerts.report import Report
from bot.sources.fields import Fields
from bot.sources.graph.alert import read_alert
from bot.sources.graph.flat_entities import as_graph
from bot.sources.json_body import as_text
from bot.sources.outcome import BadPayload, Note

#: `Regsvr32 (T1218.010)`
_TECHNIQUE = re.compile(r"\((T\d{4}(?:\.\d{3})?)\)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hunted:
    """The rows about one alert, each with its pointer, in their order."""

    rows: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)


def gathered(items: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Rows of one alert together, where its first one was; everything else as it is."""
    found: dict[str, Hunted] = {}
    out: list[tuple[str, Any]] = []
    for pointer, item in items:
        row, at = _row(item, pointer)
        if row is None:
            out.append((pointer, item))
            continue
        alert = row.get("AlertId")
        if isinstance(alert, str) and alert in found:
            found[alert].rows.append((at, row))
            continue
        hunted = Hunted([(at, row)])
        out.append((pointer, hunted))
        if isinstance(alert, str):
            found[alert] = hunted
    yield from out


def read(hunted: Hunted, notes: list[Note]) -> Report:
    """Raises BadPayload."""
    rows = [Fields(row, pointer, notes) for pointer, row in hunted.rows]
    first = rows[0]
    times = sorted(time for row in rows if (time := row.time("timestamp", "timegenerated")))
    alert = {
        "id": first.needed("alertid", said="AlertId"),
        "title": _first(rows, "title") or first.needed("title", said="Title"),
        "severity": _first(rows, "severity"),
        "serviceSource": _first(rows, "servicesource"),
        "detectionSource": _first(rows, "detectionsource"),
        "category": _first(rows, "category") or next((word for row in rows for word in row.words("categories")), ""),
        "mitreTechniques": list(dict.fromkeys(_techniques(rows))),
        "threatFamilyName": _first(rows, "threatfamily"),
        "createdDateTime": times[0].isoformat() if times else None,
        "lastActivityDateTime": times[-1].isoformat() if times else None,
        "evidence": [as_graph(row) for row in rows if row.text("entitytype")],
    }
    pointer = hunted.rows[0][0]
    try:
        report = read_alert(alert, pointer, notes, as_text({"results": [row for _, row in hunted.rows]}))
    except BadPayload as bad:  # pragma: no cover - what is built here is right
        raise BadPayload(pointer, bad.why) from None
    return replace(report, partial=True)


def _row(item: Any, pointer: str) -> tuple[Mapping[str, Any] | None, str]:  # noqa: ANN401 - any JSON value
    """The row that an item is, or is the envelope of, with its pointer."""
    if not isinstance(item, dict):
        return None, pointer
    inner = item.get("properties")
    stream = str(item.get("category", "")).startswith("AdvancedHunting-")
    if isinstance(inner, dict) and (stream or "AlertId" in inner):
        return inner, f"{pointer}/properties"
    return (item, pointer) if "AlertId" in item else (None, pointer)


def _first(rows: list[Fields], name: str) -> str:
    return next(filter(None, (row.text(name) for row in rows)), "")


def _techniques(rows: list[Fields]) -> Iterator[str]:
    for row in rows:
        for word in row.words("attacktechniques"):
            match = _TECHNIQUE.search(word)
            yield match[1] if match else word
