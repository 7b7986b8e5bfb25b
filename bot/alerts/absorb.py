"""How reports become alerts, and how later reports change them."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from bot.alerts.alert import Alert, apply
from bot.alerts.evidence import Evidence, impacted_assets
from bot.alerts.history import Change, Entry, Kind, Plain, as_plain
from bot.alerts.people import Actor, Way
from bot.alerts.report import Report
from bot.alerts.words import UNDETERMINED, Classification, Severity, Signal, Status

#: The fields that a source may report and the history keeps.
TRACKED = (
    "title",
    "severity",
    "status",
    "signal",
    "classification",
    "determination",
    "assignee",
    "incident",
    "investigation_state",
    "service_source",
    "detection_source",
    "category",
    "alert_type",
    "product",
    "threat",
    "threat_actor",
    "source_tags",
    "mitre",
    "created_at",
    "first_activity",
    "last_activity",
    "alert_url",
    "incident_url",
    "documentation_url",
    "evidence_count",
)

#: Reported too, but long: kept in the state, and not copied into the history.
UNTRACKED = ("description", "recommended_actions", "labels")

#: What a source means that has not said it yet: to say so later is no news, and takes back nothing that people did.
_UNSAID: Mapping[str, Plain] = {
    "status": str(Status.NEW),
    "classification": str(Classification.NOT_SET),
    "determination": UNDETERMINED,
    "assigned_to": "",
    "assignee": "",
}

_EMPTY: tuple[Any, ...] = ("", [], {})

#: Those that a report carries under the same name, and how to read them all at once: this is done for every report.
_REPORTED = tuple(field.name for field in fields(Report) if field.name in {*TRACKED, *UNTRACKED})
_reported = attrgetter(*_REPORTED)
_state = attrgetter(*TRACKED)

_digested = json.JSONEncoder(sort_keys=True, default=str, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Said:
    """A source's last report about an alert, to compare the next one with: plain fields, a digest of the evidence."""

    fields: Mapping[str, Any]
    evidence_digest: str


@dataclass(frozen=True, slots=True)
class Absorbed:
    """What a report changes: entries to be made of `changes` (and none if empty), and fields that the history skips."""

    kind: Kind
    changes: tuple[Change, ...]
    apart: Mapping[str, Any]
    evidence_changed: bool

    @property
    def is_empty(self) -> bool:
        return not self.changes and not self.apart and not self.evidence_changed


@dataclass(frozen=True, slots=True)
class Birth:
    """A new alert and what begins with it: the first entry of its history, and the report that it was made of."""

    alert: Alert
    entry: Entry
    said: Said
    report: Report
    #: What happened to it in the same moment.
    more: tuple[Entry, ...] = ()


def said(report: Report, *, assignee: str | None, incident: int | None) -> Said:
    """The report as it is kept. A field that the source did not mention is absent."""
    values = {
        name: value if type(value) is str or isinstance(value, Mapping) else as_plain(value)
        for name, value in zip(_REPORTED, _reported(report), strict=True)
        if value is not None
    }
    values["evidence_count"] = len(report.evidence)
    if report.assigned_to is not None:
        values["assigned_to"] = report.assigned_to
        values["assignee"] = assignee or ""
    if incident is not None:
        values["incident"] = incident
    return Said(values, _digest(report.evidence))


def _digest(evidence: Iterable[Evidence]) -> str:
    pieces = [(p.kind, p.entity, p.label, p.roles, p.verdict, p.remediation, p.tags, p.properties) for p in evidence]
    return hashlib.sha256(_digested(pieces).encode()).hexdigest()


def filled(previous: Said, news: Said, report: Report, known: Sequence[Evidence]) -> tuple[Report, Said]:
    """A partial report about an alert with this evidence, made whole by what its source said before."""
    before = {name: value for name, value in previous.fields.items() if value not in _EMPTY}
    labels = {**report.labels, **previous.fields.get("labels", {})}
    names = {(piece.kind, piece.entity or piece.label) for piece in known}
    more = [piece for piece in report.evidence if (piece.kind, piece.entity or piece.label) not in names]
    evidence = (*known, *more)
    fields = {**news.fields, **before, "labels": labels, "evidence_count": len(evidence)}
    digest = _digest(evidence) if more else previous.evidence_digest
    return replace(report, labels=labels, evidence=evidence), Said(fields, digest)


def born(number: int, report: Report, news: Said, received_at: datetime) -> Birth:
    """A new alert, made of the first report about it."""
    alert = newborn(number, report, received_at)
    absorbed = absorb(alert, None, news, report)
    entry = Entry(
        alert=number,
        revision=1,
        at=received_at,
        actor=Actor.source(report.source, report.author),
        way=Way.SOURCE,
        kind=Kind.CREATED,
        changes=absorbed.changes,
    )
    return Birth(apply(alert, entry, apart(absorbed, report)), entry, news, report)


def newborn(number: int, report: Report, received_at: datetime) -> Alert:
    """The alert before its first entry: where every replay begins."""
    return Alert(
        number=number,
        source=report.source,
        external_id=report.external_id,
        revision=0,
        title="",
        severity=Severity.MEDIUM,
        created_at=received_at,
        first_activity=received_at,
        last_activity=received_at,
        received_at=received_at,
    )


def absorb(alert: Alert, previous: Said | None, now_said: Said, report: Report) -> Absorbed:
    """What is new in this report.

    A field changes only where the source says something else than it said before, so that a repeated report never
    takes back what people did.
    """
    before: Mapping[str, Any] = previous.fields if previous else {}
    news = {name: value for name, value in now_said.fields.items() if value != before.get(name, _UNSAID.get(name))}
    if previous is None:
        news = {name: value for name, value in news.items() if value not in _EMPTY}
    if previous is not None and "assigned_to" not in news:
        # The same word of the source's may mean somebody else to us now, because we have met them since.
        news.pop("assignee", None)
    wanted: dict[str, Plain] = {name: news[name] for name in TRACKED if name in news}
    if wanted.get("assignee") == "":
        wanted["assignee"] = None
    if _cleared_untouched(alert, wanted):
        wanted["status"] = str(Status.RESOLVED)
    state = dict(zip(TRACKED, _state(alert), strict=True))
    changes = tuple(
        Change(name, old, value) for name, value in wanted.items() if (old := as_plain(state[name])) != value
    )
    return Absorbed(
        kind=Kind.REPORTED if alert.revision else Kind.CREATED,
        changes=changes,
        apart={name: news[name] for name in UNTRACKED if name in news},
        evidence_changed=bool(report.evidence or previous)
        and (previous is None or previous.evidence_digest != now_said.evidence_digest),
    )


def apart(absorbed: Absorbed, report: Report) -> dict[str, Any]:
    """The parts of a report that the history skips: long texts, labels, and the assets of the evidence."""
    fields = dict(absorbed.apart)
    if absorbed.evidence_changed:
        fields["assets"], fields["asset_count"] = impacted_assets(report.evidence)
    return fields


def _cleared_untouched(alert: Alert, wanted: Mapping[str, Plain]) -> bool:
    """The trouble is over and nobody had begun with it: then nobody needs to. Otherwise people decide."""
    return wanted.get("signal") == Signal.CLEARED and alert.acknowledged_at is None and alert.is_open
