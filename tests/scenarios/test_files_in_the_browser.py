"""Teams' question about a file, and the file in one's OneDrive, as people see them on the sandbox's page."""

import io

import openpyxl
import pytest
from playwright.async_api import expect

from tests.support.browser import chromium, needs_chromium, needs_libraries, sticking_out, visit
from tests.support.town import Town

pytestmark = [needs_chromium, needs_libraries]


@pytest.mark.parametrize("width", [320, 1280])
async def test_ana_lets_an_export_go_to_her_onedrive_and_opens_it(town: Town, width: int) -> None:
    await town.raised("Mimikatz credential theft")
    async with chromium() as browser:
        page, complaints = await visit(
            browser, f"{town.teams.url}/?as=ana&conversation=ana", width=width, phone=width < 400
        )
        await town.teams.says("ana", "export 1")
        question = page.get_by_role("group", name="tocsin-alert-1-")
        await expect(question).to_contain_text("Export of alert #1: 1 alert.")
        assert not await sticking_out(page)
        await question.get_by_role("button", name="Allow").click()
        chip = page.get_by_role("link", name="In your OneDrive")
        async with page.expect_download() as downloading:
            await chip.click()
        file = await (await downloading.value).path()
        book = openpyxl.load_workbook(io.BytesIO(file.read_bytes()))
        assert book["Alerts"]["B2"].value == "Mimikatz credential theft"
        await expect(question).to_have_count(0)
        assert not await sticking_out(page)
        assert complaints == []


async def test_bo_gets_a_link_of_his_own_in_the_channel(town: Town) -> None:
    raised = await town.raised("Mimikatz credential theft")
    await town.pressed("ana", raised, "Export")
    await town.teams.wait_for_card("alerts", "Kept until")
    async with chromium() as browser:
        page, complaints = await visit(browser, f"{town.teams.url}/?as=bo&conversation=alerts", width=390, phone=True)
        await page.get_by_role("button", name="Get the file").click()
        await expect(page.get_by_text("This link is yours alone")).to_be_visible()
        await expect(page.get_by_role("link", name="Download Excel")).to_be_visible()
        assert not await sticking_out(page)
        assert complaints == []
