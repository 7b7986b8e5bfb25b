"""Nobody takes a high alert in the night: somebody is paged, reminded, then the next one, then the channel."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.alerts.history import Kind
from bot.sandbox.config import SandboxConfig
from tests.support.payloads import graph_alert
from tests.support.sandbox import Json, buttons, card_text, message_text
from tests.support.town import Town, running_town

#: 03:02 in Madrid.
NIGHT = "2026-11-25T02:02:00Z"

TURNS = "weekly monday 09:00 Europe/Madrid from 2026-11-23: ana.alvarez@contoso.example, Bo Berg"
ROTA = f"{TURNS}; chidi.cole@contoso.example"
SETTINGS = {
    "TOCSIN_CONVERSATION_LIMITS": "1000/1",
    "TOCSIN_TENANT_LIMITS": "5000/1",
    "TOCSIN_ROTA_SOC": ROTA,
    "TOCSIN_ZONE": "Europe/Madrid",
    "TOCSIN_ESCALATION_MEDIUM": "page oncall; 30m page next",
}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with running_town(tmp_path, settings=SETTINGS, config=SandboxConfig(enforce_limits=False)) as made:
        await made.teams.set_clock(NIGHT)
        await asyncio.sleep(0.6)
        await made.teams.install("ana", channel="alerts")
        await made.teams.wait_for_card("alerts", "alerts")
        await made.teams.until(lambda: _knows_all(made), waiting_for="the roster")
        yield made


async def _knows_all(town: Town) -> bool:
    return len(await town.kept(lambda uow: uow.people.by_name("Chidi"))) == 1


async def pages(town: Town, who: str) -> list[Json]:
    return [m for m in await town.teams.from_bot(who) if "paged" in message_text(m).lower()]


async def paged(town: Town, who: str, words: str = "Mimikatz", count: int = 1) -> Json:
    async def there() -> bool:
        return len(await pages(town, who)) >= count

    await town.teams.until(there, seconds=15, waiting_for=f"{count} pages to {who}", show=who)
    found = (await pages(town, who))[-1]
    assert words in message_text(found)
    return found


async def kinds(town: Town, number: int) -> list[str]:
    return [entry.kind.value for entry in await town.history(number)]


def flat(message: Json) -> str:
    return " ".join(message_text(message).split())


async def test_a_night_page_reminder_escalation_channel_and_then_somebody_takes_it(town: Town) -> None:
    teams = town.teams
    alert = await town.raised()
    number = alert["number"]
    page = await paged(town, "ana")
    assert page["plain"] == f"Page. High: Mimikatz credential theft (#{number})"
    assert page["summary"] == page["plain"], "what a locked phone shows"
    assert buttons(page["card"])[:3] == ["Take it", "Resolve…", "Not mine, next"]
    on_the_card = flat(await teams.wait_for("alerts", lambda m: "Paged: Ana Alvarez 03:02" in flat(m)))
    assert "next 03:12" in on_the_card
    assert not await pages(town, "chidi")
    quiet = await town.raised(title="Pages nobody", severity="low")
    assert "On call until 30 Nov 09:00: Ana Alvarez" in flat(quiet)

    await teams.advance(5 * 60)
    again = await paged(town, "ana", "Still waiting for you", count=2)
    assert again["id"] != page["id"], "a message that is changed wakes nobody"
    await teams.advance(5 * 60)
    assert "Chidi" not in flat(await paged(town, "chidi"))[:40]
    assert not await pages(town, "bo")
    await teams.advance(10 * 60)
    asked = await teams.wait_for("alerts", lambda m: "Nobody has answered." in m["plain"])
    assert asked["thread"] == alert["id"]
    assert [entity["mentioned"]["name"] for entity in asked["entities"]] == ["Ana Alvarez", "Chidi Cole"]

    await teams.advance(60)
    await asyncio.sleep(0.6)
    await town.pressed("chidi", await paged(town, "chidi"), "Take it")
    line = "Paged: Ana Alvarez 03:02, reminded 03:07, no answer; Chidi Cole 03:12, no answer; the channel 03:22"
    told = flat(await teams.wait_for("alerts", lambda m: "Chidi Cole answered 03:2" in flat(m) and not m["thread"]))
    assert line in told
    for who in ("ana", "chidi"):
        await teams.wait_for(who, lambda m: "Taken care of" in flat(m))
    await teams.wait_for("alerts", lambda m: m["id"] == asked["id"] and "Taken care of" in m["plain"])
    assert await kinds(town, number) == ["created", "paged", "reminded", "paged", "paged", "assigned"]
    shown = flat({"card": {"body": []}, "plain": await town.told("ana", f"history {number}")})
    for words in (
        "Tocsin paged Ana Alvarez",
        "Tocsin reminded Ana Alvarez",
        "Tocsin paged Chidi Cole",
        "Nobody had answered: Tocsin asked the channel",
        "Chidi Cole took it",
    ):
        assert words in shown
    assert "Paged: Ana Alvarez" in await town.told("ana", f"story {number}")


@pytest.mark.parametrize("way", ["chat", "portal", "button"])
async def test_whatever_somebody_does_with_it_ends_the_paging_wherever_it_was(town: Town, way: str) -> None:
    alert = await town.raised(id="da1")
    number = alert["number"]
    await paged(town, "ana")
    if way == "chat":
        await town.told("bo", f"comment {number} looking", in_="alerts")
    elif way == "portal":
        changed = {"id": "da1", "assignedTo": "bo.berg@contoso.example", "status": "inProgress"}
        await town.report("graph", _again(changed))
    else:
        await town.pressed("bo", alert, "Assign to me")
    await town.teams.wait_for("ana", lambda m: "Taken care of" in flat(m))
    await town.teams.advance(3600)
    await asyncio.sleep(2.5)
    assert (await kinds(town, number)).count("paged") == 1
    assert not await pages(town, "chidi")


def _again(changed: Json) -> Json:
    later = (datetime.fromisoformat(NIGHT) + timedelta(minutes=1)).isoformat()
    given = {"title": "Mimikatz credential theft", "incidentId": None, "lastUpdateDateTime": later}
    return graph_alert(**(given | changed))


async def test_not_mine_asks_the_next_one_now_and_escalate_on_the_card_does_the_same(town: Town) -> None:
    alert = await town.raised()
    page = await paged(town, "ana")
    await town.pressed("ana", page, "Not mine, next")
    await paged(town, "chidi")
    assert (await kinds(town, alert["number"]))[1:] == ["paged", "escalated", "paged"]
    answer = await town.told("chidi", f"escalate {alert['number']}")
    await town.teams.wait_for("alerts", lambda m: "Nobody has answered." in m["plain"])
    assert "asked for the next one" in answer
    assert "Everybody in line has been asked" in await town.told("bo", f"escalate {alert['number']}")
    assert "A page that was sent cannot be taken back" in await town.told("chidi", f"undo {alert['number']}")


async def test_a_storm_pages_once_with_a_count_and_is_taken_with_one_press(town: Town) -> None:
    numbers = [(await town.raised(title=f"Theft {n}"))["number"] for n in range(1, 9)]
    page = await paged(town, "ana", "Theft 1")
    await town.teams.wait_for("ana", lambda m: m["id"] == page["id"] and "8 alerts wait" in message_text(m))
    assert len(await pages(town, "ana")) == 1
    await town.teams.advance(5 * 60)
    await paged(town, "ana", "8 alerts wait", count=2)
    await asyncio.sleep(2.5)
    assert len(await pages(town, "ana")) == 2, "one reminder for all of them"
    taken = await town.pressed("ana", page, "Take all 8")
    assert "Ana Alvarez" in taken
    await town.teams.wait_for("ana", lambda m: m["id"] == page["id"] and "Taken care of" in message_text(m))
    ana = (await town.teams.person("ana"))["objectId"]
    assert {(await town.alert(number)).assignee for number in numbers} == {ana}


async def test_nobody_on_call_is_said_in_the_channel_at_once(town: Town) -> None:
    await town.stop()
    town.more_settings = {**SETTINGS, "TOCSIN_ROTA_SOC": "https://calendar.example.invalid/soc.ics"}
    await town.start()
    alert = await town.raised()
    said = await town.teams.wait_for("alerts", lambda m: "Nobody is on call." in m["plain"])
    assert said["thread"] == alert["id"]
    assert "Take it" in buttons(said["card"])


async def test_one_who_cannot_be_reached_is_passed_over_and_the_history_says_so(town: Town) -> None:
    await town.teams.fault(on="create", conversation="ana", status=403, code="BotDisabledByAdmin")
    await town.teams.fault(on="post", conversation="ana", status=403, code="BotDisabledByAdmin")
    alert = await town.raised()
    await paged(town, "chidi")
    told = [entry for entry in await town.history(alert["number"]) if entry.kind is Kind.PAGED]
    assert len(told) == 3
    assert "Ana Alvarez could not be reached" in await town.told("bo", f"history {alert['number']}", in_="alerts")


async def test_quiet_hours_keep_what_is_not_high_until_they_end(town: Town) -> None:
    assert "Quiet from 22:00 to 07:00 (Europe/Madrid)" in await town.told("ana", "quiet 22:00-07:00")
    assert "no quiet hours" in await town.told("ana", "quiet sometimes")
    low = await town.raised(title="Medium thing", severity="medium")
    await asyncio.sleep(2.5)
    assert not await pages(town, "ana")
    await town.raised(title="High thing")
    await paged(town, "ana", "High thing")
    await town.teams.set_clock("2026-11-25T06:00:05Z")
    await town.teams.wait_for("ana", lambda m: m["plain"].startswith("Page. Medium: Medium thing"))
    assert (await kinds(town, low["number"])).count("paged") == 1


async def test_what_is_held_back_hidden_or_somebodys_already_pages_nobody(town: Town) -> None:
    await town.told("bo", "maintenance title:mimikatz 2h even high for patching", in_="alerts")
    (held,) = (await town.report("graph", _again({"id": "x1"})))["alerts"]
    (given,) = (
        await town.report(
            "graph", _again({"id": "x2", "title": "Given", "assignedTo": "bo.berg@contoso.example", "evidence": []})
        )
    )["alerts"]
    await town.teams.advance(1200)
    await asyncio.sleep(2.5)
    assert not await pages(town, "ana")
    for number in (held, given):
        assert "paged" not in await kinds(town, number)


async def test_paging_goes_on_after_a_restart_and_each_step_happens_once(town: Town) -> None:
    alert = await town.raised()
    await paged(town, "ana")
    await town.stop()
    await town.teams.advance(3 * 3600)
    await town.start()
    await paged(town, "ana", "Still waiting for you", count=2)
    await asyncio.sleep(1.5)
    assert not await pages(town, "chidi"), "what was missed is not done all at once"
    await town.teams.advance(5 * 60)
    await paged(town, "chidi")
    assert (await kinds(town, alert["number"]))[1:] == ["paged", "reminded", "paged"]
    assert card_text((await pages(town, "chidi"))[0]["card"])
