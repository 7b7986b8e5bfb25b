"""Both sides by hand: the sandbox's Defender portal beside its chat, as whoever tries `make run` walks it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from bot.sandbox.config import SandboxConfig
from tests.support.browser import chromium, needs_chromium, needs_libraries, sticking_out, visit
from tests.support.town import Town, running_town

pytestmark = [needs_chromium, needs_libraries]

SETTINGS = {
    "TOCSIN_CONVERSATION_LIMITS": "1000/1",
    "TOCSIN_TENANT_LIMITS": "5000/1",
    "TOCSIN_GRAPH_ALERTS": "readwrite",
    "TOCSIN_GRAPH_SECONDS": "0.3",
}
TITLE = "Mimikatz credential theft"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with running_town(tmp_path, settings=SETTINGS, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        yield town


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


async def portal(browser: Browser, town: Town, query: str = "as=bo", *, width: int = 1280) -> tuple[Page, list[str]]:
    return await visit(browser, f"{town.teams.url}/portal?{query}", width=width)


async def with_an_alert(browser: Browser, town: Town) -> tuple[Page, Page, Locator, list[str]]:
    """The chat as Ana, the portal as Bo with the alert before him, and its card."""
    bo, complaints = await portal(browser, town)
    ana, more = await visit(browser, f"{town.teams.url}/?as=ana&conversation=alerts")
    await bo.get_by_role("button", name="New alert", exact=True).click()
    await bo.get_by_role("menuitem", name=TITLE).click()
    await bo.get_by_role("button", name=TITLE).click()
    card = ana.locator(".card", has_text=TITLE)
    await expect(card).to_contain_text("nobody has it yet")
    complaints += more
    return ana, bo, card, complaints


async def save(bo: Page, **fields: str) -> None:
    for label, option in fields.items():
        await bo.locator("#item").get_by_label(label.replace("_", " "), exact=True).select_option(option)
    await bo.get_by_role("button", name="Save as Bo").click()
    await expect(bo.get_by_text("Saved")).to_be_visible()


async def test_what_bo_does_in_the_portal_reaches_the_card_and_what_ana_does_reaches_the_portal(
    town: Town, browser: Browser
) -> None:
    ana, bo, card, complaints = await with_an_alert(browser, town)
    await bo.get_by_label("Comment").fill("isolated the device")
    await save(bo, Status="In progress")
    await expect(card).to_contain_text("In progress")
    await expect(card).to_contain_text("Bo Berg: “isolated the device”")

    # What Bo has begun to write stays while Ana's change comes in.
    await bo.get_by_label("Comment").fill("and now I")
    await card.get_by_role("button", name="Assign to me").click()
    await expect(bo.get_by_label("Assigned to")).to_have_value((await town.teams.person("ana"))["upn"])
    await expect(bo.get_by_text("Tocsin assignedTo: ana")).to_be_visible()
    await expect(bo.get_by_label("Comment")).to_have_value("and now I")
    await expect(card).not_to_contain_text("Not yet in")

    await bo.get_by_role("button", name="Wait for approval").click()
    await expect(card).to_contain_text("waits for somebody's approval")
    await bo.get_by_role("button", name="Remediate and resolve").click()
    await expect(card).to_contain_text("Automated investigation resolved it")
    assert complaints == []
    await ana.close()


async def test_both_change_the_status_and_one_press_brings_the_other_back(town: Town, browser: Browser) -> None:
    _, bo, card, _ = await with_an_alert(browser, town)
    await bo.get_by_role("tab", name="Graph").click()
    await bo.get_by_label("Unavailable (503)").check()
    await card.get_by_role("button", name="More…").click()
    await card.get_by_role("button", name="Start").click()
    await expect(card).to_contain_text("Not yet in Microsoft Defender XDR")
    await bo.get_by_role("tab", name="Alerts").click()
    await save(bo, Status="Resolved")
    await bo.get_by_role("tab", name="Graph").click()
    await bo.get_by_label("Unavailable (503)").uncheck()
    await expect(card).to_contain_text("came later and stands")
    await card.get_by_role("button", name="Undo").click()
    await bo.get_by_role("tab", name="Alerts").click()
    await expect(bo.locator("#item").get_by_label("Status", exact=True)).to_have_value("inProgress")


async def test_what_graph_refuses_stands_on_the_card_in_its_words(town: Town, browser: Browser) -> None:
    _, bo, card, _ = await with_an_alert(browser, town)
    await bo.get_by_role("tab", name="Graph").click()
    await bo.get_by_label("Refuses changes (403)").check()
    await card.get_by_role("button", name="Assign to me").click()
    await expect(card).to_contain_text("Missing application scopes")
    await expect(bo.get_by_label("Calls to Graph")).to_contain_text("403")
    assert (await town.teams.state())["faults"] != []
    await bo.get_by_label("Refuses changes (403)").uncheck()
    await expect(bo.get_by_label("Refuses changes (403)")).not_to_be_checked()
    assert (await town.teams.state())["faults"] == []


@pytest.mark.parametrize("width", [320, 390])
async def test_the_portal_on_a_phone_shows_list_and_alert_in_turn(town: Town, browser: Browser, width: int) -> None:
    title = "A_rather_long_title_of_an_alert_without_a_single_space_that_has_to_be_wrapped_somewhere"
    await town.teams.defender_raises({**(await town.teams.sample("credential_theft"))["payload"], "title": title})
    bo, complaints = await portal(browser, town, "as=bo&theme=dark", width=width)
    await expect(bo.get_by_role("button", name="Save as Bo")).to_be_hidden()
    await bo.get_by_role("button", name=title).click()
    await expect(bo.get_by_role("button", name="Save as Bo")).to_be_visible()
    await expect(bo.get_by_role("tab", name="Incidents")).to_be_hidden()
    assert await sticking_out(bo) == []
    await bo.get_by_role("button", name="Back to the list").click()
    await bo.get_by_role("tab", name="Graph").click()
    await expect(bo.get_by_label("Too many requests (429)")).to_be_visible()
    assert await sticking_out(bo) == []
    assert complaints == []
