"""Dialogs as people see them: at a desk, on a phone, by keyboard, in both themes, while the card goes on changing."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from bot.alerts.words import Status
from tests.scenarios.test_in_the_browser import at_a_desk, on_a_phone, press
from tests.support.browser import chromium, needs_chromium, needs_libraries, post_of, sticking_out, visit
from tests.support.town import Town

pytestmark = [needs_chromium, needs_libraries]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


async def managed(page: Page, message_id: str) -> Locator:
    """Open “Manage…” from a card."""
    await press(page, message_id, "More…")
    await press(page, message_id, "Manage…")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    return dialog


async def button(dialog: Locator, title: str) -> None:
    await dialog.get_by_role("button", name=title, exact=True).click()


async def test_an_alert_is_resolved_on_a_phone_while_its_card_is_updated_underneath(
    town: Town, browser: Browser
) -> None:
    posted = await town.raised()
    bo, complaints = await on_a_phone(browser, town, "bo")
    dialog = await managed(bo, posted["id"])
    size = await dialog.evaluate("d => [d.getBoundingClientRect().width, d.getBoundingClientRect().height]")
    assert size == [390, 844]
    await dialog.get_by_label("Comment").fill("Our own backup job")
    await dialog.get_by_label("What was it?").select_option("False positive · Not malicious")

    await town.told("ana", f"tag {posted['number']} +vip", in_="alerts")
    await expect(post_of(bo, posted["id"]).locator(".card")).to_contain_text("vip")
    await expect(dialog.get_by_label("Comment")).to_have_value("Our own backup job")

    await dialog.get_by_label("Status").select_option("Resolved")
    await button(dialog, "Save")
    await expect(dialog).to_have_count(0)
    await expect(post_of(bo, posted["id"]).locator(".card")).to_contain_text("Resolved")
    kept = await town.alert(posted["number"])
    assert (kept.status, kept.determination, kept.tags) == (Status.RESOLVED, "notMalicious", ("vip",))
    assert complaints == []


async def test_by_keyboard_alone_it_is_opened_filled_saved_and_closed(town: Town, browser: Browser) -> None:
    posted = await town.raised()
    ana, _ = await at_a_desk(browser, town, "ana")
    dialog = await managed(ana, posted["id"])
    await ana.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)

    manage = post_of(ana, posted["id"]).get_by_role("button", name="Manage…", exact=True)
    await manage.focus()
    await ana.keyboard.press("Enter")
    await expect(dialog.get_by_role("heading", name=f"Manage alert #{posted['number']}")).to_be_focused()
    status = dialog.get_by_label("Status")
    for _ in range(10):
        await ana.keyboard.press("Tab")
        if await status.evaluate("one => one === document.activeElement"):
            break
    await ana.keyboard.press("ArrowDown")
    await expect(status).to_have_value("inProgress")
    await dialog.get_by_role("button", name="Save", exact=True).focus()
    await ana.keyboard.press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(post_of(ana, posted["id"]).locator(".card")).to_contain_text("In progress")


async def test_somebody_is_found_by_name_and_a_refusal_is_said_above_what_was_typed(
    town: Town, browser: Browser
) -> None:
    posted = await town.raised()
    ana, _ = await at_a_desk(browser, town, "ana")
    dialog = await managed(ana, posted["id"])
    await dialog.get_by_label("Comment").fill("typed before")
    await button(dialog, "Save")
    await expect(dialog).to_have_count(0)

    dialog = await managed(ana, posted["id"])
    await button(dialog, "Save")
    await expect(dialog.get_by_text("Nothing was changed yet.")).to_be_visible()
    who = dialog.get_by_role("combobox", name="Assigned to")
    await who.fill("Dana")
    await dialog.get_by_role("option", name="Dana").click()
    await button(dialog, "Save")
    await expect(dialog).to_have_count(0)
    assert (await town.alert(posted["number"])).assignee == (await town.teams.person("dana"))["objectId"]


async def test_when_the_app_does_not_answer_the_dialog_stays_with_what_was_typed(town: Town, browser: Browser) -> None:
    posted = await town.raised()
    ana, _ = await at_a_desk(browser, town, "ana")
    dialog = await managed(ana, posted["id"])
    await dialog.get_by_label("Comment").fill("kept")
    bot = town.bot
    await town.teams.connect_bot("http://127.0.0.1:9")
    await button(dialog, "Save")
    await expect(dialog.get_by_role("alert")).to_contain_text("Something went wrong")
    await expect(dialog.get_by_label("Comment")).to_have_value("kept")
    await town.teams.connect_bot(bot)
    await button(dialog, "Save")
    await expect(dialog).to_have_count(0)
    assert (await town.alert(posted["number"])).comment_count == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_step_of_a_dialog_is_wider_than_the_window_and_each_leads_on(
    town: Town, browser: Browser, theme: str
) -> None:
    posted = await town.raised(systemTags=["Critical asset"])
    await town.told("bo", f"tag {posted['number']} +vip +lab", in_="alerts")
    wish = "severity>=medium (host:web-* or user:ana or evidence(kind:file role:trigger file.name:mimi*)) not tag:lab"
    await town.told("bo", f"subscribe {wish}", in_="alerts")
    chosen = await town.teams.wait_for_card("alerts", "Choose alerts…")
    for width in (320, 390, 1280):
        address = f"{town.teams.url}/?as=ana&conversation=alerts&theme={theme}"
        page, complaints = await visit(browser, address, width=width, height=800)
        dialog = await managed(page, posted["id"])
        await button(dialog, "When to use which?")
        assert await sticking_out(page) == [], width
        await page.keyboard.press("Escape")
        await press(page, chosen["id"], "Choose alerts…")
        for line in ("any of:", "Severity is at least Medium", "a piece of evidence with:", "not: Tag is lab"):
            await dialog.get_by_text(line, exact=True).first.click()
            await expect(dialog.get_by_text("So far:")).to_be_visible()
            assert await sticking_out(page) == [], (width, line)
            await button(dialog, "Back")
        for title in ("Add filter", "Add evidence"):
            await button(dialog, title)
            await expect(dialog.get_by_text("So far:")).to_be_visible()
            assert await sticking_out(page) == [], (width, title)
            await button(dialog, "Back")
            await expect(dialog.get_by_label("The same as text")).to_have_value(wish)
        assert complaints == []
        await page.close()


async def test_groups_in_groups_in_groups_leave_room_for_their_words(town: Town, browser: Browser) -> None:
    page, complaints = await visit(browser, f"{town.teams.url}/?as=ana&conversation=ana", width=320, height=700)
    deep = "(" * 12 + "severity:high or title:mimikatz" + ") host:web-1) or user:ana" * 6
    await town.told("ana", f"queue {deep}")
    queue = await town.teams.wait_for_card("ana", "Filter…")
    await press(page, queue["id"], "Filter…")
    line = page.get_by_role("dialog").get_by_text("Title has the words mimikatz")
    await expect(line).to_be_visible()
    assert await line.evaluate("one => one.getBoundingClientRect().width") > 60
    assert await sticking_out(page) == []
    assert complaints == []


async def test_a_filter_is_made_with_one_thumb(town: Town, browser: Browser) -> None:
    await town.told("ana", "subscribe", in_="quiet")
    chosen = await town.teams.wait_for_card("quiet", "Choose alerts…")
    page, _ = await visit(
        browser, f"{town.teams.url}/?as=ana&conversation=quiet&theme=dark", width=320, height=700, phone=True
    )
    await press(page, chosen["id"], "Choose alerts…")
    dialog = page.get_by_role("dialog")
    await button(dialog, "Add filter")
    await button(dialog, "Severity")
    await dialog.get_by_label("Medium").check()
    await button(dialog, "Done")
    await button(dialog, "Add filter")
    field = dialog.get_by_role("combobox", name="Or one of these")
    await field.fill("file: name")
    await dialog.get_by_role("option", name="File: name").first.click()
    await button(dialog, "Next")
    await dialog.get_by_label("this, or each on a line of its own").fill("mimi*")
    await button(dialog, "Done")
    await expect(dialog.get_by_label("The same as text")).to_have_value("severity>=medium file.name:mimi*")
    await button(dialog, "Subscribe")
    await expect(dialog).to_have_count(0)
    await town.teams.wait_for_card("quiet", "severity>=medium file.name:mimi*")
