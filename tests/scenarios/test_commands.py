"""What people can say to the bot, by mention in a channel or in a 1:1 chat."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.payloads import graph_alert
from tests.support.sandbox import buttons, card_text, message_text
from tests.support.town import Town, running_town


async def test_help_says_what_can_be_said_and_so_does_an_empty_mention(town: Town) -> None:
    for text in ("help", "Help!", "hi", "?", ""):
        told = await town.told("ana", text, in_="alerts")
        for word in ("queue", "resolve 4-9 expected security test", "subscribe", "undo 1042"):
            assert word in told


async def test_the_queue_has_newest_activity_first_pages_and_only_the_last_thirty_days(town: Town) -> None:
    now = datetime.now(UTC)
    alerts = [
        graph_alert(
            id=f"da{hours}", incidentId=None, title=f"Alert {hours} h ago",
            lastActivityDateTime=(now - timedelta(hours=hours)).isoformat(),
        )
        for hours in (5, 1, 8, 3, 2, 7, 4, 6, 31 * 24)
    ]  # fmt: skip
    await town.report("graph", alerts)
    first = await town.told("bo", "queue", in_="alerts")
    assert [f"Alert {n} h ago" in first for n in range(1, 9)] == [True] * 6 + [False] * 2
    places = [first.index(f"Alert {n} h ago") for n in range(1, 7)]
    assert places == sorted(places)
    for words in ("8 open", "last 30 days", "page 1 of 2", "High", "New", "nobody has it", "Credential access"):
        assert words in first

    queue = await town.teams.wait_for_card("alerts", "page 1 of 2")
    second = await town.pressed("bo", queue, "Next")
    assert "page 2 of 2" in second
    assert "Alert 8 h ago" in second
    assert "Alert 744 h ago" not in second
    assert "page 1 of 2" in await town.pressed("bo", queue, "Previous")


async def test_the_queue_condenses_to_what_a_decision_needs(town: Town) -> None:
    await town.raised(
        "Ransomware behaviour", severity="medium", status="inProgress", evidence=graph_alert(full=True)["evidence"]
    )
    told = await town.told("chidi", "queue")
    for words in ("Medium", "Ransomware behaviour", "In progress", "web-1", "Critical asset", "Antivirus", "#1"):
        assert words in told


async def test_mine_lists_what_one_has_and_nothing_else(town: Town) -> None:
    mine, theirs = await town.raised("For me"), await town.raised("For Bo")
    await town.pressed("ana", mine, "Assign to me")
    await town.pressed("bo", theirs, "Assign to me")
    told = await town.told("ana", "mine")
    assert "For me" in told
    assert "For Bo" not in told
    assert "You have no open alerts" in await town.told("chidi", "mine")


async def test_alert_posts_a_living_card_of_its_own_each_time(town: Town) -> None:
    posted = await town.raised()
    number = posted["number"]
    await town.told("bo", f"alert {number}")
    await town.told("bo", f"alert #{number}")
    copies = [m for m in await town.teams.from_bot("bo") if m["card"]]
    assert len(copies) == 2
    await town.pressed("ana", posted, "Assign to me")
    for copy in copies:
        await town.teams.wait_for("bo", lambda m, copy=copy: m["id"] == copy["id"] and "Ana" in message_text(m))


async def test_a_typing_error_gets_a_suggestion_and_changes_nothing(town: Town) -> None:
    posted = await town.raised()
    assert "Did you mean “resolve 1 fp”" in await town.told("ana", f"reslove {posted['number']} fp", in_="alerts")
    assert "Did you mean “resolve 1 fp”?" in await town.told("ana", "1 close fp", in_="alerts")
    assert "Which alert? Did you mean “assign 1 bo”?" in await town.told("ana", "assign bo 1", in_="alerts")
    assert "Did you mean “subscribe”" in await town.told("ana", "subscirbe", in_="quiet")
    assert "Say “help”" in await town.told("ana", "make me a sandwich")
    assert "I do not know the classification" in await town.told("ana", f"resolve {posted['number']} flase")
    assert (await town.alert(posted["number"])).revision == 1


async def test_chatter_without_a_mention_is_not_heard(town: Town) -> None:
    posted = await town.raised()
    count = len(await town.teams.from_bot("alerts"))
    answer = await town.teams.sends("ana", in_="alerts", overrides={"text": f"resolve {posted['number']} fp"})
    assert answer["status"] == 200
    other = [{"type": "mention", "text": "<at>Bo</at>", "mentioned": {"id": "29:bo", "name": "Bo"}}]
    await town.teams.sends("ana", in_="alerts", overrides={"text": "<at>Bo</at> resolve 1", "entities": other})
    await town.told("bo", "help", in_="alerts")
    assert (await town.alert(posted["number"])).is_open
    assert len(await town.teams.from_bot("alerts")) == count + 1


async def test_a_message_that_teams_sends_twice_counts_once(town: Town) -> None:
    posted = await town.raised()
    said = {"text": f"comment {posted['number']} only once", "id": "1700000000123"}
    for _ in range(3):
        await town.teams.sends("bo", overrides=said)
    await town.teams.wait_for("bo", "Bo Berg commented")
    await town.stop()
    await town.start()
    await town.teams.sends("bo", overrides=said)
    await town.told("bo", "help")
    assert (await town.alert(posted["number"])).comment_count == 1
    assert len([m for m in await town.teams.from_bot("bo") if "commented" in m["plain"]]) == 1


async def test_the_first_subscription_posts_the_newest_twenty_open_alerts(bare_town: Town) -> None:
    await bare_town.teams.install("ana", channel="general")
    await bare_town.told("ana", "unsubscribe", in_="general")
    now = datetime.now(UTC)
    alerts = [
        graph_alert(id=f"da{n}", incidentId=None, title=f"Old {n:02}.", createdDateTime=now.isoformat())
        for n in range(1, 24)
    ]
    await bare_town.report("graph", alerts)
    await bare_town.told("ana", "unsubscribe", in_="general")
    told = await bare_town.told("bo", "subscribe", in_="quiet")
    assert "The newest 20 open alerts are posted now" in told
    await bare_town.teams.wait_for("quiet", "Old 04.", seconds=30)
    await bare_town.teams.until(_has_cards(bare_town, "quiet", "Old ", 20), seconds=30, waiting_for="20 cards")
    assert "Old 03." not in str(await bare_town.teams.from_bot("quiet"))
    assert "already" in await bare_town.told("bo", "subscribe", in_="quiet")
    assert "No new alerts" in await bare_town.told("bo", "unsubscribe", in_="quiet")
    assert "not subscribed" in await bare_town.told("bo", "unsubscribe", in_="quiet")


async def test_the_days_of_the_queue_are_a_setting(tmp_path: Path) -> None:
    async with running_town(tmp_path, settings={"TOCSIN_QUEUE_DAYS": "2"}) as town:
        await town.teams.install("ana", channel="alerts")
        old = (datetime.now(UTC) - timedelta(days=3)).isoformat()
        await town.raised("Three days old", lastActivityDateTime=old)
        told = await town.told("ana", "queue", in_="alerts")
        assert "last 2 days" in told
        assert "Three days old" not in told


async def test_digest_posts_the_numbers_of_the_last_day(town: Town) -> None:
    await town.raised("One")
    await town.raised("Two")
    await town.told("bo", "resolve 2 fp", in_="alerts")
    told = await town.told("bo", "digest", in_="alerts")
    assert "2 new alerts (2 high), 1 resolved, 1 open" in told
    card = (await town.teams.wait_for_card("alerts", "Digest"))["card"]
    for words in ("#1", "One", "nobody has it"):
        assert words in card_text(card)
    assert "Open the queue" in buttons(card)


def _has_cards(town: Town, where: str, text: str, count: int) -> Callable[[], Awaitable[bool]]:
    async def there() -> bool:
        return len([m for m in await town.teams.from_bot(where) if text in message_text(m)]) >= count

    return there
