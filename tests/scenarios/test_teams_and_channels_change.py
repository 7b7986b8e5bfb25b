"""Teams and channels are renamed, archived, deleted, and come back."""

import pytest

from tests.support.payloads import graph_alert
from tests.support.sandbox import message_text
from tests.support.town import Town


async def _happens(town: Town, event: str, *, channel: str = "", name: str = "") -> None:
    """Teams tells of it, in General as it does."""
    state = await town.teams.state()
    team = {"id": state["team"]["id"], "name": name or state["team"]["name"], "aadGroupId": state["team"]["aadGroupId"]}
    told = {"eventType": event, "team": team, "tenant": {"id": state["tenantId"]}}
    if channel:
        where = next(one for one in state["conversations"] if one["key"] == channel)
        told |= {"channel": {"id": where["id"], "name": name or where["name"]}}
    overrides = {
        "type": "conversationUpdate",
        "channelData": told,
        "conversation": {"id": team["id"], "conversationType": "channel", "isGroup": True},
    }
    answer = await town.teams.sends("ana", in_="general", overrides=overrides, without=["text"])
    assert answer["status"] == 200


@pytest.mark.parametrize(
    ("away", "back", "channel"),
    [
        ("channelDeleted", "channelRestored", "alerts"),
        ("teamArchived", "teamUnarchived", ""),
        ("teamDeleted", "teamRestored", ""),
    ],
)
async def test_what_is_away_gets_nothing_and_misses_nothing(town: Town, away: str, back: str, channel: str) -> None:
    await town.raised("Before")
    await _happens(town, away, channel=channel)
    calls = len(await town.teams.journal("post", "update", "create"))
    await town.report("graph", graph_alert(id="da-away", incidentId=None, title="While away"))
    await town.report("graph", graph_alert(id="da1", incidentId=None, title="Before, and worse"))
    assert len(await town.teams.journal("post", "update", "create")) == calls
    assert "No channel" in (await town.asks("/readyz")).body["why"]
    assert "Nothing is sent meanwhile" in await town.told("ana", "routes")

    await _happens(town, back, channel=channel)
    await town.teams.wait_for_card("alerts", "While away")
    assert len([m for m in await town.teams.from_bot("alerts") if "While away" in message_text(m)]) == 1
    assert not [call for call in await town.teams.journal() if call["status"] == 403]


async def test_a_channel_has_its_new_name(town: Town) -> None:
    await _happens(town, "channelRenamed", channel="alerts", name="Night watch")
    assert "Night watch" in await town.told("ana", "routes")


async def test_a_renamed_team_that_is_archived_stays_away(town: Town) -> None:
    await _happens(town, "teamArchived")
    await _happens(town, "teamRenamed", name="Blue team")
    assert "No channel" in (await town.asks("/readyz")).body["why"]


async def test_events_of_places_that_nobody_has_met_change_nothing(town: Town) -> None:
    for event in ("channelDeleted", "channelRestored", "channelRenamed", "channelCreated"):
        await _happens(town, event, channel="quiet", name="Unheard of")
    await town.raised("Still here")
