import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.report import Report
from bot.alerts.words import Severity, Signal
from bot.sources.alertmanager import parse
from bot.sources.json_body import BadPayload
from bot.sources.outcome import Note, Rejection
from bot.sources.prometheus_labels import evidence_of, fingerprint_of, host_of
from tests.support.payloads import alertmanager_alert, alertmanager_webhook, encoded

_STARTED = datetime(2026, 3, 2, 3, 2, 0, 123_456, tzinfo=UTC)


def _report(group: dict[str, Any] | None = None, **overrides: Any) -> Report:
    (report,) = parse(encoded(alertmanager_webhook(alertmanager_alert(**overrides), **(group or {})))).reports
    return report


def test_a_firing_alert_becomes_a_report() -> None:
    report = _report()
    assert report.source == "alertmanager"
    assert report.external_id == "5c1d0a9b3e7f2468@2026-03-02T03:02:00.123456+00:00"
    assert report.title == "Disk of web-1 almost full"
    assert report.description == "/var has 3 % left."
    assert report.severity is Severity.HIGH
    assert report.signal is Signal.FIRING
    assert report.status is None
    assert report.classification is None
    assert report.assigned_to is None
    assert (report.created_at, report.first_activity, report.last_activity) == (_STARTED,) * 3
    assert report.service_source == "alertmanager"
    assert report.alert_type == "DiskAlmostFull"
    assert report.alert_url == "http://prometheus.example.com:9090/graph?g0.expr=disk"
    assert report.documentation_url == "https://runbooks.example.com/disk"
    assert report.labels["instance"] == "web-1.example.com:9100"
    assert report.labels["summary"] == "Disk of web-1 almost full"
    assert [(piece.entity, piece.roles) for piece in report.evidence] == [
        ("device:web-1.example.com", ("trigger",)),
        ("job:node", ()),
    ]


def test_the_report_can_be_had_again_from_its_raw_message() -> None:
    webhook = alertmanager_webhook(alertmanager_alert(), alertmanager_alert(fingerprint="other", labels={"a": "b"}))
    for report in parse(encoded(webhook)).reports:
        assert parse(report.raw.encode()).reports == [report]


def test_a_resolved_alert_is_cleared_at_its_end_and_stays_the_same_alert() -> None:
    cleared = _report(status="resolved", endsAt="2026-03-02T04:00:00Z")
    assert cleared.signal is Signal.CLEARED
    assert cleared.last_activity == datetime(2026, 3, 2, 4, tzinfo=UTC)
    assert cleared.external_id == _report().external_id
    assert _report(status="resolved").last_activity == _STARTED


@pytest.mark.parametrize(
    ("group", "ends_at", "signal"),
    [
        ("firing", "0001-01-01T00:00:00Z", Signal.FIRING),
        ("firing", "2026-03-02T04:00:00Z", Signal.CLEARED),
        ("resolved", "0001-01-01T00:00:00Z", Signal.CLEARED),
        (None, None, Signal.FIRING),
        (7, "", Signal.FIRING),
    ],
)
def test_without_a_status_of_its_own_an_alert_is_over_when_it_has_an_end_or_its_group_is(
    group: Any, ends_at: str | None, signal: Signal
) -> None:
    alert = alertmanager_alert(endsAt=ends_at)
    del alert["status"]
    (report,) = parse(encoded(alertmanager_webhook(alert, status=group))).reports
    assert report.signal is signal


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        *((word, Severity.HIGH) for word in ("critical", "page", "error", "severe", "major", "high", " CRITICAL ")),
        *((word, Severity.MEDIUM) for word in ("warning", "Warn", "medium", "unknown", "whatever", "")),
        *((word, Severity.LOW) for word in ("low", "minor", "notice")),
        *((word, Severity.INFORMATIONAL) for word in ("info", "none", "informational")),
    ],
)
def test_severities_are_understood(word: str, severity: Severity) -> None:
    assert _report(labels={"alertname": "A", "severity": word}).severity is severity


