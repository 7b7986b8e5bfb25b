import json
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.alerts.report import Report, ReportedComment
from bot.alerts.words import Classification, Severity, Status
from bot.sources.outcome import BadPayload, Note, Rejection
from bot.sources.sentinel import parse
from tests.support.other_payloads import sentinel_alert, sentinel_incident
from tests.support.payloads import encoded


def _alert(**overrides: Any) -> Report:
    (report,) = parse(encoded(sentinel_alert(**overrides))).reports
    return report


def _incident(**properties: Any) -> Report:
    (report,) = parse(encoded(sentinel_incident(**properties))).reports
    return report


def test_a_row_of_the_alerts_table_becomes_a_report() -> None:
    report = _alert()
    assert (report.source, report.external_id) == ("sentinel", "a47f47d6-79b7-4502-824b-97abc4905a73")
    assert report.title == "Sign-ins from two continents"
    assert report.severity is Severity.HIGH
    assert report.status is Status.NEW
    assert report.created_at == datetime(2026, 3, 2, 3, 12, tzinfo=UTC)
    assert (report.first_activity, report.last_activity) == (
        datetime(2026, 3, 2, 2, tzinfo=UTC),
        datetime(2026, 3, 2, 3, 2, tzinfo=UTC),
    )
    assert report.classification is None
    assert report.assigned_to is None
    assert (report.service_source, report.detection_source) == ("microsoftSentinel", "scheduledAlerts")
    assert report.category == "InitialAccess"
    assert report.mitre == ("T1078", "T1098")
    assert report.recommended_actions == "Ask the person.\nReset the password."
    assert report.alert_url == "https://portal.azure.com/#view/alert/1"
    assert report.labels == {"compromised": "web-1", "Query Period": "01:00:00", "Total Account Entities": "1"}
    assert [(piece.kind, piece.entity, piece.label) for piece in report.evidence] == [
        ("device", "device:web-1.contoso.example", "web-1.contoso.example"),
        ("user", "user:ana.almeida@contoso.example", "ana.almeida@contoso.example"),
        ("user", "user:web-1\\svc", "web-1\\svc"),
        ("ip", "ip:203.0.113.7", "203.0.113.7"),
        ("fileHash", "filehash:ab12", "AB12"),
        ("file", "file:ab12", "dump.exe"),
        ("process", report.evidence[6].entity, "dump.exe (42)"),
        ("unheardof", "", "unheardof"),
    ]
    assert report.evidence[6].entity.startswith("process:ab12:")
    assert report.evidence[7].properties["weapon"] == "broom"


def test_an_alert_of_the_api_is_the_same_alert() -> None:
    row = sentinel_alert()
    inner = {name[0].lower() + name[1:]: value for name, value in row.items() if name != "SystemAlertId"}
    api = {"kind": "SecurityAlert", "name": row["SystemAlertId"], "properties": {**inner, "severity": "High"}}
    (report,) = parse(encoded(api)).reports
    known = _alert()
    assert report.external_id == known.external_id
    assert report.evidence == known.evidence
    assert report.labels == known.labels


@pytest.mark.parametrize(
    ("product", "provider", "service", "detection"),
    [
        ("Azure Sentinel", "ASI NRT Alerts", "microsoftSentinel", "nrtAlerts"),
        ("Microsoft Defender Advanced Threat Protection", "MDATP", "microsoftDefenderForEndpoint", ""),
        ("Azure Active Directory Identity Protection", "IPC", "azureAdIdentityProtection", ""),
        ("Microsoft Cloud App Security", "MCAS", "microsoftDefenderForCloudApps", "cloudAppSecurity"),
        ("", "", "microsoftSentinel", ""),
    ],
)
def test_the_product_that_found_it_is_its_service_source(
    product: str, provider: str, service: str, detection: str
) -> None:
    report = _alert(ProductName=product, ProviderName=provider)
    assert (report.service_source, report.detection_source) == (service, detection)


def test_an_incident_becomes_one_report() -> None:
    report = _incident()
    assert report.external_id == "incident:1505"
    assert report.external_incident == "1020"
    assert report.incident_url.startswith("https://portal.azure.com/")
    assert (report.severity, report.status) == (Severity.MEDIUM, Status.IN_PROGRESS)
    assert report.classification is Classification.EXPECTED
    assert report.assigned_to == "bo.berg@contoso.example"
    assert report.alert_type == "rule-7"
    assert report.source_tags == ("vip",)
    assert report.mitre == ("T1078",)
    assert report.labels == {"classification_reason": "SuspiciousButExpected", "alerts": "2"}
    assert [piece.entity for piece in report.evidence] == ["device:web-1.contoso.example", "user:contoso\\svc"]
    assert report.comments == (ReportedComment("Seen.", "Ana", datetime(2026, 3, 2, 3, 20, tzinfo=UTC)),)


