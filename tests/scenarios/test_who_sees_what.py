"""Who sees what, where: anything else answers as if it did not exist."""

from tests.support.sandbox import Json, card_text
from tests.support.town import Town


async def test_a_channel_that_is_not_subscribed_knows_no_alerts(town: Town) -> None:
    await town.raised("Only in alerts")
    assert "No alerts come to this conversation" in await town.told("ana", "queue", in_="quiet")
    assert "not available here" in await town.told("ana", "alert 1", in_="quiet")
    assert "not available here" in await town.told("ana", "details 1", in_="quiet")
    assert "#1: not available here." in await town.told("ana", "resolve 1", in_="quiet")
    assert (await town.alert(1)).is_open


async def test_a_chat_shows_the_alerts_of_ones_channels(town: Town) -> None:
    await town.raised("Seen by the team")
    assert "Seen by the team" in await town.told("bo", "queue")
    assert "Bo Berg took it" in await town.told("bo", "assign 1 me")


async def test_a_guest_of_the_channel_looks(town: Town) -> None:
    posted = await town.raised()
    assert "permission role" in await town.pressed("dana", posted, "Assign to me")
    assert "Mimikatz" in await town.told("dana", "queue")


async def test_somebody_of_the_tenant_who_is_in_no_channel_sees_nothing(town: Town) -> None:
    await town.raised("Not for Nora")
    for text in (
        "queue",
        "alert 1",
        "details 1",
        "similar 1",
        "recommendations 1",
        "history 1",
        "resolve 1",
        "comment 1 hello",
        "digest",
    ):
        told = await _nora_says(town, text)
        assert "Not for Nora" not in told
    assert (await town.alert(1)).revision == 1
    told = await _nora_says(town, "subscribe")
    assert "in channels" in told
    await town.raised("Not for Nora either", id="da-other")
    assert "Nora" not in str([m["text"] for m in await town.teams.from_bot("chidi")])


async def test_a_press_on_an_alert_that_one_may_not_see_answers_exactly_like_one_on_none(town: Town) -> None:
    await town.raised("Only in alerts")
    await town.told("ana", "help", in_="quiet")
    card = await town.teams.wait_for_card("quiet")
    inputs: list[tuple[str, Json]] = [
        ("assign", {"to": "me"}),
        ("assign", {"to": "11111111-2222-3333-4444-555555555555"}),
        ("assign", {}),
        ("start", {}),
        ("comment", {"comment": "x"}),
        ("classify", {"classification": "falsePositive", "determination": "malware"}),
        ("resolve", {"status": "resolved"}),
        ("reopen", {}),
        ("tag", {"tags": "vip"}),
        ("link", {"incident": "1"}),
        ("link", {"incident": "new"}),
        ("link", {}),
        ("undo", {}),
        *((verb, {}) for verb in ("details", "history", "similar", "recommendations", "refresh", "back")),
    ]
    for verb, given in inputs:
        answers = [
            await town.teams.press("ana", card, verb=verb, data={"alert": number, "rev": 1, "nonce": "n"} | given)
            for number in (1, 999)
        ]
        assert answers[0]["body"] == answers[1]["body"], verb
        assert answers[0]["status"] == answers[1]["status"] == 200
        assert answers[0]["body"]["value"] == "That is not available here."
    assert (await town.alert(1)).revision == 1


async def test_a_command_about_an_alert_that_one_may_not_see_answers_like_one_about_none(town: Town) -> None:
    await town.raised("Only in alerts")
    for words in ("alert {}", "details {}", "history {}", "similar {}", "recommendations {}", "resolve {} fp",
                  "comment {} x", "undo {}",
                  "link {} new", "link {} 1", "assign {} nobody", "resolve {0}-{0} fp"):  # fmt: skip
        hidden = await town.told("ana", words.format(1), in_="quiet")
        missing = await town.told("ana", words.format(9), in_="quiet")
        assert hidden.replace("1", "9") == missing, words


async def test_a_group_chat_knows_only_what_was_shared_there(town: Town) -> None:
    teams = town.teams
    before = await town.raised("Before the group")
    await teams.install("ana", chat="group")
    await teams.wait_for_card("group", "Tocsin is here")
    assert "No alerts come to this conversation" in await town.told("bo", "queue", in_="group")
    assert "Subscribed" in await town.told("bo", "subscribe", in_="group")
    shared = await town.raised("Shared with the group", in_="group")
    queue = await town.told("bo", "queue", in_="group")
    assert "Shared with the group" in queue
    assert "Before the group" not in queue
    assert "not available" in await town.told("bo", f"alert {before['number']}", in_="group")
    assert "Bo Berg" in await town.pressed("bo", shared, "Assign to me")


async def test_who_is_in_no_channel_cannot_have_alerts_sent_to_a_group_chat(bare_town: Town) -> None:
    await bare_town.teams.install("ana", chat="group")
    await bare_town.teams.wait_for_card("group", "Tocsin is here")
    assert "in channels" in await bare_town.told("ana", "subscribe", in_="group")
    assert "not subscribed" in await bare_town.told("ana", "unsubscribe", in_="group")


async def test_what_was_posted_in_a_channel_can_still_be_handled_there_after_unsubscribe(town: Town) -> None:
    posted = await town.raised("Posted before")
    await town.told("ana", "unsubscribe", in_="alerts")
    assert "Bo Berg" in await town.pressed("bo", posted, "Assign to me")
    assert "Posted before" in await town.told("bo", "queue", in_="alerts")


async def test_a_stranger_from_another_tenant_is_turned_away(town: Town) -> None:
    posted = await town.raised()
    said = await town.teams.says("sam", "queue")
    assert said["status"] == 403
    assert not said["body"]
    stranger = await town.teams.person("sam")
    elsewhere = {"tenant": {"id": stranger["tenantId"]}, "channel": {"id": "19:x@thread.tacv2"}}
    forged = await town.teams.sends("ana", in_="alerts", overrides={"channelData": elsewhere})
    assert forged["status"] == 403
    assert not await town.teams.from_bot("sam")
    assert (await town.alert(posted["number"])).revision == 1


async def test_somebody_without_an_entra_account_can_do_nothing(town: Town) -> None:
    posted = await town.raised()
    anonymous = {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "from": {"id": "29:anonymous", "name": "Ana Alvarez"},
        "value": {
            "action": {"type": "Action.Execute", "verb": "start", "data": {"alert": posted["number"], "rev": 1}},
            "trigger": "manual",
        },
    }
    answer = await town.teams.sends("ana", in_="alerts", overrides=anonymous)
    assert answer["status"] in (200, 403)
    assert "card.adaptive" not in str(answer["body"])
    assert (await town.alert(posted["number"])).revision == 1


async def _nora_says(town: Town, text: str) -> str:
    """Nora is of the tenant, and in no channel that the bot is in. She writes in a 1:1 chat."""
    before = {message["id"] for message in await town.teams.from_bot("chidi")}
    nora = {"id": "29:nora", "name": "Nora Nord", "aadObjectId": "99999999-0000-4000-8000-000000000001"}
    sent = await town.teams.sends("chidi", overrides={"text": text, "from": nora, "id": f"nora-{text}"})
    assert sent["status"] == 200, sent
    found = await town.teams.wait_for("chidi", lambda message: message["id"] not in before)
    return str(found["plain"]) + card_text(found["card"] or {})
