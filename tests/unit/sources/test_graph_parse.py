import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.report import Report, ReportedComment
from bot.alerts.words import Classification, Severity, Status
from bot.sources.graph.parse import parse
from bot.sources.json_body import BadPayload
from bot.sources.outcome import Note, Rejection
from tests.support.payloads import encoded, graph_alert, graph_evidence, graph_page


def _report(**overrides: Any) -> Report:
    (report,) = parse(encoded(graph_alert(**overrides))).reports
    return report


def test_an_alert_becomes_a_report() -> None:
    raw = graph_alert(full=True)
    (report,) = parse(encoded(raw)).reports
    assert report.source == "graph"
    assert report.external_id == "638765432109876543_-1123581321"
    assert report.title == "Credential theft tool was run"
    assert report.severity is Severity.HIGH
    assert report.created_at == datetime(2026, 3, 2, 3, 4, 10, 987654, tzinfo=UTC)
    assert report.first_activity == datetime(2026, 3, 2, 3, 2, tzinfo=UTC)
    assert report.last_activity == datetime(2026, 3, 2, 3, 11, 30, 500_000, tzinfo=UTC)
    assert report.status is Status.NEW
    assert report.signal is None
    assert report.classification is Classification.NOT_SET
    assert report.determination == ""
    assert report.assigned_to == ""
    assert report.service_source == "microsoftDefenderForEndpoint"
    assert report.detection_source == "antivirus"
    assert report.investigation_state == "unsupportedAlertType"
    assert report.category == "CredentialAccess"
    assert report.alert_type == "7c0c1a52-40b9-4b1c-9f0e-6a7b8c9d0e1f"
    assert report.product == "Microsoft Defender for Endpoint"
    assert report.threat == "HackTool:Win32/Dumper"
    assert report.source_tags == ("Critical asset",)
    assert report.mitre == ("T1003.001", "T1003")
    assert report.documentation_url == "https://attack.mitre.org/techniques/T1003/001/"
    assert report.external_incident == "4711"
    assert report.labels == {"Ring": "2"}
    assert report.recommended_actions.splitlines()[0] == "Isolate the device."
    assert [piece.label for piece in report.evidence] == [
        "web-1.contoso.example.com",
        "CONTOSO\\svc-build",
        "dump.exe",
        "dump.exe (4242)",
        "203.0.113.77",
    ]
    assert [piece.roles for piece in report.evidence][2:] == [(), ("trigger",), ("commandAndControl",)]
    assert json.loads(report.raw) == raw


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(graph_alert(), id="one alert"),
        pytest.param([graph_alert()], id="list"),
        pytest.param(graph_page(graph_alert()), id="page"),
    ],
)
def test_one_alert_a_list_and_a_page_are_taken(payload: Any) -> None:
    assert [report.title for report in parse(encoded(payload)).reports] == ["Credential theft tool was run"]


def test_items_of_a_batch_stand_alone() -> None:
    untitled = graph_alert()
    del untitled["title"]
    page = graph_page(
        untitled, graph_alert(id="one"), 7, graph_alert(createdDateTime="yesterday"), graph_alert(id="two")
    )
    parsed = parse(encoded(page))
    assert [report.external_id for report in parsed.reports] == ["one", "two"]
    assert parsed.rejected == [
        Rejection(0, "/value/0/title", "is required"),
        Rejection(2, "/value/2", "must be an object"),
        Rejection(3, "/value/3/createdDateTime", "is not an ISO 8601 date and time"),
    ]


