"""Anybody's JSON, by a map of where its fields are."""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.report import Report
from bot.alerts.words import Classification, Severity, Signal, Status
from bot.sources.generic import USUAL_MAP, reader
from bot.sources.mapping import read_map
from bot.sources.outcome import BadPayload, Note, Rejection
from bot.sources.registry import SOURCES, with_maps
from bot.sources.shapes import source_of
from tests.support.other_payloads import (
    alert_info,
    defender_api_incident,
    grafana_webhook,
    sentinel_alert,
    sentinel_incident,
)
from tests.support.payloads import alertmanager_webhook, encoded, graph_alert, graph_page

_SAMPLES = Path(__file__).resolve().parents[4] / "shared/samples/generic"

CLOUDWATCH = """
# CloudWatch by SNS: the message is JSON in a string
id = Message.AlarmName
title = Message.AlarmName
description = Message.NewStateReason
signal = Message.NewStateValue
signal.INSUFFICIENT_DATA = cleared
severity = "high"
created = Message.StateChangeTime
service = "cloudwatch"
category = Message.Trigger.Namespace
label.region = Message.Region
label.dimensions = Message.Trigger.Dimensions.*.value
"""

PAGERDUTY = """
items = messages; id = data.incident.id
title = data.incident.trigger_summary_data.subject | data.incident.service.name
status = data.incident.status; created = data.incident.created_on; last = created_on
url = data.incident.html_url; incident = data.incident.incident_number
assigned = data.incident.assigned_to_user.email
"""


def _read(payload: Any, written: str = USUAL_MAP) -> Report:
    (report,) = reader("probe", written)(encoded(payload)).reports
    return report


def _sample(name: str) -> bytes:
    file = _SAMPLES / name
    if not file.exists():
        pytest.skip("the public samples are not here")
    return file.read_bytes()


def test_cloudwatch_comes_in_by_a_map() -> None:
    (report,) = reader("cloudwatch", CLOUDWATCH)(_sample("02.json")).reports
    assert (report.source, report.external_id, report.title) == ("cloudwatch", "bucketbytesAlarm", "bucketbytesAlarm")
    assert (report.severity, report.signal) == (Severity.HIGH, Signal.FIRING)
    assert report.created_at == datetime(2019, 2, 15, 23, 53, 45, 93_000, tzinfo=UTC)
    assert report.description.startswith("Threshold Crossed")
    assert report.labels == {"region": "EU (Ireland)", "dimensions": "StandardStorage, try.alerta.io"}


def test_pagerduty_comes_in_by_a_map() -> None:
    taken, over = reader("pagerduty", PAGERDUTY)(_sample("04.json")).reports
    assert taken.external_id == over.external_id == "PIJ90N7"
    assert (taken.status, over.status) == (Status.NEW, Status.RESOLVED)
    assert (taken.assigned_to, over.assigned_to) == ("alan@pagerduty.com", None)
    assert taken.alert_url == "https://acme.pagerduty.com/incidents/PIJ90N7"
    assert taken.external_incident == "1"
    assert over.last_activity == datetime(2013, 7, 9, 20, 25, 45, tzinfo=UTC)


def test_without_a_map_the_usual_names_are_looked_for() -> None:
    report = _read(
        {
            "alertId": 42,
            "name": "Backup failed",
            "message": "Tape is full.",
            "priority": "P2",
            "state": "Acknowledged",
            "timestamp": 1_772_420_520,
            "tags": ["backup", "nightly"],
            "host": "web-1.contoso.example",
            "user": "CONTOSO\\svc",
            "src_ip": "203.0.113.7",
            "url": "http://backup.contoso.example/42",
            "product": "Office 365 ATP",
        }
    )
    assert (report.external_id, report.title) == ("42", "Backup failed")
    assert (report.severity, report.status, report.signal) == (Severity.HIGH, Status.IN_PROGRESS, None)
    assert report.created_at == datetime(2026, 3, 2, 3, 2, tzinfo=UTC)
    assert report.source_tags == ("backup", "nightly")
    assert report.service_source == "microsoftDefenderForOffice365"
    assert report.assigned_to is None
    assert [piece.entity for piece in report.evidence] == [
        "device:web-1.contoso.example",
        "user:contoso\\svc",
        "ip:203.0.113.7",
    ]


