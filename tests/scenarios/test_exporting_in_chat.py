"""Exports from chat: into one's OneDrive by Teams' own question, by a link that expires elsewhere, for nobody else."""

import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openpyxl
import pytest

from bot.alerts.export import ExportState
from bot.sandbox.config import SandboxConfig
from bot.sandbox.world import OFFER_TYPE, World
from tests.support.payloads import graph_alert
from tests.support.program import run
from tests.support.sandbox import buttons, card_text, message_text
from tests.support.town import Json, Town, running_town

INFO_TYPE = "application/vnd.microsoft.teams.card.file.info"


def offered(message: Json) -> Json | None:
    return next((a for a in message["attachments"] if a["contentType"] == OFFER_TYPE), None)


def informed(message: Json) -> Json | None:
    return next((a for a in message["attachments"] if a["contentType"] == INFO_TYPE), None)


async def offer_in(town: Town, who: str) -> tuple[Json, Json]:
    """The newest question of Teams' in somebody's chat: the message, and its attachment."""
    message = await town.teams.wait_for(who, lambda m: offered(m) is not None)
    attachment = offered(message)
    assert attachment is not None
    return message, attachment


async def bytes_at(town: Town, url: str, **headers: str) -> tuple[int, bytes, Any]:
    async with town.http.get(url, headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers


def numbers_in(data: bytes) -> list[int]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [row[0] for row in book["Alerts"].iter_rows(min_row=2, values_only=True)]


def link_in(town: Town, card: Json) -> str:
    """The address behind the download button, at the port that the program has in this test."""
    urls: list[str] = []

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if part.get("type") == "Action.OpenUrl":
                urls.append(part["url"])
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(card)
    (url,) = urls
    return town.bot + urlsplit(url).path


async def link_of(town: Town, who: str, message: Json) -> str:
    """What somebody gets who asks for the file on the card of an export."""
    answer = await town.teams.press(who, message, "Get the file")
    assert answer["outcome"] == "card", answer
    return link_in(town, answer["card"])


async def test_in_ones_own_chat_it_goes_to_ones_onedrive(town: Town) -> None:
    await town.raised("First")
    await town.raised("Second", severity="low")
    await town.teams.says("ana", "export")
    message, offer = await offer_in(town, "ana")
    content = offer["content"]
    assert offer["name"].startswith("tocsin-queue-")
    assert offer["name"].endswith(".xlsx")
    assert content["sizeInBytes"] > 5_000
    assert "2 alerts" in content["description"]
    assert content["acceptContext"] == content["declineContext"] == {"export": 1}

    answered = await town.teams.consents("ana", message)
    assert answered["status"] == 200
    there = await town.teams.wait_for("ana", lambda m: informed(m) is not None)
    info = informed(there)
    assert info is not None
    assert info["name"] == offer["name"]
    assert info["content"] == {"uniqueId": answered["value"]["uploadInfo"]["uniqueId"], "fileType": "xlsx"}
    status, data, _ = await bytes_at(town, info["contentUrl"])
    assert (status, len(data)) == (200, content["sizeInBytes"])
    assert numbers_in(data) == [2, 1]
    # Teams leaves its question standing; nobody shall answer it twice.
    after = await town.teams.wait_for("ana", "it is in your OneDrive")
    assert after["id"] == message["id"]
    assert offered(after) is None
    calls = await town.teams.journal("upload")
    assert [(call["method"], call["status"]) for call in calls] == [("PUT", 201)]


async def test_it_is_the_same_on_both_databases(database: str, tmp_path: Path) -> None:
    config = SandboxConfig(enforce_limits=False)
    async with running_town(tmp_path, database_url=database, config=config) as town:
        await town.teams.install("ana", channel="alerts")
        raised = await town.raised("First")
        await town.teams.says("ana", "export")
        message, _ = await offer_in(town, "ana")
        await town.teams.consents("ana", message)
        await town.teams.wait_for("ana", "it is in your OneDrive")
        answer = await town.teams.press("bo", raised, "Export", repeat=3, together=True)
        assert {one["outcome"] for one in answer["answers"]} == {"message"}
        ready = await town.teams.wait_for_card("alerts", "1 alert, Excel")
        assert len(await town.kept(lambda uow: uow.exports.trail(limit=9))) == 2
        _, data, _ = await bytes_at(town, await link_of(town, "bo", ready))
        assert numbers_in(data) == [1]


async def test_what_one_declines_is_gone_and_can_be_asked_for_again(town: Town) -> None:
    raised = await town.raised("First")
    await town.pressed("ana", raised, "Export")
    await town.teams.says("ana", "export 1 csv")
    message, offer = await offer_in(town, "ana")
    assert offer["name"].endswith(".csv")
    assert (await town.teams.consents("ana", message, action="decline", repeat=2))["status"] == 200
    after = await town.teams.wait_for("ana", "not saved, and gone")
    assert after["id"] == message["id"]
    assert not await town.kept(lambda uow: uow.exports.piece(2, 0))
    # Too late: it is as it is.
    assert (await town.teams.press("ana", after, "Export again"))["outcome"] == "message"
    again = await town.teams.wait_for("ana", lambda m: offered(m) is not None and m["id"] != message["id"])
    attachment = offered(again)
    assert attachment is not None
    assert attachment["name"].endswith(".csv")


async def test_elsewhere_everybody_asks_for_a_link_of_their_own(town: Town) -> None:
    raised = await town.raised("First")
    said = await town.pressed("ana", raised, "Export")
    assert "being made" in said
    card = await town.teams.wait_for_card("alerts", "Export of alert #1")
    assert card["thread"] == raised["id"]
    ready = await town.teams.wait_for_card("alerts", "1 alert, Excel")
    assert "Asked for by Ana Alvarez" in card_text(ready["card"])
    assert "http" not in str(ready["card"]).replace("http://adaptivecards.io", "")  # what all see leads nowhere

    ana, bo = await link_of(town, "ana", ready), await link_of(town, "bo", ready)
    assert ana != bo
    status, data, headers = await bytes_at(town, ana)
    assert status == 200
    assert numbers_in(data) == [1]
    assert headers["Content-Disposition"].startswith('attachment; filename="tocsin-alert-1-')
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Content-Type"].endswith("spreadsheetml.sheet")
    async with town.http.head(ana) as looked:
        assert looked.status == 405  # nobody who only looks is counted

    # A name that somebody makes up changes nothing of what is sent.
    where, _, _name = ana.rpartition("/")
    status, _, headers = await bytes_at(town, f"{where}/evil%0d%0aSet-Cookie:%20a=b")
    assert status == 200
    assert "Set-Cookie" not in headers
    assert headers["Content-Disposition"].endswith('.xlsx"')
    fetched = (await town.kept(lambda uow: uow.exports.trail(limit=1)))[0]
    assert (fetched[0].person_name, dict(fetched[1])) == ("Ana Alvarez", {"Ana Alvarez": 2})


async def test_the_operator_sees_who_took_what_out(town: Town) -> None:
    raised = await town.raised("First")
    await town.pressed("ana", raised, "Export")
    ready = await town.teams.wait_for_card("alerts", "1 alert, Excel")
    await bytes_at(town, await link_of(town, "bo", ready))
    ended = await run("exports", environment=town.environment)
    assert ended.code == 0, ended.err
    first, last = ended.out.splitlines()
    assert "Ana Alvarez (" in first
    assert first.endswith("in alerts: alerts number:1, 1 alerts as xlsx, ready, fetched by Bo Berg (1)")
    assert last == "1 exports."


async def test_a_link_expires_before_its_file_and_says_so(town: Town) -> None:
    raised = await town.raised("First")
    await town.pressed("ana", raised, "Export")
    ready = await town.teams.wait_for_card("alerts", "1 alert, Excel")
    link = await link_of(town, "ana", ready)
    await town.teams.advance(16 * 60)
    await town.teams.until(lambda: gone(town, link), waiting_for="the link to expire")
    newer = link_in(town, (await town.teams.press("ana", ready, "New link"))["card"])
    assert (await bytes_at(town, newer))[0] == 200
    await town.teams.advance(24 * 3600)
    after = await town.teams.wait_for_card("alerts", "it has expired, and is gone")
    assert "Get the file" not in buttons(after["card"])
    answer = await town.asks(urlsplit(newer).path)
    assert (answer.status, answer.content_type) == (410, "application/problem+json")
    assert not await town.kept(lambda uow: uow.exports.piece(1, 0))
    unknown = await town.asks("/exports/nobody-was-given-this/a.xlsx")
    assert (unknown.status, unknown.content_type) == (404, "application/problem+json")


async def gone(town: Town, link: str) -> bool:
    return (await bytes_at(town, link))[0] == 410


async def test_who_guesses_links_has_to_wait(town: Town) -> None:
    answers = [(await town.asks(f"/exports/guess-{n}/a.xlsx")).status for n in range(32)]
    assert answers.count(404) == 30
    assert answers[-1] == 429


async def test_only_what_one_may_see_is_in_it_and_only_for_them(tmp_path: Path) -> None:
    async with restricted_town(tmp_path) as town:
        await town.raised("For all")
        await town.report("graph", graph_alert(id="fa9", title="Mail", serviceSource="microsoftDefenderForOffice365"))
        await town.teams.says("ana", "export all")
        _, offer = await offer_in(town, "ana")
        assert "2 alerts" in offer["content"]["description"]
        await town.teams.says("bo", "export all")
        _, offer = await offer_in(town, "bo")
        assert "1 alert" in offer["content"]["description"]
        assert await town.told("bo", "export 2") == "This is not available here."
        # In the channel there is only what everybody there may see.
        await town.teams.says("ana", "export all", in_="alerts")
        ready = await town.teams.wait_for_card("alerts", "1 alert, Excel")
        _, data, _ = await bytes_at(town, await link_of(town, "bo", ready))
        assert numbers_in(data) == [1]
        # Somebody else's export does not exist in one's own chat.
        mine, _ = await offer_in(town, "ana")
        forged = {"type": "fileUpload", "action": "decline", "context": {"export": 1}}
        assert (await town.teams.invokes("bo", "fileConsent/invoke", forged))["status"] == 404
        assert offered((await town.teams.messages("ana"))[-1]) is not None
        assert mine is not None


@asynccontextmanager
async def restricted_town(folder: Path, **more: str) -> AsyncIterator[Town]:
    """Only Ana may see what Defender for Office 365 says."""
    config = SandboxConfig(enforce_limits=False)
    people = World(tenant_id=config.tenant_id, bot_id=config.app_id, bot_name=config.bot_name).people
    settings = {
        "TOCSIN_CONVERSATION_LIMITS": "1000/1",
        "TOCSIN_TENANT_LIMITS": "5000/1",
        "TOCSIN_ACCESS_OFFICE365": people["ana"].object_id,
        **more,
    }
    async with running_town(folder, settings=settings, config=config) as made:
        await made.teams.install("ana", channel="alerts")
        await made.teams.wait_for_card("alerts", "alerts")
        yield made


async def test_resolved_and_hidden_ones_come_where_they_are_asked_for(town: Town) -> None:
    for title in ("One", "Two", "Three"):
        await town.raised(title)
    await town.told("ana", "resolve 2 fp not malicious")
    for words, numbers in (
        ("export", [3, 1]),
        ("export status:resolved", [2]),
        ("export 1-2", [2, 1]),
        ("export search three", [3]),
        ("export mine", [2]),
        ("export all csv", [3, 2, 1]),
    ):
        before = {m["id"] for m in await town.teams.from_bot("ana")}
        await town.teams.says("ana", words)
        found = await town.teams.wait_for("ana", lambda m, before=before: m["id"] not in before)
        if "mine" in words:
            assert "No alert fits" in message_text(found)
            continue
        assert offered(found) is not None, (words, message_text(found))
        number = offered(found)["content"]["acceptContext"]["export"]  # type: ignore[index]
        data = b"".join([await town.kept(lambda uow, n=number: uow.exports.piece(n, 0))])
        if words.endswith("csv"):
            assert [int(line.split(",")[0]) for line in data.decode("utf-8-sig").splitlines()[1:]] == numbers
        else:
            assert numbers_in(data) == numbers, words


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("export colour:red", "The filter is not right"),
        ("export incident", "export incident 12"),
        ("export incident 77", "not available here"),
        ("export 77", "not available here"),
        ("export 1 2 3 later", "export severity>=medium"),
        ("export 1-99", "at most 50"),
    ],
)
async def test_what_is_not_understood_is_answered_with_what_works(town: Town, words: str, answer: str) -> None:
    await town.raised("One")
    assert answer in await town.told("ana", words)


