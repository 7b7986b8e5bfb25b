"""The sandbox's page in a real browser."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.support.browser import chromium, needs_chromium, needs_libraries
from tests.support.browser import visit as open_page
from tests.support.sandbox import Teams
from tests.support.sandbox_bot import FakeBot, bot_in_sandbox, card, card_answer, card_message, execute

pytestmark = needs_chromium


@pytest.fixture
async def place() -> AsyncIterator[tuple[Teams, FakeBot]]:
    async with bot_in_sandbox() as (teams, bot):
        await teams.install("ana", channel="alerts")
        yield teams, bot


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


async def visit(browser: Browser, teams: Teams, query: str, *, width: int = 1280) -> tuple[Page, list[str]]:
    return await open_page(browser, f"{teams.url}/?{query}", width=width)


def alert(title: str, **more: Any) -> dict[str, Any]:
    badge = {"type": "Badge", "text": "High", "style": "Attention", "fallback": "drop"}
    people = {
        "type": "Input.ChoiceSet", "id": "to", "label": "To", "choices": [],
        "choices.data": {"type": "Data.Query", "dataset": "graph.microsoft.com/users"},
    }  # fmt: skip
    chart = {
        "type": "Chart.Donut",
        "title": "Kinds",
        "data": [{"legend": "a", "value": 2}, {"legend": "b", "value": 1}],
    }
    secondary = {**execute("History", "history"), "mode": "secondary"}
    content = card(title, actions=[execute("Assign", "assign", alert=1), secondary], **more)
    content["body"] += [badge, people, chart]
    return content


@needs_libraries
async def test_a_press_changes_the_pressers_view_and_an_update_everybodys(
    place: tuple[Teams, FakeBot], browser: Browser
) -> None:
    teams, bot = place
    ana, complaints = await visit(browser, teams, "as=ana&conversation=alerts&theme=dark")
    bo, _ = await visit(browser, teams, "as=bo&conversation=alerts")
    await bot.post_thread("alerts", card_message(alert("Mimikatz")))
    message = (await teams.from_bot("alerts"))[-1]
    chidi = await teams.person("chidi")

    await ana.get_by_role("combobox", name="To").fill("chi")
    await ana.get_by_role("option", name="Chidi Cole").click()
    bot.answer = lambda _: card_answer(alert("Yours, Ana"))
    await ana.get_by_role("button", name="Assign").click()

    await expect(ana.get_by_text("Yours, Ana")).to_be_visible()
    await expect(ana.get_by_text("Only Ana sees this view")).to_be_visible()
    await expect(bo.get_by_text("Mimikatz")).to_be_visible()
    assert bot.heard[-1]["value"]["action"]["data"] == {"alert": 1, "to": chidi["objectId"]}

    where = f"{await bot.id_of('alerts')};messageid={message['id']}"
    await bot.call("PUT", "conversations", where, "activities", message["id"], body=card_message(alert("Chidi has it")))
    for page in (ana, bo):
        await expect(page.get_by_text("Chidi has it")).to_be_visible()
    await expect(ana.get_by_role("img", name="Kinds: a 2, b 1")).to_be_visible()
    assert complaints == []


@needs_libraries
async def test_what_somebody_types_in_a_card_survives_new_messages_but_not_an_update(
    place: tuple[Teams, FakeBot], browser: Browser
) -> None:
    teams, bot = place
    content = card("Say something", actions=[execute("Comment", "comment")])
    content["body"].append({"type": "Input.Text", "id": "comment", "label": "Comment"})
    await bot.post_thread("alerts", card_message(content))
    message = (await teams.from_bot("alerts"))[-1]
    page, _ = await visit(browser, teams, "as=ana&conversation=alerts")
    box = page.get_by_role("textbox", name="Comment")
    await box.press_sequentially("looks ")
    await bot.post_thread("alerts", card_message(card("Another alert")))
    await expect(page.get_by_text("Another alert")).to_be_visible()
    await page.keyboard.type("real")
    await expect(box).to_have_value("looks real")
    where = f"{await bot.id_of('alerts')};messageid={message['id']}"
    await bot.call("PUT", "conversations", where, "activities", message["id"], body=card_message(content))
    await expect(box).to_have_value("")


@needs_libraries
async def test_the_menu_of_a_card_works_by_keyboard_and_an_error_is_told(
    place: tuple[Teams, FakeBot], browser: Browser
) -> None:
    teams, bot = place
    await bot.post_thread("alerts", card_message(alert("Mimikatz")))
    page, _ = await visit(browser, teams, "as=ana&conversation=alerts")
    bot.status = 500
    await page.get_by_role("button", name="More actions").press("Enter")
    await page.get_by_role("menuitem", name="History").press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("Something went wrong. Please try again.")


@needs_libraries
@pytest.mark.parametrize("width", [320, 390])
async def test_a_phone_shows_list_and_conversation_in_turn_and_nothing_is_wider_than_it(
    place: tuple[Teams, FakeBot], browser: Browser, width: int
) -> None:
    teams, bot = place
    await bot.post_thread("alerts", card_message(alert("A rather long title of an alert that has to be wrapped")))
    page, complaints = await visit(browser, teams, "as=ana&conversation=alerts", width=width)
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    await expect(page.get_by_role("button", name="General")).to_be_hidden()
    await page.get_by_role("button", name="All channels and chats").click()
    await page.get_by_role("button", name="General").click()
    await expect(page.get_by_role("heading", name="General")).to_be_visible()
    assert complaints == []


@needs_libraries
async def test_people_write_and_the_controls_send_an_alert(place: tuple[Teams, FakeBot], browser: Browser) -> None:
    teams, bot = place
    bot.heard.clear()
    page, _ = await visit(browser, teams, "as=ana&conversation=alerts&panel=on")
    await page.get_by_label("Start a post").fill("queue")
    await page.keyboard.press("Enter")
    await expect(page.locator(".post")).to_contain_text("queue")
    assert bot.heard[-1]["text"] == "<at>Tocsin</at> queue"
    await page.get_by_role("button", name="Mimikatz credential theft").click()
    await expect(page.get_by_text("The alert was taken")).to_be_visible()
    assert bot.alerts[0][1]["title"] == "Mimikatz credential theft"


@needs_libraries
async def test_a_dialog_opens_over_the_page_and_is_sent(place: tuple[Teams, FakeBot], browser: Browser) -> None:
    teams, bot = place
    opens = {"type": "Action.Submit", "title": "Tune", "data": {"msteams": {"type": "task/fetch"}}}
    await bot.post_thread("alerts", card_message(card("Alert", actions=[opens])))
    form = card("Why?", actions=[{"type": "Action.Submit", "title": "Save"}])
    form["body"].append({"type": "Input.Text", "id": "why", "label": "Reason"})
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": form}
    bot.answer = lambda _: {"task": {"type": "continue", "value": {"title": "Tuning", "card": attachment}}}
    page, _ = await visit(browser, teams, "as=ana&conversation=alerts")
    await page.get_by_role("button", name="Tune").click()
    await page.get_by_role("dialog", name="Tuning").get_by_label("Reason").fill("noise")
    bot.answer = lambda _: {"task": {"type": "message", "value": "Saved"}}
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("Saved")
    assert bot.heard[-1]["value"]["data"] == {"why": "noise"}
    await page.get_by_role("dialog").get_by_text("Close", exact=True).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_without_its_libraries_the_page_says_what_to_do(place: tuple[Teams, FakeBot], browser: Browser) -> None:
    teams, _ = place
    page = await browser.new_page()
    await page.route("**/library/*", lambda route: route.fulfill(status=404))
    await page.goto(teams.url)
    await expect(page.get_by_text("Run npm ci in the folder bot/sandbox/page")).to_be_visible()