@pytest.mark.parametrize(
    ("value", "time"),
    [
        (1_772_420_520, datetime(2026, 3, 2, 3, 2, tzinfo=UTC)),
        (1_772_420_520_500, datetime(2026, 3, 2, 3, 2, 0, 500_000, tzinfo=UTC)),
        ("1772420520", datetime(2026, 3, 2, 3, 2, tzinfo=UTC)),
        ("2026-03-02T04:02:00+01:00", datetime(2026, 3, 2, 3, 2, tzinfo=UTC)),
        (None, None),
        ("0001-01-01T00:00:00Z", None),
    ],
)
def test_times_are_iso_or_counted_since_1970(value: Any, time: datetime | None) -> None:
    assert _read({"id": "1", "title": "T", "created": value}).created_at == time


@pytest.mark.parametrize("value", ["soon", 1e300, True, "nan", "1e999"])
def test_what_is_no_time_is_refused_by_its_field(value: Any) -> None:
    with pytest.raises(BadPayload) as refused:
        _read({"id": "1", "title": "T", "created": value})
    assert refused.value.pointer == "/created"


def test_words_are_translated_as_the_map_says() -> None:
    written = (
        "id=id; title=title; severity=sev; severity.SEV0=high; severity.noise=informational; status=s"
        "; status.Wip=in progress; signal=g; signal.red=firing; detection=d"
        "; classification=c; classification.meh=false positive"
    )
    report = _read({"id": 1, "title": "T", "sev": "Sev0", "s": "WIP", "g": "RED", "c": "Meh", "d": "EDR"}, written)
    assert (report.severity, report.status, report.signal) == (Severity.HIGH, Status.IN_PROGRESS, Signal.FIRING)
    assert report.classification is Classification.FALSE_POSITIVE
    assert report.detection_source == "microsoftDefenderForEndpoint"
    assert _read({"id": 1, "title": "T", "sev": "noise"}, written).severity is Severity.INFORMATIONAL


def test_a_word_that_nobody_knows_is_noted_with_what_to_do() -> None:
    parsed = reader()(encoded([{"id": 1, "title": "T", "severity": "purple", "status": "odd"}]))
    assert [note.pointer for note in parsed.notes] == ["/0/severity", "/0/status"]
    assert parsed.notes[0] == Note(
        "/0/severity",
        "is 'purple', which is no severity that we know, and counts as medium;"
        " `severity.purple = …` in the map translates it",
    )
    assert parsed.reports[0].severity is Severity.MEDIUM
    assert parsed.reports[0].status is None


def test_paths_go_through_lists_strings_and_dots_in_names() -> None:
    written = 'id=a.1.id | "none"; title=b\\.c.d; tags=x.*.t; label.all=m.*; evidence.host=deep.hosts'
    report = _read(
        {
            "a": ["no", '{"id": 7}'],
            "b.c": {"d": "T"},
            "x": [{"t": "one"}, {"t": None}, {"t": "two"}, 7],
            "m": {"k": 1, "l": True},
            "deep": '{"hosts": ["web-1", "web-1", "db-1"]}',
        },
        written,
    )
    assert (report.external_id, report.title) == ("7", "T")
    assert report.source_tags == ("one", "two")
    assert report.labels == {"all": "1, true"}
    assert [piece.label for piece in report.evidence] == ["web-1", "db-1"]
    assert _read({"b.c": {"d": "T"}}, written).external_id == "none"


