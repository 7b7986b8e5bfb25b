"""Alerts as rows, in both directions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from bot.alerts.alert import Alert
from bot.alerts.evidence import Asset
from bot.alerts.words import Classification, Severity, Signal, Status
from storage.tables import alerts

#: What the column `rest` holds.
REST = tuple(field.name for field in fields(Alert) if field.name not in alerts.c)

#: The columns in order; `rest` last.
COLUMNS = tuple(field.name for field in fields(Alert) if field.name in alerts.c)

#: Whole alerts; add a condition.
SELECT_ALERT: Select[Any] = select(*(alerts.c[name] for name in COLUMNS), alerts.c.rest)

_WORDS: Mapping[str, Mapping[Any, Any]] = {
    "severity": {str(word.value): word for word in Severity},
    "status": {str(word.value): word for word in Status},
    "signal": {None: None} | {str(word.value): word for word in Signal},
    "classification": {str(word.value): word for word in Classification},
}
_SPOKEN = tuple((COLUMNS.index(name), words) for name, words in _WORDS.items())


def alert_of(row: Sequence[Any]) -> Alert:
    """From a row of SELECT_ALERT."""
    values = list(row)
    rest: dict[str, Any] = values.pop()
    for place, words in _SPOKEN:
        values[place] = words[values[place]]
    for name, read in _READ.items():
        if name in rest:
            rest[name] = read(rest[name])
    return Alert(**dict(zip(COLUMNS, values, strict=True)), **rest)


def values_of(alert: Alert) -> dict[str, Any]:
    """For the columns. What is empty is left out of `rest`; reading gives the default again."""
    values: dict[str, Any] = {name: getattr(alert, name) for name in COLUMNS}
    for name in _WORDS:
        word = values[name]
        values[name] = word.value if word is not None else None
    rest: dict[str, Any] = {name: value for name in REST if (value := getattr(alert, name))}
    if "assets" in rest:
        rest["assets"] = [(asset.kind, asset.label, asset.entity) for asset in alert.assets]
    if "labels" in rest:
        rest["labels"] = dict(alert.labels)
    if "assigned_at" in rest:
        rest["assigned_at"] = rest["assigned_at"].isoformat()
    values["rest"] = rest
    return values


def _assets(stored: list[list[str]]) -> tuple[Asset, ...]:
    return tuple(Asset(*asset) for asset in stored)


_READ: Mapping[str, Callable[[Any], Any]] = {
    "tags": tuple,
    "source_tags": tuple,
    "paged": tuple,
    "mitre": tuple,
    "assets": _assets,
    "assigned_at": datetime.fromisoformat,
}
