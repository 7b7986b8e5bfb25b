"""Defender XDR's alerts as reports, whichever of its interfaces they are from; all of them are about the same alerts.

Graph (`/security/alerts_v2`), the Defender API (`/api/incidents`, `/api/alerts`), and records of advanced hunting: one,
a list, or a page.
"""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from bot.alerts.report import Report
from bot.sources.graph import defender_api, hunting
from bot.sources.graph.alert import SOURCE, read_alert
from bot.sources.json_body import as_text, read_json_text
from bot.sources.outcome import BadPayload, Note, Parsed, collect
from bot.sources.values import object_at

log = logging.getLogger(__name__)

__all__ = ["SOURCE", "parse", "read_items"]

#: Under which names pages have their items: Graph's and the Defender API's, those of hunting, a stream's.
_PAGES = ("value", "results", "Results", "records")


def parse(body: bytes) -> Parsed:
    """The reports in a body. Items stand alone; raises BadPayload only where none is usable."""
    document, text = read_json_text(body)

    def read(item: Any, pointer: str, notes: list[Note]) -> Report:  # noqa: ANN401 - any JSON value
        if isinstance(item, hunting.Hunted):
            return hunting.read(item, notes)
        raw = object_at(item, pointer)
        if defender_api.is_alert(raw):
            return defender_api.read(raw, pointer, notes)
        return read_alert(raw, pointer, notes, text if item is document else as_text(raw))

    return collect(hunting.gathered(_opened(_items(document))), read)


def read_items(items: Sequence[Any]) -> list[Report]:
    """The reports of a page of Graph's; what is of no use is logged and left out."""
    reports = []
    for index, item in enumerate(items):
        try:
            raw = object_at(item, f"/value/{index}")
            reports.append(read_alert(raw, f"/value/{index}", [], as_text(raw)))
        except BadPayload as bad:
            log.warning("an alert of Graph's cannot be read: %s", bad)
    return reports


def _items(document: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any JSON value
    """Each item with its pointer."""
    at = ""
    page = next((name for name in _PAGES if isinstance(document, dict) and name in document), None)
    if page is not None and "id" not in document:
        document, at = document[page], f"/{page}"
        if not isinstance(document, list):
            raise BadPayload(at, "must be an array")
    if isinstance(document, list):
        yield from ((f"{at}/{index}", item) for index, item in enumerate(document))
    else:
        yield "", document


def _opened(items: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """The Defender API's incidents give way to their alerts."""
    for pointer, item in items:
        if isinstance(item, dict) and defender_api.is_incident(item):
            yield from defender_api.alerts_of(item, pointer)
        else:
            yield pointer, item