def test_without_a_label_the_severity_is_medium() -> None:
    assert _report(labels={"alertname": "A"}).severity is Severity.MEDIUM


@pytest.mark.parametrize(
    ("labels", "annotations", "title"),
    [
        ({"alertname": "A", "instance": "i"}, {"summary": "S\nx"}, "S x"),
        ({"alertname": "A", "instance": "i"}, {"summary": " "}, "A: i"),
        ({"alertname": "A"}, None, "A"),
        ({"team": "web", "zone": "eu"}, {"summary": None}, "team=web, zone=eu"),
        ({"": ""}, {}, "="),
    ],
)
def test_every_alert_has_a_title(labels: dict[str, str], annotations: Any, title: str) -> None:
    assert _report(labels=labels, annotations=annotations).title == title


def test_the_fingerprint_is_prometheus_own_where_none_is_sent() -> None:
    # A vector of Prometheus' tests.
    assert int(fingerprint_of({"name": "garland, briggs", "fear": "love is not enough"}), 16) == 5799056148416392346
    labels = {"alertname": "A", "instance": "ünïcode"}
    report = _report(labels=labels, fingerprint=None)
    assert report.external_id.startswith(fingerprint_of(labels) + "@")
    assert report.external_id == _report(labels=dict(reversed(labels.items())), fingerprint="").external_id
    assert fingerprint_of({"a": "x" * 1_000_000}) != fingerprint_of({"a": "x" * 999_999 + "y"})


@given(st.dictionaries(st.text(min_size=1), st.text(), min_size=1), st.dictionaries(st.text(min_size=1), st.text()))
def test_labels_have_one_fingerprint_whatever_their_order(one: dict[str, str], other: dict[str, str]) -> None:
    assert fingerprint_of(one) == fingerprint_of(dict(reversed(one.items())))
    assert (fingerprint_of(one) == fingerprint_of(other)) == (one == other)


def test_the_same_trouble_later_is_another_alert_and_the_same_instant_is_the_same() -> None:
    first, later = _report(startsAt="2026-03-02T03:02:00Z"), _report(startsAt="2026-03-02T05:02:00Z")
    assert first.external_id != later.external_id
    assert first.external_id == _report(startsAt="2026-03-01T22:02:00.000000000-05:00").external_id


def test_two_alerts_with_one_fingerprint_are_both_kept_and_noted() -> None:
    alerts = [alertmanager_alert(labels={"alertname": "A", "instance": name}) for name in ("a", "b", "a")]
    parsed = parse(encoded(alertmanager_webhook(*alerts)))
    one, other, again = (report.external_id for report in parsed.reports)
    assert one == again != other
    assert [note.pointer for note in parsed.notes] == ["/alerts/1/fingerprint"]


@pytest.mark.parametrize("url", ["my.prometheusserver.url", "", None, "ftp://x.example/", 7, "http://"])
def test_without_a_whole_address_of_the_rule_that_of_alertmanager_is_kept(url: Any) -> None:
    assert _report(generatorURL=url).alert_url == "http://alertmanager.example.com:9093"
    assert _report({"externalURL": url}, generatorURL=url).alert_url == ""


