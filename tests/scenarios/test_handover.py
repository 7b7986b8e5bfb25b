"""The handover: a difference, a note for the next shift, and “I take over”, which is undone as a whole."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.config import SandboxConfig
from tests.support.sandbox import Json, buttons, card_text, message_text
from tests.support.town import Town, running_town

FRIDAY = "2026-11-20T17:30:00+00:00"


@pytest.fixture
async def rota(tmp_path: Path) -> AsyncIterator[Town]:
    settings = {
        "TOCSIN_ZONE": "Europe/Madrid",
        "TOCSIN_ROTA_SOC": "daily 08:00 Europe/Madrid from 2026-11-20: Ana Alvarez, Bo Berg",
        "TOCSIN_TARGETS_HIGH": "acknowledge 15m, resolve 4h",
        "TOCSIN_CONVERSATION_LIMITS": "1000/1",
        "TOCSIN_TENANT_LIMITS": "5000/1",
    }
    async with running_town(tmp_path, settings=settings, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.set_clock(FRIDAY)
        await asyncio.sleep(0.6)
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "Tocsin")
        yield town


async def came(town: Town, title: str, **fields: str) -> Json:
    at = FRIDAY
    times = {"createdDateTime": at, "firstActivityDateTime": at, "lastActivityDateTime": at}
    return await town.raised(title, **times, **fields)


async def test_it_says_what_is_different_who_has_what_and_what_will_bite(town: Town) -> None:
    theft, spray, mail = (
        await town.raised("Credential theft"),
        await town.raised("Password spray", severity="medium"),
        await town.raised("Phishing", severity="low"),
    )
    await town.pressed("bo", theft, "Assign to me")
    await town.told("bo", f"resolve {mail['number']} tp", in_="alerts")
    await town.told("ana", f"remind {spray['number']} 1h look at the log")
    await town.told("ana", "maintenance host:web-* 2h for patching", in_="alerts")
    told = await town.told("ana", "handover since 1h")
    assert "3 new (1 high), 1 resolved, 1 taken, 2 open, nobody has 1 of them." in told
    first, last = told.index("Nobody"), told.index("Bo Berg")
    assert first < told.index("Password spray", first) < last < told.index("Credential theft", last)
    assert f"reminder of #{spray['number']}: look at the log" in told
    assert "maintenance 1 ends: patching" in told
    assert "True positive 1" in told
    assert "I take over from Bo" in told
    assert "reminder" not in await town.told("bo", "handover 1h")
    assert "no rota has a shift of yours" in await town.told("ana", "handover")


async def test_one_takes_over_in_one_press_and_takes_it_back_in_one(town: Town) -> None:
    alerts = [await town.raised(f"Alert {n}") for n in range(3)]
    for alert in alerts[:2]:
        await town.pressed("bo", alert, "Assign to me")
    await town.told("ana", "handover 2h")
    card = await town.teams.wait_for_card("ana", "I take over from Bo")
    done = await town.pressed("ana", card, "I take over from Bo")
    assert "Done to 2 alerts" in done
    ana = (await town.teams.person("ana"))["objectId"]
    assert [(await town.alert(alert["number"])).assignee for alert in alerts] == [ana, ana, None]
    entries = [(await town.history(alert["number"]))[-1] for alert in alerts[:2]]
    assert len({entry.action for entry in entries}) == 1
    assert "These are yours already" in await town.told("ana", "handover take ana")
    assert "Bo Berg has no open alerts here" in await town.told("ana", "handover take over from bo")
    assert "Taken back on 2 alerts" in await town.told("ana", "undo")
    bo = (await town.teams.person("bo"))["objectId"]
    assert [(await town.alert(alert["number"])).assignee for alert in alerts] == [bo, bo, None]


async def test_a_note_stands_until_somebody_has_read_it(town: Town) -> None:
    assert "Kept for the next shift" in await town.told(
        "bo", "handover note web-1 is isolated, Hugo knows", in_="alerts"
    )
    await town.told("bo", "handover note: web-2 is isolated, too", in_="alerts")
    told = await town.told("ana", "handover 1h")
    assert "web-2 is isolated, too" in told
    assert "Hugo" not in told, "superseded by what its author said later"
    card = await town.teams.wait_for_card("ana", "web-2 is isolated")
    assert "web-2" not in await town.pressed("ana", card, "Got it")
    assert "web-2" not in await town.told("chidi", "handover 1h", in_="alerts")
    assert "What shall the next shift know?" in await town.told("ana", "handover note", in_="alerts")
    form = await town.pressed("ana", card, "Leave a note…")
    assert "For the next shift" in form
    assert "call Hugo" in await town.pressed("ana", card, "Leave the note", comment="call Hugo")


async def test_nobody_learns_of_what_they_may_not_see(town: Town) -> None:
    await town.raised("Secret thing")
    await town.told("bo", "handover note for the channel alone", in_="alerts")
    told = await town.told("dana", "handover 1h", in_="quiet")
    assert "Secret" not in told
    assert "for the channel" not in told
    assert "Quiet: nothing new, nothing open." in told


async def test_bad_times_are_answered_with_what_was_understood(town: Town) -> None:
    assert "I understood “fri”, but not “25:00” after it." in await town.told("ana", "handover since fri 25:00")
    assert "ends before it begins" in await town.told("ana", "handover 1h until 2h")


async def test_at_the_change_of_a_shift_it_is_posted_once_and_follows_what_is_done_on_it(rota: Town) -> None:
    town, teams = rota, rota.teams
    theft = await came(town, "Credential theft", severity="high")
    await town.pressed("ana", theft, "Assign to me")
    await town.told("ana", "handover note web-1 is isolated", in_="alerts")
    await town.stop()
    await teams.set_clock("2026-11-21T07:00:30+00:00")
    await town.start()
    posted = await teams.wait_for("alerts", lambda m: m["plain"].startswith("Handover from Ana"), seconds=10)
    assert posted["plain"].startswith("Handover from Ana Alvarez to Bo Berg: 1 new (1 high)")
    words = message_text(posted)
    assert "web-1 is isolated" in words
    assert "overdue" in words
    await town.stop()
    await town.start()
    await asyncio.sleep(1.5)
    assert len([m for m in await teams.from_bot("alerts") if m["plain"].startswith("Handover")]) == 1

    await town.pressed("bo", posted, "I take over from Ana")
    await teams.wait_for(
        "alerts", lambda m: m["id"] == posted["id"] and "I take over from Bo" in buttons(m["card"]), as_="chidi"
    )
    await town.pressed("bo", posted, "Got it")
    await teams.wait_for(
        "alerts", lambda m: m["id"] == posted["id"] and "web-1 is" not in card_text(m["card"]), as_="chidi"
    )
    told = await town.told("ana", "handover")
    assert "since your last shift" in told


async def test_it_can_be_switched_off(tmp_path: Path) -> None:
    settings = {
        "TOCSIN_ROTA_SOC": "daily 08:00 Europe/Madrid from 2026-11-20: Ana Alvarez, Bo Berg",
        "TOCSIN_HANDOVERS": "no",
    }
    async with running_town(tmp_path, settings=settings) as town:
        await town.teams.set_clock(FRIDAY)
        await asyncio.sleep(0.6)
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "Tocsin")
        await town.teams.set_clock("2026-11-21T08:30:30+00:00")
        await asyncio.sleep(2)
        assert not [m for m in await town.teams.from_bot("alerts") if m["plain"].startswith("Handover")]


async def test_what_will_be_due_stands_among_what_will_bite(rota: Town) -> None:
    theft = await came(rota, "Credential theft", severity="high")
    told = await rota.told("chidi", "handover 1h")
    assert f"due: High, Credential theft (#{theft['number']})" in told
    await rota.teams.advance(20 * 60)
    await rota.teams.wait_for("alerts", lambda m: m["id"] == theft["id"] and "overdue" in message_text(m))
    told = await rota.told("chidi", "handover 2h")
    assert "due: High" not in told
    assert "1 is overdue" in told