@pytest.mark.parametrize(
    ("payload", "pointer", "why"),
    [
        (None, "", "must be an object"),
        ("alert", "", "must be an object"),
        (1, "", "must be an object"),
        ({}, "/id", "is required"),
        ([], "", "holds no alert"),
        ({"value": []}, "", "holds no alert"),
        ({"value": {"id": "x"}}, "/value", "must be an array"),
        ([[graph_alert()]], "/0", "must be an object"),
        (graph_alert(id=""), "/id", "must not be empty"),
        (graph_alert(id=" \t"), "/id", "must not be empty"),
        (graph_alert(id=7), "/id", "must be a string"),
        (graph_alert(id=None), "/id", "must be a string"),
        (graph_alert(title="\u0000"), "/title", "must not be empty"),
        (graph_alert(title=["x"]), "/title", "must be a string"),
        (graph_alert(lastActivityDateTime=1_700_000_000), "/lastActivityDateTime", "must be a date and time"),
        (graph_alert(lastActivityDateTime="2026-13-01T00:00:00Z"), "/lastActivityDateTime", "is not an ISO"),
        (graph_alert(comments=[{"createdDateTime": "?"}]), "/comments/0/createdDateTime", "is not an ISO"),
        (graph_alert(evidence={}), "/evidence", "must be an array"),
        (graph_alert(mitreTechniques=["T1003", {}]), "/mitreTechniques/1", "must be a string"),
    ],
)
def test_what_is_of_no_use_is_refused_by_the_name_of_its_field(payload: Any, pointer: str, why: str) -> None:
    with pytest.raises(BadPayload) as refused:
        parse(encoded(payload))
    assert refused.value.pointer == pointer
    assert refused.value.why.startswith(why)


def test_a_refused_batch_says_what_was_wrong_with_each() -> None:
    with pytest.raises(BadPayload) as refused:
        parse(encoded([graph_alert(id=""), 3]))
    assert [(item.index, item.pointer) for item in refused.value.rejected] == [(0, "/0/id"), (1, "/1")]


@pytest.mark.parametrize("severity", ["unknown", "unknownFutureValue", "critical", "", None])
def test_an_unknown_severity_counts_as_medium(severity: str | None) -> None:
    assert _report(severity=severity).severity is Severity.MEDIUM


def test_words_are_read_whatever_their_case() -> None:
    report = _report(
        severity="Informational", status="InProgress", classification="TruePositive", determination="Malware"
    )
    assert report.severity is Severity.INFORMATIONAL
    assert report.status is Status.IN_PROGRESS
    assert (report.classification, report.determination) == (Classification.TRUE_POSITIVE, "malware")


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("unknown", Classification.NOT_SET),
        ("somethingNew", Classification.NOT_SET),
        (None, Classification.NOT_SET),
        ("falsePositive", Classification.FALSE_POSITIVE),
        ("informationalExpectedActivity", Classification.EXPECTED),
        ("True alert", Classification.TRUE_POSITIVE),
        ("False alert", Classification.FALSE_POSITIVE),
        ("Informational, expected activity", Classification.EXPECTED),
    ],
)
def test_classifications_old_and_new_are_understood(said: str | None, read: Classification) -> None:
    assert _report(classification=said).classification is read


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("unknown", ""),
        ("somethingNew", ""),
        (None, ""),
        ("CompromisedUser", "compromisedAccount"),
        ("Clean", "notMalicious"),
        ("InsufficientData", "notEnoughDataToValidate"),
        ("ConfirmedUserActivity", "confirmedActivity"),
        ("multiStagedAttack", "multiStagedAttack"),
        ("SecurityTesting", "securityTesting"),
        ("apt", "apt"),
    ],
)
def test_determinations_old_and_new_are_understood(said: str | None, read: str) -> None:
    assert _report(determination=said).determination == read


def test_what_the_source_does_not_mention_is_told_from_what_it_says_is_empty() -> None:
    silent = graph_alert()
    for name in ("assignedTo", "classification", "determination", "status"):
        del silent[name]
    (report,) = parse(encoded(silent)).reports
    assert (report.assigned_to, report.classification, report.determination, report.status) == (None,) * 4
    assert _report(assignedTo=None).assigned_to == ""
    assert _report(assignedTo=" ana@contoso.com ").assigned_to == "ana@contoso.com"
    assert _report(status="unknown").status is None
    assert _report(status="resolved").status is Status.RESOLVED


