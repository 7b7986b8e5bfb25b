"""The bot is added to teams, chats and people, and removed again."""

from tests.support.payloads import graph_alert
from tests.support.sandbox import Json, message_text
from tests.support.town import Town


async def test_a_team_gets_alerts_in_the_channel_that_was_chosen(bare_town: Town) -> None:
    await bare_town.teams.install("ana", channel="quiet")
    welcome = await bare_town.teams.wait_for_card("quiet", "Tocsin is here")
    assert "New alerts are posted in this channel from now on." in message_text(welcome)
    await bare_town.raised("First of all", in_="quiet")
    assert not await bare_town.teams.from_bot("general")


async def test_where_none_was_chosen_it_is_general(bare_town: Town) -> None:
    await _install_without_choice(bare_town)
    welcome = await bare_town.teams.wait_for_card("general", "Tocsin is here")
    assert "New alerts are posted in General from now on." in message_text(welcome)
    await bare_town.raised("First of all", in_="general")


async def test_both_messages_about_one_installation_and_repeats_make_one_welcome(bare_town: Town) -> None:
    for _ in range(3):
        await bare_town.teams.install("ana", channel="alerts")
    await bare_town.teams.install("bo", chat="bo")
    await bare_town.teams.install("bo", chat="bo")
    await bare_town.raised()
    await bare_town.told("bo", "help")
    for place in ("alerts", "bo"):
        assert len([m for m in await bare_town.teams.from_bot(place) if "Tocsin is here" in message_text(m)]) == 1


async def test_a_person_and_a_group_are_welcomed_without_being_sent_alerts(bare_town: Town) -> None:
    await bare_town.teams.install("ana")
    await bare_town.teams.install("bo", chat="group")
    for place, said in (("ana", "alerts of your teams"), ("group", "Only alerts that somebody shares here")):
        assert said in message_text(await bare_town.teams.wait_for_card(place, "Tocsin is here"))
    await bare_town.report("graph", graph_alert(incidentId=None))
    ready = await bare_town.asks("/readyz")
    assert "No channel" in ready.body["why"]


async def test_removal_stops_everything_and_coming_back_resumes_it(bare_town: Town) -> None:
    teams = bare_town.teams
    await teams.install("ana", channel="alerts")
    await teams.wait_for_card("alerts", "Tocsin is here")
    await bare_town.told("ana", "subscribe", in_="quiet")
    before = await bare_town.raised("Before")
    await teams.uninstall("ana", channel="alerts")
    calls = len(await teams.journal("post", "update", "create"))
    report = await bare_town.report("graph", graph_alert(id="da-away", incidentId=None, title="While away"))
    await bare_town.report("graph", graph_alert(id="da1", incidentId=None, title="Before, and worse"))
    assert report["alerts"] == [before["number"] + 1]
    assert len(await teams.journal("post", "update", "create")) == calls
    assert "No channel" in (await bare_town.asks("/readyz")).body["why"]

    await teams.install("ana", channel="alerts")
    for place in ("alerts", "quiet"):
        await teams.wait_for_card(place, "Before, and worse")
        await teams.wait_for_card(place, "While away")
        assert len([m for m in await teams.from_bot(place) if "Before" in (m["text"] or "")]) == 1
    for place in ("alerts", "quiet"):
        await bare_town.raised(f"After, for {place}", in_=place)
    assert not [call for call in await teams.journal() if call["status"] == 403]


async def test_a_new_version_of_the_app_changes_nothing(town: Town) -> None:
    for action in ("remove-upgrade", "add-upgrade"):
        await _tell_installation(town, action)
    await town.raised("Still here")
    welcomes = [m for m in await town.teams.from_bot("alerts") if "Tocsin is here" in message_text(m)]
    assert len(welcomes) == 1
    assert not await town.teams.from_bot("general")


async def test_what_came_before_anybody_listened_is_posted_when_somebody_does(bare_town: Town) -> None:
    await bare_town.report("graph", [graph_alert(id=f"da{n}", incidentId=None, title=f"Early {n}") for n in (1, 2)])
    assert (await bare_town.asks("/readyz")).body["status"] == "ready"
    await bare_town.teams.install("ana", channel="alerts")
    for title in ("Early 1", "Early 2"):
        await bare_town.teams.wait_for_card("alerts", title)
    assert "1 subscribed" in (await bare_town.asks("/readyz")).body["why"]


async def test_somebody_new_in_the_team_sees_its_alerts_in_their_chat(bare_town: Town) -> None:
    """The roster is read when it changes, and when somebody unknown asks."""
    teams = bare_town.teams
    await teams.fault("members", status=503)
    await teams.install("ana", channel="alerts")
    await bare_town.raised("For the team")
    assert "No open alerts" in await bare_town.told("chidi", "queue")
    await teams.heal()
    assert "For the team" in await bare_town.told("chidi", "queue")


async def _install_without_choice(town: Town) -> None:
    """The app is in the team, and the message about it names no channel."""
    await town.stop()
    await town.teams.install("ana", channel="general")
    await town.start()
    await _tell_installation(town, "add")


async def _tell_installation(town: Town, action: str) -> None:
    team = (await town.teams.state())["team"]
    general: Json = {"id": team["id"], "conversationType": "channel", "isGroup": True}
    overrides = {"type": "installationUpdate", "action": action, "conversation": general}
    answer = await town.teams.sends("ana", in_="general", overrides=overrides, without=["text"])
    assert answer["status"] == 200
