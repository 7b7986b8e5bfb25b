"""Sources beside Graph and Alertmanager: what they tell reaches the card, the lists and the filters."""

from bot.alerts.words import Classification, Signal, Status
from tests.support.other_payloads import (
    alert_evidence,
    alert_info,
    defender_api_alert,
    defender_api_incident,
    grafana_alert,
    grafana_webhook,
    sentinel_alert,
    sentinel_incident,
)
from tests.support.payloads import graph_alert
from tests.support.sandbox import card_text
from tests.support.town import Town


async def test_grafana_fires_and_clears_and_its_legacy_form_is_refused_with_advice(town: Town) -> None:
    number = (await town.report("grafana", grafana_webhook()))["alerts"][0]
    posted = await town.teams.wait_for_card("alerts", f"#{number}")
    assert "Failed sign-ins high on vpn-1" in card_text(posted["card"])
    assert "Grafana" in card_text(posted["card"])
    over = grafana_alert(status="resolved", endsAt="2026-03-02T04:00:00Z")
    await town.report("grafana", grafana_webhook(over, status="resolved"))
    kept = await town.alert(number)
    assert (kept.status, kept.signal) == (Status.RESOLVED, Signal.CLEARED)
    legacy = await town.send("grafana", {"ruleName": "Load", "state": "alerting", "evalMatches": []})
    assert legacy.status == 400
    assert "contact point of the type Webhook" in legacy.body["title"]


async def test_sentinel_reports_alerts_and_incidents(town: Town) -> None:
    first = (await town.report("sentinel", sentinel_alert()))["alerts"][0]
    second = (await town.report("sentinel", sentinel_incident()))["alerts"][0]
    shown = card_text((await town.teams.wait_for_card("alerts", f"#{second}"))["card"])
    assert "Sentinel" in shown
    assert "Bo Berg" in shown
    assert "incident" in shown
    listed = await town.told("ana", "search service:sentinel user:svc")
    assert f"#{first}" in listed
    assert f"#{second}" in listed


async def test_the_letters_before_an_id_are_the_service_that_lists_filter_by(town: Town) -> None:
    for number, prefix in enumerate(("aa", "fa")):
        alert = graph_alert(id=f"{prefix}123a456b-c789-1d2e-a2f1-33a445b6c7d{number}", title=f"By {prefix}")
        await town.report("graph", {**alert, "serviceSource": None, "detectionSource": None, "incidentId": None})
    listed = await town.told("ana", "search service:identity")
    assert "By aa" in listed
    assert "By fa" not in listed
    assert "Identity" in listed


async def test_graph_and_the_defender_api_tell_of_the_same_alert(town: Town) -> None:
    one = await town.report("graph", graph_alert(id="da638765432109876543_-1123581321"))
    other = await town.report("graph", defender_api_incident(defender_api_alert(status="Resolved")))
    assert (other["alerts"], other["opened"], other["changed"]) == (one["alerts"], 0, 1)
    kept = await town.alert(one["alerts"][0])
    assert (kept.status, kept.classification) == (Status.RESOLVED, Classification.FALSE_POSITIVE)


async def test_hunting_adds_evidence_to_an_alert_and_changes_nothing_else(town: Town) -> None:
    number = (await town.report("graph", graph_alert(id="da638765432109876543_-1123581321", full=True)))["alerts"][0]
    before = await town.alert(number)
    rows = [
        alert_info(Title="Another title", Severity="Low"),
        alert_evidence("Ip", RemoteIP="203.0.113.77"),
        alert_evidence("Machine", DeviceId="ab" * 20, DeviceName="db-1.contoso.example"),
    ]
    assert (await town.report("graph", rows))["alerts"] == [number]
    after = await town.alert(number)
    assert (after.title, after.severity, after.first_activity) == (before.title, before.severity, before.first_activity)
    assert after.evidence_count == before.evidence_count + 1
    labels = [piece.label for piece in await town.kept(lambda uow: uow.alerts.evidence(number, limit=100))]
    assert labels.count("203.0.113.77") == 1
    assert labels[-1] == "db-1.contoso.example"
    again = await town.report("graph", rows)
    assert (again["opened"], again["changed"]) == (0, 0)


async def test_what_hunting_told_first_is_told_in_full_later_and_takes_nothing_back(town: Town) -> None:
    number = (await town.report("graph", [alert_info(), alert_evidence("Ip", RemoteIP="203.0.113.9")]))["alerts"][0]
    await town.teams.wait_for_card("alerts", f"#{number}")
    await town.told("ana", f"assign {number} me")
    await town.told("ana", f"resolve {number} fp")
    whole = graph_alert(id="da638765432109876543_-1123581321", assignedTo=None, status="new", classification="unknown")
    assert (await town.report("graph", whole))["alerts"] == [number]
    kept = await town.alert(number)
    assert (kept.status, kept.classification) == (Status.RESOLVED, Classification.FALSE_POSITIVE)
    assert kept.assignee == (await town.teams.person("ana"))["objectId"]
    assert kept.alert_type == whole["detectorId"]
