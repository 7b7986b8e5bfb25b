"""Prometheus Alertmanager's webhook, version 4, as reports: one for each alert of the group."""

from collections.abc import Mapping
from typing import Any

from bot.alerts.report import Report
from bot.sources.json_body import read_json
from bot.sources.outcome import Parsed
from bot.sources.prometheus_alerts import check_version, read_group
from bot.sources.values import object_at

SOURCE = "alertmanager"
VERSION = "4"


def parse(body: bytes) -> Parsed:
    """The reports in a webhook's body. Alerts stand alone; raises BadPayload only where none is usable."""
    group = object_at(read_json(body), "")
    hint = "; Grafana's webhooks go to /api/alerts/grafana" if str(group.get("version")) == "1" else ""
    check_version(group, VERSION, "Alertmanager", hint)
    return read_group(group, source=SOURCE, name="Alertmanager", setting="max_alerts", refine=_as_it_is)


def _as_it_is(report: Report, _item: Mapping[str, Any]) -> Report:
    return report
