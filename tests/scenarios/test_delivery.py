"""Teams has bad moments: what waits, what is tried again, and what is given up."""

from pathlib import Path

from tests.support.payloads import graph_alert
from tests.support.sandbox import card_text, message_text
from tests.support.town import Town, running_town


async def test_too_many_requests_waits_as_long_as_teams_asks(town: Town) -> None:
    await town.teams.fault("create", status=429, code="Throttled", retryAfter=1, times=2)
    posted = await town.raised("After a pause")
    calls = await town.teams.journal("create", in_="alerts")
    assert [call["status"] for call in calls][-3:] == [429, 429, 201]
    assert len([m for m in await town.teams.from_bot("alerts") if f"#{posted['number']}" in (m["text"] or "")]) == 1


async def test_a_bad_gateway_is_tried_again_and_the_newest_state_is_shown(town: Town) -> None:
    posted = await town.raised()
    await town.teams.fault("update", status=502, times=1)
    await town.pressed("ana", posted, "Assign to me")
    await town.pressed("ana", posted, "Start")
    seen = await town.teams.wait_for_card("alerts", "In progress", as_="bo")
    assert seen["id"] == posted["id"]
    calls = await town.teams.journal("update", in_="alerts")
    assert [call["status"] for call in calls] in ([502, 200], [502, 200, 200])


async def test_an_internal_error_is_not_repeated_before_the_next_change(town: Town) -> None:
    posted = await town.raised()
    await town.teams.fault("update", status=500, times=1)
    await town.pressed("ana", posted, "Assign to me")

    async def refused() -> bool:
        return bool(await town.teams.journal("update", in_="alerts"))

    await town.teams.until(refused, waiting_for="an update that is refused")
    other = await town.raised("Another one")
    assert [call["status"] for call in await town.teams.journal("update", in_="alerts")] == [500]
    await town.pressed("ana", posted, "Start")
    seen = await town.teams.wait_for("alerts", lambda m: m["id"] == posted["id"] and "In progress" in message_text(m))
    assert "Ana Alvarez" in card_text(seen["card"])
    assert other["id"] != posted["id"]


async def test_a_card_that_somebody_deleted_is_posted_anew(town: Town) -> None:
    posted = await town.raised()
    await town.teams.fault("update", status=404, code="ActivityNotFoundInConversation", times=1)
    await town.pressed("ana", posted, "Assign to me")
    anew = await town.teams.wait_for(
        "alerts", lambda m: m["id"] != posted["id"] and f"#{posted['number']}" in message_text(m)
    )
    assert "Ana Alvarez" in card_text(anew["card"])
    await town.pressed("bo", anew, "Start")
    await town.teams.wait_for("alerts", lambda m: m["id"] == anew["id"] and "In progress" in message_text(m))


async def test_shut_out_of_a_channel_it_waits_until_it_is_let_in_again(town: Town) -> None:
    await town.teams.fault("create", status=403, code="BotNotInConversationRoster", times=1)
    await town.report("graph", graph_alert(id="da1", incidentId=None, title="Kept for later"))

    async def shut_out() -> bool:
        return "No channel" in (await town.asks("/readyz")).body["why"]

    await town.teams.until(shut_out, waiting_for="the refusal to be known")
    calls = len(await town.teams.journal("create", in_="alerts"))
    await town.report("graph", graph_alert(id="da2", incidentId=None, title="Also kept"))
    assert len(await town.teams.journal("create", in_="alerts")) == calls
    await town.teams.install("ana", channel="alerts")
    for title in ("Kept for later", "Also kept"):
        await town.teams.wait_for_card("alerts", title)


async def test_an_answer_that_is_lost_is_tried_again(town: Town) -> None:
    await town.teams.fault("create", drop="before", times=1)
    await town.raised("Once more")
    assert len([m for m in await town.teams.from_bot("alerts") if "Once more" in (m["text"] or "")]) == 1


async def test_trouble_in_one_channel_is_none_in_another(town: Town) -> None:
    await town.told("ana", "subscribe", in_="quiet")
    await town.teams.fault("create", conversation="alerts", status=503)
    posted = await town.raised("Seen elsewhere", in_="quiet")
    assert "Ana Alvarez" in await town.pressed("ana", posted, "Assign to me")
    await town.teams.heal()
    late = await town.teams.wait_for_card("alerts", "Seen elsewhere", seconds=20)
    assert "Ana Alvarez" in card_text(late["card"])


async def test_teams_never_has_to_refuse_us_for_its_limits(tmp_path: Path) -> None:
    async with running_town(tmp_path) as town:
        await town.teams.install("ana", channel="alerts")
        for n in range(12):
            await town.report("graph", graph_alert(id=f"da{n}", incidentId=None, title=f"One of many {n}"))
        await town.teams.wait_for_card("alerts", "One of many 11")
        assert {call["status"] for call in await town.teams.journal("create", in_="alerts")} == {201}


async def test_a_burst_of_changes_becomes_few_updates_that_tell_the_truth(town: Town) -> None:
    posted = await town.raised()
    await town.teams.fault("update", delay=0.3, times=1)
    for n in range(12):
        await town.report("graph", graph_alert(id="da1", incidentId=None, title=f"Title {n}"))
    await town.teams.wait_for_card("alerts", "Title 11")
    updates = [call for call in await town.teams.journal("update", in_="alerts") if call["activity"] == posted["id"]]
    assert 1 <= len(updates) <= 4


async def test_what_was_raised_while_a_channel_was_gone_is_posted_on_the_return(town: Town) -> None:
    await town.told("ana", "subscribe", in_="quiet")
    before = await town.raised("Already there", in_="quiet")
    await town.teams.wait_for_card("alerts", "Already there")
    await town.teams.fault("create", conversation="alerts", status=403, code="BotNotInConversationRoster", times=1)
    await town.raised("Shuts us out", in_="quiet")

    async def shut_out() -> bool:
        return (await town.asks("/readyz")).body["why"].startswith("1 subscribed")

    await town.teams.until(shut_out, waiting_for="the refusal to be known")
    await town.raised("Raised while gone", in_="quiet", severity="high")
    await town.teams.install("ana", channel="alerts")
    for title in ("Raised while gone", "Shuts us out"):
        await town.teams.wait_for_card("alerts", title)
    cards = [m for m in await town.teams.from_bot("alerts") if f"#{before['number']}" in message_text(m)]
    assert len(cards) == 1, "what was there is not posted again"