async def test_without_an_address_of_its_own_it_says_what_is_missing(tmp_path: Path) -> None:
    async with restricted_town(tmp_path, TOCSIN_PUBLIC_URL=" ") as town:
        raised = await town.raised("One")
        said = await town.told("ana", "export", in_="alerts")
        assert "TOCSIN_PUBLIC_URL" in said
        assert "TOCSIN_PUBLIC_URL" in await town.pressed("ana", raised, "Export")
        await town.teams.says("ana", "export")
        assert await offer_in(town, "ana")


async def test_a_press_that_teams_repeats_makes_one(town: Town) -> None:
    raised = await town.raised("One")
    answer = await town.teams.press("ana", raised, "Export", repeat=4, together=True)
    assert {one["outcome"] for one in answer["answers"]} == {"message"}
    await town.teams.wait_for_card("alerts", "1 alert, Excel")
    assert len(await town.kept(lambda uow: uow.exports.trail(limit=9))) == 1


async def test_allow_that_teams_repeats_saves_it_once(town: Town) -> None:
    await town.raised("One")
    await town.teams.says("ana", "export")
    message, _ = await offer_in(town, "ana")
    await town.teams.consents("ana", message, repeat=3)
    await town.teams.wait_for("ana", lambda m: informed(m) is not None)
    await town.teams.wait_for("ana", "it is in your OneDrive")
    files = [m for m in await town.teams.from_bot("ana") if informed(m) is not None]
    assert len(files) == 1


