"""Grafana's webhook of unified alerting (Grafana 9 and later) as reports: one for each alert of the group."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from bot.alerts.report import Report
from bot.sources.json_body import read_json
from bot.sources.outcome import BadPayload, Parsed
from bot.sources.prometheus_alerts import address, check_version, label_text, read_group
from bot.sources.text import short
from bot.sources.values import object_at, scalar_text

SOURCE = "grafana"
VERSION = "1"

#: Only the alerting of Grafana 8 and before, which is gone since Grafana 11, sends these.
_LEGACY = ("ruleName", "ruleId", "ruleUrl", "evalMatches")

_ADVICE = (
    "is of Grafana's legacy alerting (Grafana 8 and before), which tells too little to know one alert from another:"
    " send it from a contact point of the type Webhook, in Grafana under Alerting, Contact points"
)

#: What Grafana calls an alert whose rule could not be evaluated; the rule's name is then in the label `rulename`.
_NOT_EVALUATED: Final[Mapping[str, str]] = {"DatasourceNoData": "No data", "DatasourceError": "Cannot be evaluated"}

_TITLE_LENGTH = 500
_WORD_LENGTH = 200
_VALUES_SHOWN = 20

#: Grafana's pages about an alert, and under which label we keep their addresses.
_PAGES = {"dashboardURL": "dashboard", "panelURL": "panel", "silenceURL": "silence", "imageURL": "image"}


def parse(body: bytes) -> Parsed:
    """The reports in a webhook's body. Alerts stand alone; raises BadPayload only where none is usable."""
    group = object_at(read_json(body), "")
    if "alerts" not in group and any(name in group for name in _LEGACY):
        raise BadPayload("", _ADVICE)
    hint = "; Alertmanager's webhooks go to /api/alerts/alertmanager" if str(group.get("version")) == "4" else ""
    check_version(group, VERSION, "Grafana", hint)
    return read_group(group, source=SOURCE, name="Grafana", setting="max alerts of the contact point", refine=_refine)


def _refine(report: Report, item: Mapping[str, Any]) -> Report:
    """What Grafana tells beyond Alertmanager: the folder, the measured values, its pages."""
    labels = item["labels"]
    more = {name: address(item.get(field)) for field, name in _PAGES.items()}
    more["values"] = _values(item.get("values"))
    more["rule_uid"] = short(scalar_text(item.get("ruleUID")) or "", _WORD_LENGTH)
    name, rule = str(labels.get("alertname", "")), str(labels.get("rulename", ""))
    title = report.title
    if name in _NOT_EVALUATED and rule:
        title = short(f"{_NOT_EVALUATED[name]}: {rule}", _TITLE_LENGTH)
    return replace(
        report,
        title=title,
        category=report.category or short(str(labels.get("grafana_folder", "")), _WORD_LENGTH),
        labels={name: text for name, text in more.items() if text} | dict(report.labels),
    )


def _values(values: object) -> str:
    """`B = 312, C = 1`: the queries and expressions of the rule, and what they gave."""
    if not isinstance(values, dict):
        return ""
    shown = [f"{short(name, 60)} = {_number(value)}" for name, value in list(values.items())[:_VALUES_SHOWN]]
    return label_text(", ".join(shown))


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else short(scalar_text(value) or "?", 60)
