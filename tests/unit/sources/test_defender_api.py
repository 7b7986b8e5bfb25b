"""The Defender API's spellings: the same alerts, told in other words."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.report import Report
from bot.alerts.words import Classification, Severity, Status
from bot.sources.graph.parse import parse
from bot.sources.outcome import BadPayload, Note, Rejection
from tests.support.other_payloads import defender_api_alert, defender_api_incident
from tests.support.payloads import encoded, graph_alert


def _report(**overrides: Any) -> Report:
    (report,) = parse(encoded(defender_api_incident(defender_api_alert(**overrides)))).reports
    return report


def test_an_alert_of_an_incident_becomes_the_report_that_graph_would_give() -> None:
    report = _report()
    (of_graph,) = parse(encoded(graph_alert())).reports
    assert (report.source, report.external_id) == (of_graph.source, of_graph.external_id)
    assert report.title == "Credential theft tool was run"
    assert (report.severity, report.status) == (Severity.HIGH, Status.IN_PROGRESS)
    assert (report.classification, report.determination) == (Classification.FALSE_POSITIVE, "notMalicious")
    assert report.assigned_to == "bo.berg@contoso.example"
    assert report.investigation_state == "pendingApproval"
    assert (report.service_source, report.detection_source) == ("microsoftDefenderForEndpoint", "antivirus")
    assert report.created_at == datetime(2026, 3, 2, 3, 4, 10, 987654, tzinfo=UTC)
    assert report.first_activity == datetime(2026, 3, 2, 3, 2, tzinfo=UTC)
    assert report.threat_actor == "Storm-0001"
    assert report.external_incident == "4711"
    assert report.incident_url == "https://security.microsoft.com/incidents/4711"
    assert [(piece.kind, piece.label) for piece in report.evidence] == [
        ("device", "web-1.contoso.example"),
        ("process", "dump.exe (4242)"),
        ("user", "CONTOSO\\svc"),
        ("mailbox", "Ana"),
        ("analyzedMessage", "Invoice"),
        ("ip", "203.0.113.7"),
        ("Broom", "Broom"),
    ]
    assert report.evidence[0].entity == f"device:{'0f' * 20}"
    assert report.evidence[0].tags == ("Ring 2",)
    assert (report.evidence[1].verdict, report.evidence[1].remediation) == ("malicious", "notFound")
    assert report.evidence[2].entity == "user:s-1-5-21-1"
    assert json.loads(report.raw)["alertId"] == "da638765432109876543_-1123581321"
    assert not report.partial


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("True alert", Classification.TRUE_POSITIVE),
        ("False alert", Classification.FALSE_POSITIVE),
        ("TruePositive", Classification.TRUE_POSITIVE),
        ("InformationalExpectedActivity", Classification.EXPECTED),
        ("Unknown", Classification.NOT_SET),
        (None, Classification.NOT_SET),
    ],
)
def test_all_its_words_for_a_classification_are_read(said: str | None, read: Classification) -> None:
    assert _report(classification=said).classification is read


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("CompromisedUser", "compromisedAccount"),
        ("ConfirmedUserActivity", "confirmedActivity"),
        ("Clean", "notMalicious"),
        ("InsufficientData", "notEnoughDataToValidate"),
        ("MultiStagedAttack", "multiStagedAttack"),
        ("Apt", "apt"),
        ("SecurityPersonnel", "securityPersonnel"),
        ("NotAvailable", ""),
        (None, ""),
    ],
)
def test_all_its_words_for_a_determination_are_read(said: str | None, read: str) -> None:
    assert _report(determination=said).determination == read


def test_an_incident_that_was_merged_gives_way_to_the_one_that_it_is_in() -> None:
    (report,) = parse(encoded(defender_api_incident(redirectIncidentId=4800))).reports
    assert report.external_incident == "4800"


def test_an_alert_of_defender_for_endpoint_comes_in_by_itself() -> None:
    alert = {
        "id": "da638765432109876543_-1123581321",
        "incidentId": 0,
        "severity": "Medium",
        "status": "New",
        "title": "Credential theft tool was run",
        "alertCreationTime": "2026-03-02T03:04:10Z",
        "firstEventTime": "2026-03-02T03:02:00Z",
        "lastEventTime": "2026-03-02T03:11:30Z",
        "machineId": "0f" * 20,
        "computerDnsName": "web-1.contoso.example",
        "comments": [{"comment": "Seen.", "createdBy": "ana@contoso.example", "createdTime": "2026-03-02T03:20:00Z"}],
        "evidence": [{"entityType": "File", "fileName": "dump.exe", "sha1": "ab" * 20}],
    }
    (report,) = parse(encoded({"value": [alert]})).reports
    assert report.external_id == "638765432109876543_-1123581321"
    assert report.external_incident == ""
    assert report.last_activity == datetime(2026, 3, 2, 3, 11, 30, tzinfo=UTC)
    assert [piece.entity for piece in report.evidence] == [f"file:{'ab' * 20}", f"device:{'0f' * 20}"]
    assert [(comment.text, comment.author) for comment in report.comments] == [("Seen.", "ana@contoso.example")]


def test_alerts_of_an_incident_stand_alone_and_fields_are_named_as_they_came() -> None:
    alerts = [
        defender_api_alert(creationTime="soon"),
        defender_api_alert(entities=[7, {"entityType": "Url", "url": "https://x.example/"}], devices=None),
        7,
        defender_api_alert(alertId=" "),
        defender_api_alert(entities={}),
    ]
    parsed = parse(encoded(defender_api_incident(*alerts)))
    assert [[piece.entity for piece in report.evidence] for report in parsed.reports] == [["url:https://x.example/"]]
    assert parsed.rejected == [
        Rejection(0, "/value/0/alerts/0/creationTime", "is not an ISO 8601 date and time"),
        Rejection(2, "/value/0/alerts/2", "must be an object"),
        Rejection(3, "/value/0/alerts/3/alertId", "must not be empty"),
        Rejection(4, "/value/0/alerts/4/entities", "must be an array"),
    ]
    assert parsed.notes == [Note("/value/0/alerts/1/entities/0", "is not an object, and was left out")]


def test_an_incident_without_alerts_is_refused() -> None:
    with pytest.raises(BadPayload, match="holds no alert"):
        parse(encoded(defender_api_incident() | {"value": []}))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
_ODD = st.dictionaries(st.sampled_from(sorted(defender_api_alert())), _JSON, max_size=4)
_PIECE = st.dictionaries(
    st.sampled_from(sorted({name for piece in defender_api_alert()["entities"] for name in piece})), _JSON, max_size=5
)


@given(
    st.builds(lambda odd: defender_api_incident(defender_api_alert(**odd)), _ODD)
    | st.builds(lambda pieces: defender_api_alert(entities=pieces, devices=pieces), st.lists(_PIECE, max_size=3))
)
def test_any_json_is_read_or_refused(payload: Any) -> None:
    with suppress(BadPayload):
        for report in parse(json.dumps(payload).encode()).reports:
            assert report.title
            assert report.external_id
            assert all(piece.kind and piece.label for piece in report.evidence)
