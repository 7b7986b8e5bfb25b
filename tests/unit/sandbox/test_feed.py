"""The feed's alerts: deterministic, various, recurring, and in the shape of their source."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from bot.sandbox.feed import KINDS, Report, sample_alerts, starting_reports, stream

NOW = datetime(2026, 3, 1, 3, 2, 11, tzinfo=UTC)
ENUMS = {
    "severity": {"informational", "low", "medium", "high"},
    "serviceSource": {
        "microsoftDefenderForEndpoint", "microsoftDefenderForIdentity", "microsoftDefenderForOffice365",
        "microsoftDefenderForCloudApps", "azureAdIdentityProtection",
    },
    "investigationState": {"queued", "running", "pendingApproval", "successfullyRemediated"},
}  # fmt: skip

PROPERTIES = {
    "actorDisplayName", "additionalData", "alertPolicyId", "alertWebUrl", "assignedTo", "categories", "category",
    "classification", "comments", "createdDateTime", "customDetails", "description", "detectionSource", "detectorId",
    "determination", "evidence", "firstActivityDateTime", "id", "incidentId", "incidentWebUrl", "investigationState",
    "lastActivityDateTime", "lastUpdateDateTime", "mitreTechniques", "productName", "providerAlertId",
    "recommendedActions", "resolvedDateTime", "serviceSource", "severity", "status", "systemTags", "tenantId",
    "threatDisplayName", "threatFamilyName", "title",
}  # fmt: skip


def many(seed: int, count: int = 300) -> list[Report]:
    moments = (NOW + timedelta(seconds=20 * n) for n in range(count + 1))
    return list(islice(stream(seed=seed, clock=lambda: next(moments)), count))


def of_source(reports: list[Report], source: str) -> list[dict[str, Any]]:
    return [r.payload for r in reports if r.source == source]


def test_the_same_seed_and_time_give_the_same_alerts() -> None:
    assert many(7) == many(7)
    assert many(7) != many(8)
    assert starting_reports(seed=7, now=NOW) == starting_reports(seed=7, now=NOW)


def test_there_are_about_fourteen_types_and_all_of_them_come() -> None:
    assert len(KINDS) >= 14
    assert {r.kind for r in many(1)} == {*KINDS, "resolved"}


def test_a_feed_begins_with_six_alerts_of_the_last_hours_oldest_first() -> None:
    reports = starting_reports(seed=1, now=NOW)
    assert len(reports) == 6
    times = [
        r.payload["firstActivityDateTime"] if r.source == "graph" else r.payload["alerts"][0]["startsAt"]
        for r in reports
    ]  # fmt: skip
    assert times == sorted(times)
    assert times[-1] < "2026-03-01T03:02:11"


@pytest.mark.parametrize("name", sorted(ENUMS))
def test_graph_alerts_use_graphs_own_values(name: str) -> None:
    found = {a[name] for a in of_source(many(1), "graph")}
    assert found <= ENUMS[name]
    assert len(found) > 2


def test_graph_alerts_are_told_in_order_and_have_ids_of_their_own() -> None:
    alerts = of_source(many(1), "graph")
    assert len({a["id"] for a in alerts}) == len(alerts)
    for alert in alerts:
        assert alert["firstActivityDateTime"] <= alert["createdDateTime"] <= "2026-03-01T05:00"
        assert alert["firstActivityDateTime"] <= alert["lastActivityDateTime"]
        assert alert["alertWebUrl"] == f"https://security.microsoft.com/alerts/{alert['id']}"


def test_evidence_has_many_types_and_recurs() -> None:
    evidence = [e for a in of_source(many(1), "graph") for e in a["evidence"]]
    types = {e["@odata.type"].removeprefix("#microsoft.graph.security.").removesuffix("Evidence") for e in evidence}
    assert types == {
        "device", "user", "file", "process", "ip", "url", "mailbox", "analyzedMessage", "cloudApplication"
    }  # fmt: skip
    machines = Counter(e["mdeDeviceId"] for e in evidence if "hostName" in e)
    assert max(machines.values()) > 5


def test_what_alertmanager_clears_has_fired_before_with_the_same_fingerprint_and_start() -> None:
    fired: set[tuple[str, str]] = set()
    cleared = 0
    for payload in of_source(many(1), "alertmanager"):
        for alert in payload["alerts"]:
            key = (alert["fingerprint"], alert["startsAt"])
            if payload["status"] == "firing":
                fired.add(key)
                assert alert["endsAt"] == "0001-01-01T00:00:00Z"
            else:
                cleared += 1
                assert key in fired
                assert alert["endsAt"] > alert["startsAt"]
    assert cleared > 5


def test_there_is_a_sample_of_every_type_and_injecting_it_later_gives_another_alert() -> None:
    now, later = sample_alerts(NOW), sample_alerts(NOW + timedelta(seconds=1))
    assert [s["id"] for s in now] == list(KINDS)
    assert now == sample_alerts(NOW)
    assert now[0]["payload"]["id"] != later[0]["payload"]["id"]


def test_addresses_are_documentation_addresses_and_names_are_made_up() -> None:
    text = json.dumps([r.payload for r in many(1)])
    assert "203.0.113." in text
    for foreign in ("10.0.0.", "192.168.", "microsoft.com/en-us", ".local"):
        assert foreign not in text


def test_graph_alerts_have_the_properties_of_graph_and_no_others() -> None:
    assert {name for alert in of_source(many(1), "graph") for name in alert} == PROPERTIES
