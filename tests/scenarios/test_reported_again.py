"""Reports that come again, late, or with odd times: people's work stands, and nobody is left in the dark."""

from tests.support.payloads import alertmanager_alert, alertmanager_webhook, graph_alert
from tests.support.sandbox import card_text, message_text
from tests.support.town import Town


async def test_meeting_the_assignee_later_takes_the_alert_from_nobody(town: Town) -> None:
    ana = await town.teams.person("ana")
    payload = graph_alert(id="da1", incidentId=None, title="Assigned there", assignedTo=ana["upn"])
    (number,) = (await town.report("graph", payload))["alerts"]
    posted = await town.teams.wait_for_card("alerts", "Assigned there")
    await town.told("bo", f"assign {number} me", in_="alerts")
    bos = (await town.alert(number)).assignee
    await town.told("ana", "help", in_="alerts")
    await town.report("graph", payload)
    assert (await town.alert(number)).assignee == bos
    assert posted["conversation"] == "alerts"


async def test_what_fires_again_after_it_was_cleared_is_a_new_alert(town: Town) -> None:
    firing = alertmanager_webhook(alertmanager_alert(status="firing"))
    cleared = alertmanager_webhook(alertmanager_alert(status="resolved", endsAt="2026-11-21T09:00:00Z"))
    (first,) = (await town.report("alertmanager", firing))["alerts"]
    await town.report("alertmanager", cleared)
    assert (await town.alert(first)).status.value == "resolved"
    again = await town.report("alertmanager", firing)
    (second,) = again["alerts"]
    assert second != first
    assert again["opened"] == 1
    await town.teams.wait_for_card("alerts", f"#{second}")
    assert (await town.report("alertmanager", firing))["alerts"] == [second], "the same one, from now on"
    await town.report("alertmanager", cleared)
    assert (await town.alert(second)).status.value == "resolved"
    assert [entry.kind.value for entry in await town.history(first)] == ["created", "reported"]


async def test_the_end_of_time_is_no_time(town: Town) -> None:
    odd = graph_alert(id="da1", incidentId=None, title="For ever", lastActivityDateTime="9999-12-31T23:59:59.9999999Z")
    await town.report("graph", odd)
    await town.teams.wait_for_card("alerts", "For ever")
    assert "Queue" in await town.told("ana", "queue", in_="alerts")


async def test_a_filter_that_grows_when_it_is_written_down_stops_nobody(town: Town) -> None:
    long = " ".join(f"-tag:t{place:02}" for place in range(100))
    await town.told("bo", f"subscribe {long}", in_="quiet")
    await town.raised("Still comes in")
    seen = await town.teams.wait_for_card("quiet", "Still comes in")
    assert "Still comes in" in message_text(seen)


async def test_an_activity_without_a_name_does_not_unname_anybody(town: Town) -> None:
    posted = await town.raised()
    await town.pressed("ana", posted, "Assign to me")
    ana = await town.teams.person("ana")
    nameless = {"from": {"id": ana["id"], "aadObjectId": ana["objectId"]}}
    await town.teams.sends("ana", in_="alerts", overrides=nameless)
    await town.told("bo", f"comment {posted['number']} still hers", in_="alerts")
    seen = await town.teams.wait_for_card("alerts", "still hers")
    assert "Ana Alvarez" in card_text(seen["card"])
