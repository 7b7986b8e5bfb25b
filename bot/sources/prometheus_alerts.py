"""A group of alerts as Alertmanager made it, and as others send it since: a report for each."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from bot.alerts.report import Report
from bot.alerts.words import Severity, Signal
from bot.sources.json_body import as_text
from bot.sources.outcome import BadPayload, Note, Parsed, collect
from bot.sources.prometheus_labels import evidence_of, fingerprint_of
from bot.sources.severities import severity_in_words
from bot.sources.text import short
from bot.sources.values import Time, bounded, object_at, problem, web_url

_TITLE_LENGTH = 500
_WORD_LENGTH = 200
_LABEL_LENGTH = 1_000

#: What a source makes of one report, given the alert as it came.
Refine = Callable[[Report, Mapping[str, Any]], Report]


class _Alert(BaseModel):
    """One alert of the group. Old versions send neither status nor fingerprint."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, coerce_numbers_to_str=True)

    labels: dict[str, str] = Field(min_length=1)
    annotations: dict[str, str | None] | None = None
    starts_at: Time
    ends_at: Time = None
    status: str | None = None
    fingerprint: str | None = None
    generator_url: str | None = Field(default=None, alias="generatorURL")


def read_group(group: Mapping[str, Any], *, source: str, name: str, setting: str, refine: Refine) -> Parsed:
    """The reports in a group. Alerts stand alone; raises BadPayload only where none is usable.

    `name` is what the sender calls itself, `setting` what limits the alerts of a group there.
    """
    alerts = group.get("alerts")
    if not isinstance(alerts, list):
        raise BadPayload("/alerts", "must be an array")
    envelope = {name: value for name, value in group.items() if name != "alerts"}

    seen: dict[str, Any] = {}

    def read(item: Any, pointer: str, notes: list[Note]) -> Report:  # noqa: ANN401 - any JSON value
        report = refine(_read(item, pointer, envelope, source), item)
        # No sender has two alerts with one fingerprint in a group; where one does all the same, neither may be lost.
        if seen.setdefault(report.external_id, item["labels"]) == item["labels"]:
            return report
        notes.append(Note(f"{pointer}/fingerprint", "is another alert's: the hash of the labels was used"))
        return refine(_read({**item, "fingerprint": None}, pointer, envelope, source), item)

    parsed = collect(((f"/alerts/{index}", item) for index, item in enumerate(alerts)), read)
    left_out = group.get("truncatedAlerts")
    if isinstance(left_out, int) and left_out > 0:
        why = f"{name} left {left_out} alerts of the group out (its setting {setting})"
        parsed.notes.append(Note("/truncatedAlerts", why))
    return parsed


def check_version(group: Mapping[str, Any], version: str, name: str, advice: str = "") -> None:
    """Raises BadPayload where the group is of another version."""
    if str(group.get("version")) != version:
        said = f"is {short(repr(group['version']), 40)}" if "version" in group else "is missing"
        raise BadPayload("/version", f'{said}, where {name} says "{version}"{advice}')


def label_text(text: str) -> str:
    """A label's value, cut where it is a whole log."""
    return text if len(text) <= _LABEL_LENGTH else text[: _LABEL_LENGTH - 1] + "…"


def address(url: object) -> str:
    """Prometheus, Grafana and their runbooks often live on plain http inside."""
    return web_url(url if isinstance(url, str) else None, schemes=("https", "http"))


def _read(item: Any, pointer: str, envelope: Mapping[str, Any], source: str) -> Report:  # noqa: ANN401 - any JSON value
    try:
        alert = _Alert.model_validate(object_at(item, pointer))
    except ValidationError as error:
        raise problem(error, pointer) from None
    if alert.starts_at is None:
        raise BadPayload(f"{pointer}/startsAt", "is required")
    labels, notes = alert.labels, {name: text for name, text in (alert.annotations or {}).items() if text}
    signal = _signal(alert, envelope)
    return Report(
        source=source,
        external_id=_identity(alert, alert.starts_at),
        title=_title(labels, notes),
        severity=severity_in_words(labels.get("severity", "")) or Severity.MEDIUM,
        created_at=alert.starts_at,
        first_activity=alert.starts_at,
        last_activity=(alert.ends_at if signal is Signal.CLEARED else None) or alert.starts_at,
        description=notes.get("description") or notes.get("message") or "",
        signal=signal,
        service_source=source,
        category=short(labels.get("category", ""), _WORD_LENGTH),
        alert_type=short(labels.get("alertname", ""), _WORD_LENGTH),
        alert_url=address(alert.generator_url) or address(envelope.get("externalURL")),
        documentation_url=address(notes.get("runbook_url")) or address(notes.get("runbook")),
        labels={short(name, _WORD_LENGTH): label_text(text) for name, text in (notes | labels).items()},
        evidence=evidence_of(labels),
        # A webhook of this alert alone, so that it can be read again.
        raw=as_text({**envelope, "alerts": [item]}),
    )


def _identity(alert: _Alert, starts_at: datetime) -> str:
    """What fires again later is another alert, so the beginning is part of it."""
    fingerprint = (alert.fingerprint or "").strip() or fingerprint_of(alert.labels)
    return bounded(f"{fingerprint}@{starts_at.isoformat()}")


def _signal(alert: _Alert, envelope: Mapping[str, Any]) -> Signal:
    """The alert's own status; where an old version has none: it has an end only once it is over."""
    status = alert.status or ("resolved" if alert.ends_at else envelope.get("status"))
    return Signal.CLEARED if str(status).strip().lower() == "resolved" else Signal.FIRING


def _title(labels: Mapping[str, str], notes: Mapping[str, str]) -> str:
    name, instance = labels.get("alertname", ""), labels.get("instance", "")
    named = f"{name}: {instance}" if name and instance else name
    anything = ", ".join(f"{label}={value}" for label, value in labels.items())
    return next(filter(None, (short(text, _TITLE_LENGTH) for text in (notes.get("summary", ""), named, anything))))
