import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.report import Report
from bot.alerts.words import Severity, Signal
from bot.sources.grafana import parse
from bot.sources.outcome import BadPayload, Rejection
from tests.support.other_payloads import grafana_alert, grafana_webhook
from tests.support.payloads import alertmanager_webhook, encoded


def _report(**overrides: Any) -> Report:
    (report,) = parse(encoded(grafana_webhook(grafana_alert(**overrides)))).reports
    return report


def test_an_alert_of_unified_alerting_becomes_a_report() -> None:
    report = _report()
    assert (report.source, report.service_source) == ("grafana", "grafana")
    assert report.external_id == "c6eadffa33fcdf37@2026-03-02T03:02:10+00:00"
    assert report.title == "Failed sign-ins high on vpn-1"
    assert report.description == "312 in five minutes."
    assert report.severity is Severity.HIGH
    assert report.signal is Signal.FIRING
    assert report.first_activity == datetime(2026, 3, 2, 3, 2, 10, tzinfo=UTC)
    assert report.alert_type == "Failed sign-ins high"
    assert report.category == "SOC"
    assert report.alert_url == "https://grafana.example.com/alerting/grafana/ddz4/view?orgId=1"
    assert report.documentation_url == "https://runbooks.example.com/vpn"
    assert report.labels["values"] == "B = 312, C = 1"
    assert report.labels["rule_uid"] == "ddz4"
    assert report.labels["panel"] == "https://grafana.example.com/d/abc?orgId=1&viewPanel=4"
    assert "image" not in report.labels
    assert [(piece.entity, piece.roles) for piece in report.evidence] == [
        ("device:vpn-1.contoso.example", ("trigger",)),
    ]


def test_the_end_of_it_is_the_same_alert_cleared() -> None:
    over = _report(status="resolved", endsAt="2026-03-02T04:00:00Z")
    assert over.signal is Signal.CLEARED
    assert over.external_id == _report().external_id


def test_a_label_of_the_rule_wins_over_what_we_add() -> None:
    labels = {"alertname": "A", "values": "mine", "category": "Network", "grafana_folder": "SOC"}
    report = _report(labels=labels)
    assert report.labels["values"] == "mine"
    assert report.category == "Network"


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("DatasourceNoData", "No data: Sign-ins"),
        ("DatasourceError", "Cannot be evaluated: Sign-ins"),
        ("Other", "Other"),
    ],
)
def test_a_rule_that_could_not_be_evaluated_is_named(name: str, title: str) -> None:
    assert _report(labels={"alertname": name, "rulename": "Sign-ins"}, annotations=None).title == title


@pytest.mark.parametrize("values", [None, 7, [], {}, "x"])
def test_without_measured_values_there_is_no_label_for_them(values: Any) -> None:
    assert "values" not in _report(values=values).labels


def test_values_of_any_type_are_shown_short() -> None:
    values = {"A": None, "B": [1], "C": "x" * 900, "D": 1e300, "E": True} | {f"v{n}": n for n in range(500)}
    text = _report(values=values).labels["values"]
    assert text.startswith("A = ?, B = ?, C = xxx")
    assert "D = 1e+300, E = true" in text
    assert len(text) <= 1_000


_LEGACY = {
    "ruleId": 7,
    "ruleName": "Load",
    "ruleUrl": "https://grafana.example.com/d/x",
    "state": "alerting",
    "title": "[Alerting] Load",
    "message": "Load is high",
    "evalMatches": [{"value": 97.0, "metric": "user", "tags": {}}],
}


@pytest.mark.parametrize("field", ["ruleId", "ruleName", "ruleUrl", "evalMatches"])
def test_the_legacy_form_is_refused_with_advice(field: str) -> None:
    with pytest.raises(BadPayload, match=r"legacy alerting.*contact point of the type Webhook") as refused:
        parse(encoded({field: _LEGACY[field], "title": "x"}))
    assert refused.value.pointer == ""


def test_what_alertmanager_sends_is_shown_the_way() -> None:
    with pytest.raises(BadPayload, match=r"/version is '4', .*/api/alerts/alertmanager"):
        parse(encoded(alertmanager_webhook()))


def test_alerts_of_a_group_stand_alone() -> None:
    parsed = parse(encoded(grafana_webhook(grafana_alert(labels=[]), grafana_alert(), 7, truncatedAlerts=3)))
    assert len(parsed.reports) == 1
    assert parsed.rejected == [
        Rejection(0, "/alerts/0/labels", "must be an object"),
        Rejection(2, "/alerts/2", "must be an object"),
    ]
    assert parsed.notes[-1].why.startswith("Grafana left 3 alerts of the group out")


def test_the_report_can_be_had_again_from_its_raw_message() -> None:
    for report in parse(encoded(grafana_webhook())).reports:
        assert parse(report.raw.encode()).reports == [report]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
_ODD = st.dictionaries(st.sampled_from(sorted(grafana_alert())), _JSON, max_size=4)


@given(_JSON | st.builds(lambda odd: grafana_webhook(grafana_alert(**odd)), _ODD))
def test_any_json_is_read_or_refused(payload: Any) -> None:
    with suppress(BadPayload):
        for report in parse(json.dumps(payload).encode()).reports:
            assert report.title
            assert report.external_id
