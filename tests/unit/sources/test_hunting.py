"""Records of advanced hunting: joined by alert, and partial."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.words import Severity
from bot.sources.graph.parse import parse
from bot.sources.outcome import BadPayload, Rejection
from tests.support.other_payloads import alert_evidence, alert_info
from tests.support.payloads import encoded, graph_alert


def _rows() -> list[dict[str, Any]]:
    return [
        alert_info(),
        alert_evidence("Machine", DeviceId="0f" * 20, DeviceName="web-1.contoso.example"),
        alert_evidence("User", AccountName="svc", AccountDomain="CONTOSO", AccountSid="S-1-5-21-1"),
        alert_evidence("Ip", RemoteIP="203.0.113.7", EvidenceDirection="Destination", EvidenceRole="Related"),
        alert_evidence("Process", FileName="dump.exe", ProcessCommandLine="dump.exe lsass", SHA256="ab" * 32),
    ]


@pytest.mark.parametrize("wrap", [list, lambda rows: {"results": rows}, lambda rows: {"Results": rows, "Schema": []}])
def test_rows_of_both_tables_become_one_report(wrap: Any) -> None:
    (report,) = parse(encoded(wrap(_rows()))).reports
    assert report.partial
    assert (report.source, report.external_id) == ("graph", "638765432109876543_-1123581321")
    assert report.title == "Credential theft tool was run"
    assert report.severity is Severity.HIGH
    assert (report.service_source, report.detection_source) == ("microsoftDefenderForEndpoint", "antivirus")
    assert report.category == "CredentialAccess"
    assert report.mitre == ("T1003.001", "T1003")
    assert report.first_activity == datetime(2026, 3, 2, 3, 4, 10, 987654, tzinfo=UTC)
    assert report.last_activity == datetime(2026, 3, 2, 3, 5, tzinfo=UTC)
    assert report.status is None
    assert report.classification is None
    assert report.assigned_to is None
    assert [(piece.kind, piece.label, piece.roles) for piece in report.evidence] == [
        ("device", "web-1.contoso.example", ()),
        ("user", "CONTOSO\\svc", ()),
        ("ip", "203.0.113.7", ("destination",)),
        ("process", "dump.exe", ()),
    ]
    assert parse(report.raw.encode()).reports == [report]


def test_the_same_things_have_the_keys_that_graph_gives_them() -> None:
    (hunted,) = parse(encoded(_rows())).reports
    whole = graph_alert(full=True)
    device, user = whole["evidence"][:2]
    device["mdeDeviceId"] = "0f" * 20
    user["userAccount"] = {"accountName": "svc", "domainName": "CONTOSO", "userSid": "S-1-5-21-1"}
    (of_graph,) = parse(encoded(whole)).reports
    assert [piece.entity for piece in hunted.evidence[:2]] == [piece.entity for piece in of_graph.evidence[:2]]


def test_joined_rows_and_those_of_a_stream_are_read_too() -> None:
    joined = [{**alert_info(), **row} for row in _rows()[1:]]
    streamed = {
        "records": [
            {"time": "2026-03-02T03:05:00Z", "category": "AdvancedHunting-AlertInfo", "properties": row}
            for row in _rows()
        ]
    }
    reports = [parse(encoded(payload)).reports for payload in (_rows(), joined, streamed)]
    assert len({tuple(piece.entity for piece in report.evidence) for (report,) in reports}) == 1
    assert {report.external_id for (report,) in reports} == {"638765432109876543_-1123581321"}


def test_rows_of_several_alerts_are_told_apart_and_may_come_beside_other_alerts() -> None:
    rows = [
        alert_info(AlertId="raone"),
        graph_alert(id="two"),
        alert_info(AlertId="caone"),
        alert_info(AlertId="raone"),
    ]
    parsed = parse(encoded(rows))
    assert [report.external_id for report in parsed.reports] == ["raone", "two", "caone"]
    assert [report.partial for report in parsed.reports] == [True, False, True]


def test_rows_that_are_of_no_use_are_named() -> None:
    rows = [alert_info(AlertId=7.5), alert_info(AlertId=None), alert_info(Title="", AlertId="x"), alert_info()]
    rows += [alert_info(AlertId="y", Timestamp="soon"), alert_info(AlertId="z", Severity=["High"])]
    parsed = parse(encoded(rows))
    assert [report.external_id for report in parsed.reports] == ["7.5", "638765432109876543_-1123581321"]
    assert parsed.rejected == [
        Rejection(1, "/1/AlertId", "must not be empty"),
        Rejection(2, "/2/Title", "must not be empty"),
        Rejection(4, "/4/Timestamp", "is not an ISO 8601 date and time"),
        Rejection(5, "/5/Severity", "must be a string"),
    ]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
_NAMES = sorted({*alert_info(), *(name for row in _rows() for name in row), "RegistryKey", "AccountUpn", "Application"})
_TYPES = ["Machine", "User", "Ip", "File", "Process", "MailBox", "MailMessage", "RegistryKey", "CloudApplication", "?"]
_ROW = st.builds(
    lambda kind, odd: {**alert_evidence(kind), **odd},
    st.sampled_from(_TYPES),
    st.dictionaries(st.sampled_from(_NAMES), _JSON, max_size=4),
)


@given(st.lists(_ROW, max_size=4))
def test_any_json_is_read_or_refused(rows: Any) -> None:
    with suppress(BadPayload):
        for report in parse(json.dumps(rows).encode()).reports:
            assert report.title
            assert report.external_id
            assert all(piece.kind and piece.label for piece in report.evidence)