def test_items_stand_alone_and_say_where_the_map_looked() -> None:
    parsed = reader("probe", "items=data.list; id=x.id | y; title=t")(
        encoded({"data": {"list": [{"x": {"id": 1}, "t": "T"}, {"x": {}, "t": "T"}, 7, {"y": 2, "t": ["a", "b"]}]}})
    )
    assert [report.title for report in parsed.reports] == ["T", "a, b"]
    assert parsed.rejected == [
        Rejection(1, "/data/list/1/x/id", "is required: the map takes the id from x.id or y, and there is no text"),
        Rejection(2, "/data/list/2", "must be an object"),
    ]
    with pytest.raises(BadPayload, match="/data/list must be an array"):
        reader("probe", "items=data.list; id=id; title=t")(encoded({"data": {"list": "x"}}))


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "where id and title can be found"),
        ("id = a", "where title can be found"),
        ("id = a; title", "'title' is not `field = path`"),
        ("id = a; title = b; colour = c", "'colour' is no field; there are items"),
        ("id = a..b; title = c", "'a..b' is no path"),
        ("id = a; title = b; severity.x = purple", "'purple' is no severity; there are informational, low"),
        ("id = a; title = b; evidence.broom = c", "'broom' is no kind of evidence"),
        ("id = a; title = b |", "'' is no path"),
    ],
)
def test_a_map_that_is_not_right_says_why(written: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        read_map(written)


def test_a_map_makes_a_source_of_its_own_but_not_of_one_that_is_known() -> None:
    known = with_maps({"pagerduty": PAGERDUTY})
    assert known.keys() == SOURCES.keys() | {"pagerduty"}
    with pytest.raises(ValueError, match="grafana: needs no map"):
        with_maps({"grafana": "id=a; title=b"})
    with pytest.raises(ValueError, match="splunk: it does not say where id and title"):
        with_maps({"splunk": "severity=a"})


@pytest.mark.parametrize(
    ("payload", "source"),
    [
        (graph_alert(), "graph"),
        ([graph_alert()], "graph"),
        (graph_page(graph_alert()), "graph"),
        (defender_api_incident(), "graph"),
        ({"results": [alert_info()]}, "graph"),
        ({"records": [{"category": "AdvancedHunting-AlertInfo", "properties": alert_info()}]}, "graph"),
        (alertmanager_webhook(), "alertmanager"),
        (grafana_webhook(), "grafana"),
        ({"ruleName": "x", "evalMatches": []}, "grafana"),
        (sentinel_alert(), "sentinel"),
        ([sentinel_incident()], "sentinel"),
        ({"object": sentinel_incident()}, "sentinel"),
        ({"id": 1, "title": "x"}, "generic"),
    ],
)
def test_a_file_is_known_by_its_shape(payload: Any, source: str) -> None:
    assert source_of(encoded(payload)) == source


@pytest.mark.parametrize("body", [b"7", b"[]", b"[7]", b"{"])
def test_what_holds_no_object_is_nobodys(body: bytes) -> None:
    with pytest.raises(BadPayload):
        source_of(body)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc") | st.text(max_size=5), inner),
    max_leaves=8,
)
_NAMES = ["id", "title", "severity", "status", "created", "url", "service", "tags", "host", "user", "assigned_to"]


@given(_JSON | st.dictionaries(st.sampled_from(_NAMES), _JSON))
def test_any_json_is_read_or_refused(payload: Any) -> None:
    with suppress(BadPayload):
        for report in reader()(json.dumps(payload).encode()).reports:
            assert report.title
            assert report.external_id
            assert all(piece.kind and piece.label for piece in report.evidence)


_PATH = st.lists(st.sampled_from(["a", "b", "c", "*", "0", "1"]), min_size=1, max_size=4).map(".".join)


@given(st.lists(_PATH, min_size=1, max_size=3), _JSON)
def test_any_path_leads_somewhere_or_nowhere(paths: list[str], payload: Any) -> None:
    written = " | ".join(paths)
    with suppress(BadPayload):
        reader("probe", f"id={written}; title={written}; tags={written}; created={written}")(
            json.dumps(payload).encode()
        )


@given(st.text(max_size=60))
def test_any_map_is_read_or_refused(written: str) -> None:
    with suppress(ValueError):
        read_map(written)