async def test_onedrive_is_asked_again_where_it_fails_and_told_of_where_it_does_not_take_it(town: Town) -> None:
    await town.raised("One")
    await town.teams.says("ana", "export")
    message, _ = await offer_in(town, "ana")
    await town.teams.fault(on="upload", status=503, retryAfter=0.1, times=1, method="PUT")
    await town.teams.consents("ana", message)
    await town.teams.wait_for("ana", "it is in your OneDrive")

    await town.teams.says("ana", "export 1")
    second = await town.teams.wait_for("ana", lambda m: offered(m) is not None and m["id"] != message["id"])
    await town.teams.fault(on="upload", status=400, times=1)
    await town.teams.consents("ana", second)
    failed = await town.teams.wait_for("ana", "OneDrive did not take it")
    assert buttons(failed["card"]) == ["Try again"]


async def test_the_file_goes_nowhere_but_to_onedrive(town: Town) -> None:
    await town.raised("One")
    for number, url in enumerate(
        (
            "http://169.254.169.254/latest/meta-data",
            "https://127.0.0.1/upload",
            "https://contoso.sharepoint.com.evil.example/upload",
            "https://evil.example/contoso-my.sharepoint.com",
            "https://user@contoso-my.sharepoint.com/upload",
            f"{town.bot}/api/messages",
        ),
        start=1,
    ):
        await town.teams.says("ana", "export 1")
        await town.teams.until(
            lambda number=number: is_ready(town, number), waiting_for="the file"
        )  # fmt: skip
        info = {"contentUrl": url, "name": "a.xlsx", "uploadUrl": url, "uniqueId": "1", "fileType": "xlsx"}
        value = {"type": "fileUpload", "action": "accept", "context": {"export": number}, "uploadInfo": info}
        assert (await town.teams.invokes("ana", "fileConsent/invoke", value))["status"] == 200
        await town.teams.until(
            lambda number=number: has_failed(town, number), waiting_for="the refusal"
        )  # fmt: skip


