"""`mine` in one's own chat: one alert after the other, with one thumb."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.config import SandboxConfig
from tests.support.sandbox import buttons
from tests.support.town import Town, running_town

GENEROUS = {"TOCSIN_CONVERSATION_LIMITS": "1000/1", "TOCSIN_TENANT_LIMITS": "5000/1"}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with running_town(tmp_path, settings=GENEROUS, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        yield town


async def test_the_next_alert_follows_each_decision(town: Town) -> None:
    for title, severity in (("Port scan", "low"), ("Mimikatz", "high"), ("Odd sign-in", "medium"), ("Of Bo", "high")):
        raised = await town.raised(title, severity=severity)
        await town.pressed("bo" if title == "Of Bo" else "ana", raised, "Assign to me")
    # The worst comes first.
    told = await town.told("ana", "mine")
    assert "1 of 3 that you have" in told
    assert "Mimikatz" in told
    deck = (await town.teams.from_bot("ana"))[-1]
    # She looks at it, and back at it.
    await town.pressed("ana", deck, "Details")
    assert "Mimikatz" in await town.pressed("ana", deck, "Back")
    # A comment is no decision: it stays.
    await town.pressed("ana", deck, "Comment…")
    assert "Mimikatz" in await town.pressed("ana", deck, "Comment", comment="Looks real.")
    # Not now: the next one, and round again.
    assert "Odd sign-in" in await town.pressed("ana", deck, "Next")
    assert "Port scan" in await town.pressed("ana", deck, "Next")
    shown = await town.pressed("ana", deck, "Next")
    assert "Mimikatz" in shown
    # A decision: what follows says what was done.
    await town.pressed("ana", deck, "Resolve…")
    after = await town.pressed("ana", deck, "Resolve", classification="truePositive:malware")
    assert "Odd sign-in" in after
    assert "#2: Ana Alvarez resolved it: True positive · Malware. 1 of 2 that you have" in after
    # It was a slip of the thumb.
    back = await town.pressed("ana", deck, "Undo #2")
    assert "Mimikatz" in back
    assert (await town.alert(2)).is_open
    # Giving it to Bo is a decision, too; and then nothing is left.
    await town.pressed("ana", deck, "Assign…")
    assert "Odd sign-in" in await town.pressed("ana", deck, "To nobody")
    for number in (3, 1):
        await town.pressed("ana", deck, "Resolve…")
        last = await town.pressed("ana", deck, "Resolve", classification="falsePositive:notMalicious")
        assert not (await town.alert(number)).is_open
    assert "You have no open alerts. Enjoy the quiet." in last


async def test_from_the_notice_of_a_high_alert_to_its_end_in_four_taps(town: Town) -> None:
    """The card is there, on a phone: take it, resolve it, say what it was, done."""
    raised = await town.raised("Mimikatz credential theft", severity="high")
    await town.pressed("chidi", raised, "Assign to me")
    await town.pressed("chidi", raised, "Resolve…")
    assert "classification" in str(await town.teams.card("alerts", as_="chidi", containing="Mimikatz"))
    done = await town.pressed("chidi", raised, "Resolve", classification="falsePositive:notMalicious")
    assert "Resolved" in done
    seen = await town.teams.card("alerts", as_="chidi", containing="Mimikatz")
    assert "Reopen" in buttons(seen)


async def test_in_a_channel_mine_is_a_list(town: Town) -> None:
    raised = await town.raised("Mimikatz")
    await town.pressed("ana", raised, "Assign to me")
    assert "My alerts" in await town.told("ana", "mine", in_="alerts")
