"""Reminders: asked for by button and by text, told once in their person's own chat, with the alert as it is then."""

import asyncio
from datetime import timedelta
from pathlib import Path

from tests.support.sandbox import Json, buttons, card_text, message_text
from tests.support.town import Town, running_town

WEDNESDAY = "2026-11-25T02:02:00Z"


async def told(town: Town, where: str, words: str = "Reminder:") -> list[Json]:
    return [m for m in await town.teams.from_bot(where) if m["plain"].startswith(words)]


async def reminded(town: Town, where: str, words: str) -> Json:
    return await town.teams.wait_for(where, lambda m: "Reminder" in m["plain"] and words in message_text(m), seconds=10)


async def test_one_asks_by_text_and_is_reminded_once_with_the_alert_as_it_is_then(town: Town) -> None:
    teams = town.teams
    await teams.set_clock(WEDNESDAY)
    await asyncio.sleep(0.6)
    alert = await town.raised()
    number = alert["number"]
    answer = await town.told("ana", f"remind {number} fri 14:00 ask Bo about the host")
    assert "I will remind you on Friday 27 Nov at 14:00 (Europe/Madrid), here." in answer
    listed = await town.told("ana", "reminders")
    assert "ask Bo about the host" in listed
    assert "27 Nov 14:00" in listed
    assert "None." in await town.told("bo", "reminders")

    await town.pressed("bo", alert, "Assign to me")
    await town.stop()
    await teams.set_clock("2026-11-27T13:00:05Z")
    await town.start()
    card = await reminded(town, "ana", "ask Bo about the host")
    assert card["plain"] == f"Reminder: ask Bo about the host (High: Mimikatz credential theft, #{number})"
    assert "Bo Berg" in message_text(card)
    assert "asked 25 Nov 03:02" in message_text(card)
    again = await town.pressed("ana", card, "Again in 1 h")
    assert "I will remind you today at 15:00 (Europe/Madrid), here." in again
    assert "ask Bo about the host" in again
    await asyncio.sleep(1.2)
    assert len(await told(town, "ana")) == 1
    await teams.set_clock("2026-11-27T14:00:30Z")
    await teams.until(lambda: _are(town, "ana", 2), waiting_for="the second reminder", show="ana")


async def _are(town: Town, where: str, count: int) -> bool:
    return len(await told(town, where)) == count


async def test_the_card_of_a_reminder_follows_its_alert_and_its_buttons_act_on_it(town: Town) -> None:
    await town.told("ana", "help")
    alert = await town.raised()
    assert "I will remind you" in await town.told("ana", f"remind {alert['number']} 1h")
    await town.teams.advance(3605)
    card = await reminded(town, "ana", "nobody has it yet")
    assert buttons(card["card"])[:2] == ["Assign to me", "Resolve…"]
    await town.pressed("ana", card, "Assign to me")
    await town.teams.wait_for("alerts", lambda m: m["id"] == alert["id"] and "Ana" in message_text(m))
    await town.pressed("bo", alert, "Resolve…")
    await town.pressed("bo", alert, "Resolve", classification="falsePositive:notMalicious", comment="")
    await town.teams.wait_for("ana", lambda m: m["id"] == card["id"] and "resolved meanwhile" in message_text(m))


async def test_by_button_with_choices_or_ones_own_words(town: Town) -> None:
    await town.told("ana", "help")
    alert = await town.raised()
    form = await town.pressed("ana", alert, "Remind me…")
    assert "Tomorrow 9:00" in form
    answer = await town.pressed("ana", alert, "Remind me", span="4h", moment="", comment="look at the log")
    assert "I will remind you" in answer
    assert "in our own chat" in answer
    await town.pressed("ana", alert, "Remind me…")
    wrong = await town.pressed("ana", alert, "Remind me", span="1h", moment="tomorrow 25:00", comment="")
    assert "I understood “tomorrow”, but not “25:00” after it." in wrong
    listed = await town.told("ana", "reminders")
    assert listed.count("reminder ") == 1
    assert "look at the log" in listed
    assert "is cancelled" in await town.told("ana", "reminders cancel 1")
    assert "does not wait any more" in await town.told("ana", "reminders cancel 1")
    assert "not available" in await town.told("bo", "reminders cancel 1")
    await town.teams.advance(5 * 3600)
    await asyncio.sleep(1.5)
    assert not await told(town, "ana")


async def test_what_was_resolved_meanwhile_is_said_so(town: Town) -> None:
    await town.told("ana", "help")
    alert = await town.raised()
    await town.told("ana", f"remind {alert['number']} 2h ask Bo")
    await town.told("bo", f"resolve {alert['number']} fp", in_="alerts")
    await town.teams.advance(2 * 3600 + 5)
    card = await reminded(town, "ana", "is resolved meanwhile")
    assert "Bo Berg resolved it" in message_text(card)
    assert buttons(card["card"]) == ["Open"]


async def test_without_a_chat_of_ones_own_it_is_told_in_the_thread_by_name(town: Town) -> None:
    alert = await town.raised()
    answer = await town.told("chidi", "remind 2h", in_="alerts", thread=alert["id"])
    assert f"#{alert['number']}: I will remind you" in answer
    assert answer.endswith("here.")
    await town.teams.advance(2 * 3600 + 5)
    card = await reminded(town, "alerts", "Mimikatz")
    assert card["thread"] == alert["id"]
    chidi = await town.teams.person("chidi")
    assert card["plain"].startswith(chidi["name"])
    assert "remind" not in [str(entry.kind) for entry in await town.history(alert["number"])]


async def test_bad_times_and_what_one_may_not_see(town: Town) -> None:
    alert = await town.raised()
    number = alert["number"]
    assert "“soon” is no time that I know" in await town.told("ana", f"remind {number} soon")
    assert "When?" in await town.told("ana", f"remind {number}")
    assert "is over: that was" in await town.told("ana", f"remind {number} 2020-01-01 9:00")
    assert "not available" in await town.told("ana", "remind 999 2h")
    assert "not available" in await town.told("dana", f"remind {number} 2h", in_="quiet")
    assert "Which alert?" in await town.told("ana", "remind 2 hours")
    assert "#" + str(number) in await town.told("ana", f"remind me {number} in 2 hours")


async def test_one_who_may_not_see_it_any_more_is_not_reminded(tmp_path: Path) -> None:
    async with running_town(tmp_path) as town:
        await town.teams.install("ana", channel="alerts")
        alert = await town.raised()
        await town.told("bo", f"remind {alert['number']} 1h")
        ana = (await town.teams.person("ana"))["objectId"]
        now = (await town.alert(alert["number"])).received_at

        await town.changed(lambda uow: uow.conversations.keep_roster(
            next(here.id for here in uow.conversations.subscribed()), [ana], now + timedelta(hours=1)
        ))  # fmt: skip
        await town.teams.advance(3605)
        await asyncio.sleep(2)
        assert not await told(town, "bo")


async def test_a_list_is_cancelled_from_by_button(town: Town) -> None:
    alert = await town.raised()
    await town.told("ana", f"remind {alert['number']} tomorrow 9:00 one")
    await town.told("ana", f"remind {alert['number']} tomorrow 10:00 two")
    await town.told("ana", "reminders")
    card = await town.teams.wait_for_card("ana", "Your reminders")
    shown = await town.pressed("ana", card, "Cancel 1")
    assert "Reminder 1 is cancelled." in shown
    assert "“two”" in shown
    assert "“one”" not in shown
    assert card_text(card["card"]).count("Cancel") == 2