async def is_ready(town: Town, number: int) -> bool:
    trail = await town.kept(lambda uow: uow.exports.trail(limit=1))
    return bool(trail) and (trail[0][0].id, trail[0][0].state) == (number, ExportState.READY)


async def has_failed(town: Town, number: int) -> bool:
    return (await town.kept(lambda uow: uow.exports.get(number))).state is ExportState.FAILED


async def test_where_teams_takes_no_question_there_is_a_link(town: Town) -> None:
    """An app without `supportsFiles`."""
    await town.raised("One")
    await town.teams.fault(on="post", conversation="ana", status=400, times=1)
    await town.teams.says("ana", "export 1")
    ready = await town.teams.wait_for_card("ana", "Get the file")
    status, data, _ = await bytes_at(town, await link_of(town, "ana", ready))
    assert (status, numbers_in(data)) == (200, [1])


async def test_and_where_there_are_no_links_either_it_says_whose_turn_it_is(tmp_path: Path) -> None:
    async with restricted_town(tmp_path, TOCSIN_PUBLIC_URL=" ") as town:
        await town.raised("One")
        await town.teams.fault(on="post", conversation="ana", status=400, times=1)
        await town.teams.says("ana", "export 1")
        failed = await town.teams.wait_for_card("ana", "supportsFiles")
        assert buttons(failed["card"]) == ["Try again"]
        await town.teams.press("ana", failed, "Try again")
        assert await offer_in(town, "ana")


