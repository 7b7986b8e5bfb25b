"""The main story as people see it: the real program, the sandbox's page, a desktop and a phone side by side."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.browser import chromium, needs_chromium, needs_libraries, post_of, sticking_out, visit
from tests.support.payloads import graph_alert
from tests.support.town import Town

pytestmark = [needs_chromium, needs_libraries]

_WIDTHS = (320, 390, 1280)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


async def at_a_desk(browser: Browser, town: Town, who: str) -> tuple[Page, list[str]]:
    return await visit(browser, f"{town.teams.url}/?as={who}&conversation=alerts")


async def on_a_phone(browser: Browser, town: Town, who: str) -> tuple[Page, list[str]]:
    address = f"{town.teams.url}/?as={who}&conversation=alerts&theme=dark"
    return await visit(browser, address, width=390, height=844, phone=True)


async def press(page: Page, message_id: str, title: str) -> None:
    await post_of(page, message_id).get_by_role("button", name=title, exact=True).click()


async def test_ana_at_a_desk_and_bo_on_a_phone_take_an_alert_from_new_to_resolved(town: Town, browser: Browser) -> None:
    (ana, desk_says), (bo, phone_says) = await at_a_desk(browser, town, "ana"), await on_a_phone(browser, town, "bo")
    for page in (ana, bo):
        await page.evaluate("window.neverReloaded = true")
    alert = (await town.raised("Mimikatz credential theft"))["id"]
    at_desk, on_phone = post_of(ana, alert), post_of(bo, alert)
    for seen in (at_desk, on_phone):
        await expect(seen.get_by_text("nobody has it yet")).to_be_visible()

    await press(ana, alert, "Assign to me")
    for seen in (at_desk, on_phone):
        await expect(seen.locator(".card")).to_contain_text("HIGH · New · Ana Alvarez")

    await press(bo, alert, "More…")
    await press(bo, alert, "Comment…")
    await press(bo, alert, "Comment")
    await expect(on_phone.get_by_text("Write something, or press Back.")).to_be_visible()
    await on_phone.get_by_role("textbox").fill("looks real, isolating web-1")
    await press(bo, alert, "Comment")
    for seen in (at_desk, on_phone):
        await expect(seen.locator(".card")).to_contain_text("Bo Berg: “looks real, isolating web-1”")

    await press(bo, alert, "More…")
    await press(bo, alert, "Link…")
    incident = on_phone.get_by_role("combobox", name="Link to incident")
    await expect(incident).to_have_value("New incident: Mimikatz credential theft")
    await press(bo, alert, "Link")
    for seen in (at_desk, on_phone):
        await expect(seen.locator(".card")).to_contain_text("incident 1")

    await press(ana, alert, "Resolve…")
    await at_desk.get_by_label("What was it?").select_option("True positive · Malware")
    await press(ana, alert, "Resolve")
    for seen in (at_desk, on_phone):
        await expect(seen.locator(".card")).to_contain_text("HIGH · Resolved · Ana Alvarez")
        await expect(seen.locator(".card")).to_contain_text("True positive · Malware")
        # Both are at it, so Teams has asked for a view of their own of the card as it is now.
        await expect(seen.get_by_text(" sees this view")).to_have_count(1)

    assert await at_desk.locator(".card").inner_text() == await on_phone.locator(".card").inner_text()
    assert [await page.evaluate("window.neverReloaded") for page in (ana, bo)] == [True, True]
    assert desk_says + phone_says == []


async def test_a_strangers_press_is_refused_in_words_and_changes_nothing(town: Town, browser: Browser) -> None:
    posted = await town.raised()
    (sam, sam_hears), (ana, ana_hears) = await at_a_desk(browser, town, "sam"), await at_a_desk(browser, town, "ana")
    await press(sam, posted["id"], "Assign to me")
    await expect(post_of(sam, posted["id"]).get_by_role("alert")).to_contain_text("Something went wrong")
    for page in (sam, ana):
        await expect(post_of(page, posted["id"]).get_by_text("nobody has it yet")).to_be_visible()
    assert (await town.alert(posted["number"])).revision == 1
    assert sam_hears + ana_hears == []


async def test_who_presses_a_moment_later_is_told_who_was_first(town: Town, browser: Browser) -> None:
    posted = await town.raised()
    ana, _ = await at_a_desk(browser, town, "ana")
    await town.teams.fault("update", status=503, times=1)
    await town.teams.press("bo", posted, "Assign to me")
    await press(ana, posted["id"], "Assign to me")
    await expect(post_of(ana, posted["id"]).locator(".card")).to_contain_text("Bo Berg was first: Bo Berg took it")
    assert (await town.alert(posted["number"])).assignee == (await town.teams.person("bo"))["objectId"]


async def test_buttons_stand_in_one_row_at_a_desk_and_in_two_on_a_phone(town: Town, browser: Browser) -> None:
    posted = await town.raised()
    rows = []
    for open_page in (at_a_desk, on_a_phone):
        page, _ = await open_page(browser, town, "ana")
        buttons = post_of(page, posted["id"]).locator(".ac-pushButton:visible")
        await expect(buttons).to_have_text(["Assign to me", "Resolve…", "Similar", "More…"])
        rows.append(
            len({await button.evaluate("b => b.getBoundingClientRect().top") for button in await buttons.all()})
        )
    assert rows == [1, 2]


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_view_of_an_alert_is_wider_than_the_window(town: Town, browser: Browser, theme: str) -> None:
    given = {**graph_alert(full=True), "title": "Dropped " + "0c9d8e7f6a5b4c3d2e1f" * 5, "incidentId": None}
    posted = await town.raised(given.pop("title"), **{name: given[name] for name in ("evidence", "description")})
    for words in ("queue", "help", "digest"):
        await town.told("ana", words, in_="alerts")
    page, complaints = await visit(browser, f"{town.teams.url}/?as=ana&conversation=alerts&theme={theme}")
    views = ["More…", "Details", "Back", "Similar", "Back", "More…", "Classify…", "Back", "Resolve…", "Back"]
    for width in _WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        for title in views:
            await press(page, posted["id"], title)
            await expect(post_of(page, posted["id"]).locator('.card[aria-busy="true"]')).to_have_count(0)
            assert await sticking_out(page) == [], (width, title)
    assert complaints == []