@pytest.mark.parametrize(
    ("alert_id", "service", "detection", "read"),
    [
        ("ta{}", "unknown", "unknown", ("microsoft365Defender", "microsoftThreatExperts")),
        ("ed{}", None, None, ("microsoftDefenderForEndpoint", "customDetection")),
        ("ea{}", "microsoftDefenderForIdentity", "nrtAlerts", ("microsoftDefenderForIdentity", "nrtAlerts")),
        ("fa{}", "unknownFutureValue", "unknown", ("microsoftDefenderForOffice365", "")),
        ("ad{}", None, None, ("azureAdIdentityProtection", "")),
        ("dl{}", None, None, ("dataLossPrevention", "")),
        ("{}", None, "unknown", ("", "")),
        ("{}", "aServiceOfTomorrow", "aWayOfTomorrow", ("aServiceOfTomorrow", "aWayOfTomorrow")),
    ],
)
def test_the_prefix_gives_the_source_where_the_alert_does_not(
    alert_id: str, service: str | None, detection: str | None, read: tuple[str, str]
) -> None:
    whole = alert_id.format("fa12b3c4-d5e6-4f70-8192-a3b4c5d6e7f8")
    report = _report(id=whole, serviceSource=service, detectionSource=detection)
    assert (report.service_source, report.detection_source) == read