async def test_readers_may_and_who_has_no_role_may_not(tmp_path: Path) -> None:
    people = World(tenant_id=SandboxConfig.tenant_id, bot_id="b", bot_name="B").people
    roles = {
        "TOCSIN_ADMINISTRATORS": people["ana"].object_id,
        "TOCSIN_READERS": people["dana"].object_id,
        "TOCSIN_ACCESS_OFFICE365": people["ana"].object_id,
    }
    async with restricted_town(tmp_path, **roles) as town:
        raised = await town.raised("One")
        await town.teams.says("dana", "export")
        assert await offer_in(town, "dana")
        assert "no permission role" in await town.told("bo", "export")
        await town.pressed("ana", raised, "Export")
        ready = await town.teams.wait_for_card("alerts", "Get the file")
        link = await link_of(town, "dana", ready)
        assert (await bytes_at(town, link))[0] == 200
        refused = await town.teams.press("bo", ready, "Get the file")
        assert refused["outcome"] != "card"
        # Whoever loses their role loses the file with it.
        await town.stop()
        town.more_settings = {**town.more_settings, "TOCSIN_READERS": people["chidi"].object_id}
        await town.start()
        assert (await bytes_at(town, town.bot + urlsplit(link).path))[0] == 404


async def test_a_group_chat_gets_what_was_shared_there(town: Town) -> None:
    await town.raised("Shared")
    await town.raised("Not shared")
    await town.teams.install("ana", chat="group")
    await town.teams.says("ana", "export all", in_="group")
    await town.teams.wait_for("group", "No alert fits")


async def test_who_allows_it_too_late_is_told(town: Town) -> None:
    await town.raised("One")
    await town.teams.says("ana", "export 1")
    await offer_in(town, "ana")
    await town.teams.advance(25 * 3600)
    await town.teams.wait_for("ana", "it has expired, and is gone")
    info = {"contentUrl": "https://x", "name": "a.xlsx", "uploadUrl": "https://x", "uniqueId": "1", "fileType": "xlsx"}
    value = {"type": "fileUpload", "action": "accept", "context": {"export": 1}, "uploadInfo": info}
    assert (await town.teams.invokes("ana", "fileConsent/invoke", value))["status"] == 200
    assert (await town.kept(lambda uow: uow.exports.get(1))).state is ExportState.EXPIRED
    for bad in ({}, {"action": "accept", "context": {"export": 1}}, {"action": "maybe", "context": {"export": 1}}, []):
        assert (await town.teams.invokes("ana", "fileConsent/invoke", bad))["status"] == 400


async def test_an_incident_and_the_queue_have_a_button_too(town: Town) -> None:
    await town.raised("One", incidentId="9")
    await town.raised("Two", incidentId="9")
    await town.teams.says("bo", "queue")
    await town.pressed("bo", await town.teams.wait_for_card("bo", "2 open"), "Export")
    _, offer = await offer_in(town, "bo")
    assert "Export of the queue: 2 alerts" in offer["content"]["description"]
    await town.teams.says("ana", "incident 1", in_="alerts")
    await town.pressed("ana", await town.teams.wait_for_card("alerts", "2 open alerts"), "Export")
    ready = await town.teams.wait_for_card("alerts", "2 alerts, Excel")
    assert "Export of incident 1" in card_text(ready["card"])
    status, data, _ = await bytes_at(town, await link_of(town, "ana", ready))
    assert status == 200
    assert zipfile.is_zipfile(io.BytesIO(data))