@pytest.mark.parametrize(
    ("instance", "host"),
    [
        ("web-1:9100", "web-1"),
        ("web-1.example.com", "web-1.example.com"),
        ("10.0.0.1:9100", "10.0.0.1"),
        ("[2001:db8::1]:9100", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("https://shop.example.com/health", ""),
        ("", ""),
    ],
)
def test_the_host_is_the_instance_without_its_port(instance: str, host: str) -> None:
    assert host_of(instance) == host


@pytest.mark.parametrize(
    ("labels", "entities"),
    [
        ({"instance": "https://Shop.example/"}, ["url:https://shop.example/"]),
        ({"instance": "web-1:9100", "node": "WEB-1", "host": "db-1"}, ["device:web-1", "device:db-1"]),
        (
            {"pod": "cart-0", "namespace": "shop", "cluster": "prod", "container": "web", "deployment": "cart"},
            [
                "kubernetespod:prod/shop/cart-0",
                "container:prod/shop/cart-0/web",
                "kubernetescontroller:prod/shop/cart",
                "kubernetesnamespace:prod/shop",
                "kubernetescluster:prod",
            ],
        ),
        ({"service": "api", "job": "node", "severity": "page"}, ["service:api", "job:node"]),
        ({"alertname": "A", "instance": " "}, []),
    ],
)
def test_labels_name_what_an_alert_is_about(labels: dict[str, str], entities: list[str]) -> None:
    pieces = evidence_of(labels)
    assert [piece.entity for piece in pieces] == entities
    assert [piece.roles for piece in pieces] == [("trigger",), *[()] * (len(pieces) - 1)][: len(pieces)]
    assert all(piece.label for piece in pieces)


def test_alerts_of_a_group_stand_alone() -> None:
    webhook = alertmanager_webhook(
        alertmanager_alert(labels={}),
        alertmanager_alert(),
        alertmanager_alert(startsAt="0001-01-01T00:00:00Z"),
        alertmanager_alert(labels={"alertname": {}}),
        "x",
    )
    parsed = parse(encoded(webhook))
    assert len(parsed.reports) == 1
    assert parsed.rejected == [
        Rejection(0, "/alerts/0/labels", "must not be empty"),
        Rejection(2, "/alerts/2/startsAt", "is required"),
        Rejection(3, "/alerts/3/labels/alertname", "must be a string"),
        Rejection(4, "/alerts/4", "must be an object"),
    ]


@pytest.mark.parametrize(
    ("overrides", "pointer", "why"),
    [
        ({"version": "1"}, "/version", "is '1', where Alertmanager says \"4\""),
        ({"version": None}, "/version", "is None"),
        ({"version": ["4"]}, "/version", "is ['4']"),
        ({"alerts": {}}, "/alerts", "must be an array"),
        ({"alerts": []}, "", "holds no alert"),
        ({"alerts": [{}]}, "/alerts/0/labels", "is required"),
    ],
)
def test_what_is_no_webhook_of_version_4_is_refused(overrides: dict[str, Any], pointer: str, why: str) -> None:
    with pytest.raises(BadPayload) as refused:
        parse(encoded(alertmanager_webhook(**overrides)))
    assert refused.value.pointer == pointer
    assert refused.value.why.startswith(why)


def test_a_missing_version_is_named() -> None:
    with pytest.raises(BadPayload, match="/version is missing"):
        parse(b"{}")


def test_alerts_that_alertmanager_left_out_are_noted() -> None:
    assert parse(encoded(alertmanager_webhook())).notes == []
    (note,) = parse(encoded(alertmanager_webhook(truncatedAlerts=12))).notes
    assert note == Note("/truncatedAlerts", "Alertmanager left 12 alerts of the group out (its setting max_alerts)")


def test_long_labels_are_cut_and_short_ones_are_not() -> None:
    report = _report(annotations={"summary": "S", "log": "x" * 50_000})
    assert len(report.labels["log"]) <= 1_000
    assert report.labels["log"].endswith("…")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
_ODD = st.dictionaries(st.sampled_from(sorted(alertmanager_alert())), _JSON, max_size=4)
_GROUP = st.dictionaries(st.sampled_from(["status", "externalURL", "truncatedAlerts", "groupKey", "receiver"]), _JSON)


@given(_JSON | st.builds(lambda odd, group: alertmanager_webhook(alertmanager_alert(**odd), **group), _ODD, _GROUP))
def test_any_json_is_read_or_refused(payload: Any) -> None:
    with suppress(BadPayload):
        for report in parse(json.dumps(payload).encode()).reports:
            assert report.title
            assert report.external_id