def test_a_playbooks_trigger_and_a_row_of_the_incidents_table_are_the_same_incident() -> None:
    known = _incident()
    (triggered,) = parse(encoded({"objectSchemaType": "Incident", "object": sentinel_incident()})).reports
    assert triggered.external_id == known.external_id
    row = {
        "IncidentName": "1505",
        "IncidentNumber": 1020,
        "Title": "Sign-ins from two continents",
        "Severity": "Medium",
        "Status": "Closed",
        "Classification": "FalsePositive",
        "Owner": '{"assignedTo": null, "userPrincipalName": null}',
        "CreatedTime": "2026-03-02T03:12:00Z",
        "AdditionalData": '{"alertsCount": 2, "tactics": ["InitialAccess"]}',
        "Labels": '[{"labelName":"vip"}]',
    }
    (of_table,) = parse(encoded([row])).reports
    assert (of_table.external_id, of_table.external_incident) == ("incident:1505", "1020")
    assert (of_table.status, of_table.classification) == (Status.RESOLVED, Classification.FALSE_POSITIVE)
    assert of_table.assigned_to == ""
    assert of_table.source_tags == ("vip",)


def test_an_incident_that_does_not_speak_of_an_owner_leaves_the_assignee() -> None:
    raw = sentinel_incident()
    del raw["properties"]["owner"]
    del raw["properties"]["classification"]
    (report,) = parse(encoded(raw)).reports
    assert report.assigned_to is None
    assert report.classification is None


def test_items_of_a_page_stand_alone_and_their_fields_are_named_as_they_came() -> None:
    page = {
        "value": [
            sentinel_alert(StartTime="soon"),
            sentinel_alert(DisplayName=["x"]),
            sentinel_incident(),
            sentinel_incident(title=None),
            {"id": 7},
            sentinel_incident(createdTimeUtc=7),
        ]
    }
    parsed = parse(encoded(page))
    assert [report.external_id for report in parsed.reports] == ["incident:1505"]
    assert parsed.rejected == [
        Rejection(0, "/value/0/StartTime", "is not an ISO 8601 date and time"),
        Rejection(1, "/value/1/DisplayName", "must be a string"),
        Rejection(3, "/value/3/properties/title", "must not be empty"),
        Rejection(
            4,
            "/value/4",
            "is neither an alert nor an incident of Sentinel's: it has no SystemAlertId and no incidentNumber",
        ),
        Rejection(5, "/value/5/properties/createdTimeUtc", "must be a date and time"),
    ]


def test_lists_that_cannot_be_read_are_left_out_and_noted() -> None:
    parsed = parse(encoded(sentinel_alert(Entities='[{"Type"', ExtendedProperties="[" * 100)))
    (report,) = parsed.reports
    assert report.evidence == ()
    assert [note.pointer for note in parsed.notes] == ["/ExtendedProperties", "/Entities"]
    assert all(isinstance(note, Note) and note.why.endswith("and was left out") for note in parsed.notes)


def test_text_that_is_json_in_a_string_is_made_harmless_too() -> None:
    (report,) = parse(encoded(sentinel_alert(Entities='[{"Type":"url","Url":"https://x/\\u202egpj"}]'))).reports
    assert report.evidence[0].label == "https://x/[U+202E]gpj"


def test_entities_that_name_each_other_over_and_over_are_read_in_little_time() -> None:
    entities = [
        {"$id": str(n), "Type": "file", "FileHashes": [{"$ref": str(m)} for m in range(300)]} for n in range(300)
    ]
    began = time.monotonic()
    (report,) = parse(encoded(sentinel_alert(Entities=entities))).reports
    assert time.monotonic() - began < 5
    assert len(report.evidence) == 300


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
_ALERT = st.dictionaries(st.sampled_from(sorted(sentinel_alert())), _JSON, max_size=4)
_INCIDENT = st.dictionaries(st.sampled_from(sorted(sentinel_incident()["properties"])), _JSON, max_size=4)
_ENTITIES = st.lists(
    st.fixed_dictionaries(
        {"Type": st.sampled_from(["host", "account", "ip", "file", "process", "mailmessage", "registryvalue"])},
        optional={
            name: _JSON | st.builds(dict, **{"$ref": st.just("1")})
            for name in ("$id", "Name", "HostName", "FileHashes", "ImageFile", "Account", "Key", "Location", "Host")
        },
    ),
    max_size=4,
)


@example(sentinel_alert(Entities=[{"Type": "file", "FileHashes": False}]))
@given(
    _JSON
    | st.builds(lambda odd: sentinel_alert(**odd), _ALERT)
    | st.builds(lambda odd: sentinel_incident(**odd), _INCIDENT)
    | st.builds(lambda entities: sentinel_alert(Entities=entities), _ENTITIES)
)
def test_any_json_is_read_or_refused(payload: Any) -> None:
    with suppress(BadPayload):
        for report in parse(json.dumps(payload).encode()).reports:
            assert report.title
            assert report.external_id
            assert all(piece.kind and piece.label for piece in report.evidence)