@pytest.mark.parametrize(
    ("missing", "read"),
    [
        (["lastActivityDateTime"], ("04:10", "02:00", "02:00")),
        (["firstActivityDateTime"], ("04:10", "04:10", "11:30")),
        (["createdDateTime"], ("02:00", "02:00", "11:30")),
        (["createdDateTime", "firstActivityDateTime"], ("11:30", "11:30", "11:30")),
        (["createdDateTime", "firstActivityDateTime", "lastActivityDateTime"], ("12:00", "12:00", "12:00")),
    ],
)
@pytest.mark.parametrize("nothing", [None, "", "0001-01-01T00:00:00Z"])
def test_a_time_that_is_missing_is_taken_from_the_others(
    missing: list[str], read: tuple[str, ...], nothing: str | None
) -> None:
    report = _report(**dict.fromkeys(missing, nothing))
    times = (report.created_at, report.first_activity, report.last_activity)
    assert tuple(f"{time:%M:%S}" for time in times if time) == read


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-03-02T03:04:05.1234567Z", datetime(2026, 3, 2, 3, 4, 5, 123_456, tzinfo=UTC)),
        ("2026-03-02T03:04:05.123456789-05:00", datetime(2026, 3, 2, 8, 4, 5, 123_456, tzinfo=UTC)),
        ("2026-03-02t03:04:05z", datetime(2026, 3, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-03-02T03:04:05", datetime(2026, 3, 2, 3, 4, 5, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_their_zone_and_kept_in_utc(text: str, time: datetime) -> None:
    assert _report(createdDateTime=text).created_at == time
    assert str(_report(createdDateTime=text).created_at).endswith("+00:00")


def test_comments_come_with_author_and_time() -> None:
    comments = [
        {"comment": " looks real ", "createdByDisplayName": "Bo", "createdDateTime": "2026-03-02T03:12:00Z"},
        {"comment": "  ", "createdByDisplayName": "Bo", "createdDateTime": "2026-03-02T03:13:00Z"},
        None,
        {"comment": "undated"},
    ]
    assert _report(comments=comments).comments == (
        ReportedComment("looks real", "Bo", datetime(2026, 3, 2, 3, 12, tzinfo=UTC)),
        ReportedComment("undated", "", datetime(2026, 3, 2, 3, 4, 10, 987_654, tzinfo=UTC)),
    )


def test_details_become_labels_where_they_are_scalars() -> None:
    report = _report(
        customDetails={"@odata.type": "#dictionary", "Ring": 2, "Vip": True, "Who": "Ana", "List": ["x"], "None": None},
        additionalData={"Ring": "theirs", "Score": 0.5},
    )
    assert report.labels == {"Ring": "2", "Vip": "true", "Who": "Ana", "Score": "0.5"}


def test_the_alert_type_is_never_the_title() -> None:
    assert _report(detectorId=None, alertPolicyId="policy").alert_type == "policy"
    assert _report(detectorId=None).alert_type == ""


def test_the_category_may_come_in_the_old_or_the_new_field() -> None:
    assert _report(category=None, categories=[None, "Exfiltration", "Impact"]).category == "Exfiltration"
    assert _report(category="Impact", categories=[]).category == "Impact"


@pytest.mark.parametrize(
    "url",
    [
        "http://security.microsoft.com/alerts/1",
        "javascript:alert(1)",
        "https://",
        "//security.microsoft.com",
        "https://security.microsoft.com@evil.example/",
        "https://a b.example/",
        "https://[broken/",
        "https://x.example/" + "a" * 3_000,
        "",
        None,
    ],
)
def test_only_whole_https_addresses_are_kept(url: str | None) -> None:
    assert _report(alertWebUrl=url, incidentWebUrl=url).alert_url == ""
    assert _report(incidentWebUrl=url).incident_url == ""
    assert _report(alertWebUrl="https://security.microsoft.com/alerts/1").alert_url.startswith("https://")


@pytest.mark.parametrize(
    ("techniques", "page"),
    [
        ([], ""),
        (None, ""),
        (["not a technique", "T10034"], ""),
        (["?", "T1110"], "https://attack.mitre.org/techniques/T1110/"),
    ],
)
def test_documentation_is_linked_where_a_technique_is_known(techniques: list[str] | None, page: str) -> None:
    assert _report(mitreTechniques=techniques).documentation_url == page


def test_what_we_do_not_know_is_ignored_and_kept() -> None:
    report = _report(somethingNew={"deep": [1]}, incidentId=28282, investigationState="unknown")
    assert json.loads(report.raw)["somethingNew"] == {"deep": [1]}
    assert report.external_incident == "28282"
    assert report.investigation_state == ""


def test_evidence_that_is_no_object_is_left_out_and_noted() -> None:
    parsed = parse(encoded([graph_alert(evidence=["x", None, graph_evidence("ip", ipAddress="10.0.0.1")])]))
    assert [piece.kind for piece in parsed.reports[0].evidence] == ["ip"]
    assert parsed.notes == [Note("/0/evidence/0", "is not an object, and was left out")]


def test_words_that_are_indexed_are_short() -> None:
    report = _report(category="c" * 5_000, detectorId="d" * 5_000, title="t " * 5_000, systemTags=["s" * 5_000])
    assert max(map(len, (report.category, report.alert_type, *report.source_tags))) <= 200
    assert len(report.title) <= 500


_SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8)
_JSON = st.recursive(
    _SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
_ALERTS = st.dictionaries(st.sampled_from(sorted(graph_alert())), _JSON, max_size=6).map(graph_alert().__or__)
_PIECES = st.dictionaries(
    st.sampled_from(["@odata.type", "userAccount", "fileDetails", "imageFile", "id", "name", "roles", "tags"]), _JSON
)


@given(_JSON | _ALERTS | st.lists(_ALERTS, max_size=3) | st.builds(graph_page, _ALERTS, _JSON))
def test_any_json_is_read_or_refused(payload: Any) -> None:
    with suppress(BadPayload):
        for report in parse(json.dumps(payload).encode()).reports:
            assert report.title
            assert report.external_id


@given(st.lists(_PIECES, max_size=3))
def test_any_piece_of_evidence_is_kept(pieces: list[dict[str, Any]]) -> None:
    with suppress(BadPayload):  # NaN and the like
        (report,) = parse(json.dumps(graph_alert(evidence=pieces)).encode()).reports
        assert len(report.evidence) == len(pieces)
        assert all(piece.kind and piece.label for piece in report.evidence)
