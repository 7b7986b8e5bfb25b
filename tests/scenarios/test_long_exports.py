"""Exports that take a while: people see how far they are, can stop them, and a restart begins them again."""

import io
import time
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest

from bot.alert_book import AlertBook
from bot.alerts.export import ExportState
from bot.alerts.ports import UnitOfWork
from bot.delivery import export_progress, exports
from bot.usecases.exporting import Batch
from tests.scenarios.test_exporting_in_chat import offer_in, offered
from tests.support.sandbox import buttons, message_text
from tests.support.town import Json, Town
from tests.unit.storage.made import alert, birth

MANY = 1_000
ADD = AlertBook.add


async def many_alerts(town: Town) -> None:
    now = datetime.now(UTC)

    def fill(uow: UnitOfWork) -> None:
        numbers = uow.alerts.numbers(MANY)
        at = {"last_activity": now, "first_activity": now - timedelta(hours=1), "received_at": now}
        uow.alerts.open([birth(alert(number, f"many-{number}", **at)) for number in numbers])

    await town.changed(fill)


@pytest.fixture
async def slow(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Twenty alerts at a time, each time for a while, and told of each time."""

    def slowly(book: AlertBook, batch: Batch) -> None:
        time.sleep(0.05)
        ADD(book, batch)

    monkeypatch.setattr(exports, "TOGETHER", 20)
    monkeypatch.setattr(export_progress, "TELL_EVERY", 0)
    monkeypatch.setattr(AlertBook, "add", slowly)
    await many_alerts(town)
    return town


def is_under_way(message: Json) -> bool:
    text = message_text(message)
    return "of 1,000 alerts" in text and "0 of 1,000" not in text.replace("00 of 1,000", "")


async def test_people_see_how_far_it_is_and_a_press_is_answered_meanwhile(slow: Town) -> None:
    await slow.teams.says("ana", "export all")
    begun = await slow.teams.wait_for("ana", is_under_way)
    assert buttons(begun["card"]) == ["Stop"]
    assert "What you can say" in await slow.told("bo", "help")
    _, offer = await offer_in(slow, "ana")
    assert "1,000 alerts" in offer["content"]["description"]
    ready = await slow.teams.wait_for("ana", "1,000 alerts, Excel")
    assert ready["id"] == begun["id"]


async def test_what_is_stopped_comes_to_nothing(slow: Town) -> None:
    await slow.teams.says("ana", "export all")
    begun = await slow.teams.wait_for("ana", is_under_way)
    assert (await slow.teams.press("ana", begun, "Stop"))["outcome"] == "card"
    await slow.teams.wait_for("ana", "It was stopped")

    async def nobody_works() -> bool:
        return not await slow.kept(lambda uow: uow.exports.under_way(uow.exports.get(1).person))

    await slow.teams.until(nobody_works, waiting_for="the worker to stop")
    export = await slow.kept(lambda uow: uow.exports.get(1))
    assert export.state is ExportState.STOPPED
    assert not any(map(offered, await slow.teams.from_bot("ana")))


async def test_a_restart_begins_again_and_says_so(slow: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await slow.teams.says("ana", "export all")
    await slow.teams.wait_for("ana", is_under_way)
    await slow.stop()
    await slow.start()
    await slow.teams.wait_for("ana", "was restarted meanwhile, and has begun again")
    monkeypatch.setattr(AlertBook, "add", ADD)
    message, offer = await offer_in(slow, "ana")
    assert "1,000 alerts" in offer["content"]["description"]
    await slow.stop()
    await slow.start()
    answered = await slow.teams.consents("ana", message)
    assert answered["status"] == 200
    await slow.teams.wait_for("ana", "it is in your OneDrive")
    async with slow.http.get(answered["value"]["uploadInfo"]["contentUrl"]) as answer:
        book = openpyxl.load_workbook(io.BytesIO(await answer.read()), read_only=True)
    assert sum(1 for _ in book["Alerts"].iter_rows(min_row=2, values_only=True)) == MANY
    book.close()


async def test_nobody_has_more_than_a_few_under_way(slow: Town) -> None:
    for _ in range(4):
        await slow.teams.says("ana", "export all")
    await slow.teams.wait_for("ana", "3 exports under way already")
    assert len(await slow.kept(lambda uow: uow.exports.trail(limit=9))) == 3
