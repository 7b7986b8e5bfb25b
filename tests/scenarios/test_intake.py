"""How sources report: what is taken in, what it changes, and what it never takes back."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.alerts.words import Signal, Status
from tests.support.payloads import alertmanager_alert, alertmanager_webhook, graph_alert, graph_page
from tests.support.sandbox import card_text
from tests.support.town import Town


async def test_one_alert_a_list_and_a_page_are_all_taken_and_answered_with_their_numbers(town: Town) -> None:
    first, second, third = (graph_alert(id=f"da{n}", incidentId=None) for n in (1, 2, 3))
    for payload, numbers in ((first, [1]), ([second, first], [2, 1]), (graph_page(third, second), [3, 2])):
        answer = await town.send("graph", payload)
        assert (answer.status, answer.content_type) == (202, "application/json")
        assert answer.body["alerts"] == numbers
    answer = await town.send("alertmanager", alertmanager_webhook())
    assert (answer.body["alerts"], answer.body["opened"]) == ([4], 1)


async def test_the_usable_ones_of_a_mixed_batch_are_kept_and_the_others_named(town: Town) -> None:
    good = graph_alert(id="da1", incidentId=None, title="Good one")
    answer = await town.send("graph", [graph_alert(id=None), good, 7, graph_alert(id="da2", title=["x"])])
    assert answer.status == 202
    assert answer.body["alerts"] == [1]
    assert [bad["index"] for bad in answer.body["rejected"]] == [0, 2, 3]
    assert [bad["pointer"] for bad in answer.body["rejected"]] == ["/0/id", "/2", "/3/title"]
    await town.teams.wait_for_card("alerts", "Good one")


async def test_the_same_alert_again_is_no_double_and_takes_back_nothing_that_people_did(town: Town) -> None:
    payload = graph_alert(id="da1", incidentId=None, title="Again and again")
    number = (await town.report("graph", payload))["alerts"][0]
    await town.told("ana", f"assign {number} me")
    await town.told("ana", f"classify {number} fp")
    await town.told("ana", f"resolve {number}")
    answers = [await town.report("graph", payload) for _ in range(3)]
    assert [(a["alerts"], a["opened"], a["changed"]) for a in answers] == [([number], 0, 0)] * 3
    kept = await town.alert(number)
    assert (kept.status, kept.revision) == (Status.RESOLVED, 4)
    assert kept.classification.value == "falsePositive"
    assert len([m for m in await town.teams.from_bot("alerts") if "Again and again" in (m["text"] or "")]) == 1


async def test_a_change_of_the_source_shows_on_the_card_and_in_the_history(town: Town) -> None:
    posted = await town.raised("Small thing", severity="low")
    await town.report("graph", graph_alert(id="da1", incidentId=None, title="Not so small thing", severity="high"))
    seen = await town.teams.wait_for_card("alerts", "Not so small thing")
    assert seen["id"] == posted["id"]
    assert "HIGH" in card_text(seen["card"])
    shown = await town.pressed("ana", posted, "History")
    assert "Severity: Low → High" in shown


async def test_comments_of_the_source_come_in_once_and_show_who_wrote_them(town: Town) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=6)).isoformat()
    comments: list[dict[str, Any]] = [
        {"comment": "Seen on the portal", "createdByDisplayName": "Pat Portal", "createdDateTime": soon},
        {"comment": "Nobody's name", "createdByDisplayName": None, "createdDateTime": soon},
    ]
    posted = await town.raised("With comments", comments=comments[:1])
    for _ in range(3):
        await town.report("graph", graph_alert(id="da1", incidentId=None, title="With comments", comments=comments))
    seen = await town.teams.wait_for_card("alerts", "2 comments")
    assert seen["id"] == posted["id"]
    assert (await town.alert(posted["number"])).comment_count == 2
    shown = await town.pressed("ana", posted, "History")
    assert shown.count("Seen on the portal") == 1
    assert "Pat Portal" in shown


async def test_what_has_cleared_untouched_is_resolved_and_what_was_touched_is_only_noted(town: Town) -> None:
    fires = [
        alertmanager_alert(
            fingerprint=name,
            labels={"alertname": "DiskAlmostFull", "instance": f"{name}:9100"},
            annotations={"summary": f"Disk {name}"},
        )
        for name in ("a1", "b2")
    ]
    untouched, touched = (await town.report("alertmanager", alertmanager_webhook(*fires)))["alerts"]
    await town.told("bo", f"comment {touched} on it")
    over = [{**fire, "status": "resolved", "endsAt": "2026-03-02T04:00:00Z"} for fire in fires]
    await town.report("alertmanager", alertmanager_webhook(*over, status="resolved"))

    first, second = await town.alert(untouched), await town.alert(touched)
    assert (first.status, first.signal) == (Status.RESOLVED, Signal.CLEARED)
    assert (second.status, second.signal) == (Status.NEW, Signal.CLEARED)
    seen = await town.teams.wait_for_card("alerts", f"#{touched}", as_="ana")
    assert "cleared" in (await town.pressed("ana", {**seen, "number": touched}, "History"))

    again = [{**fire, "startsAt": "2026-03-03T03:02:00Z"} for fire in fires]
    assert (await town.report("alertmanager", alertmanager_webhook(*again)))["opened"] == 2


async def test_somebody_whom_the_source_names_is_the_assignee(town: Town) -> None:
    posted = await town.raised("Assigned on the portal", assignedTo="bo.berg@contoso.example")
    assert "Bo Berg" in card_text((await town.teams.wait_for_card("alerts", "Bo Berg"))["card"])
    await town.told("ana", f"assign {posted['number']} me")
    await town.report("graph", graph_alert(id="da1", incidentId=None, assignedTo="bo.berg@contoso.example"))
    assert (await town.alert(posted["number"])).assignee == (await town.teams.person("ana"))["objectId"]


async def test_five_thousand_pieces_of_evidence_are_kept_and_the_card_stays_small(town: Town) -> None:
    piece = graph_alert(full=True)["evidence"][0]
    evidence = [{**piece, "mdeDeviceId": f"{n:040x}", "deviceDnsName": f"host-{n}.example"} for n in range(5_000)]
    payload = graph_alert(id="da1", incidentId=None, title="Everywhere", evidence=evidence)
    assert (await town.send("graph", payload)).status == 202
    posted = await town.teams.wait_for_card("alerts", "Everywhere")
    assert (await town.alert(1)).evidence_count == 5_000
    assert len(await town.kept(lambda uow: uow.alerts.evidence(1, limit=10_000))) == 5_000
    assert "4,997 more" in card_text(posted["card"]).replace("4997", "4,997")
    shown = await town.teams.press("ana", posted, "Details")
    assert "5000" in card_text(shown["body"]["value"]).replace("5,000", "5000")
    assert len(str(shown["body"]["value"])) < 28 * 1024


async def test_health_answers_and_readiness_says_whether_anybody_listens(bare_town: Town) -> None:
    assert (await bare_town.asks("/healthz")).body == {"status": "alive"}
    before = await bare_town.asks("/readyz")
    assert (before.status, before.body["status"]) == (200, "ready")
    assert "No channel is subscribed" in before.body["why"]
    await bare_town.teams.install("ana", channel="alerts")
    assert "1 subscribed" in (await bare_town.asks("/readyz")).body["why"]
