"""Programs outside are told of what happens, from the command line to the last retry; and nobody's secret is told."""

import asyncio
import logging
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.config import SandboxConfig
from tests.support.payloads import graph_alert
from tests.support.postgres import Server
from tests.support.program import Ended, run, serving
from tests.support.programs import Program
from tests.support.receiver import Received, Receiver, receiving
from tests.support.town import Town, running_town

GENEROUS = {
    "TOCSIN_CONVERSATION_LIMITS": "1000/1",
    "TOCSIN_TENANT_LIMITS": "5000/1",
    "TOCSIN_WEBHOOK_HOSTS": "127.0.0.1",
}


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with running_town(tmp_path, settings=GENEROUS, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        yield town


async def tocsin(town: Town, *arguments: str) -> Ended:
    ended = await run(*arguments, environment=town.environment)
    assert "Traceback" not in ended.err, ended.err
    return ended


async def added(town: Town, receiver: Receiver, *more: str, name: str = "flow") -> str:
    """A webhook, made on the command line; its secret."""
    ended = await tocsin(town, "webhook", "add", name, receiver.url, *more)
    assert ended.code == 0, ended.err
    return ended.out.splitlines()[0]


def kinds(receiver: Receiver) -> list[str]:
    return [received.event["type"] for received in receiver.took]


async def test_whatever_somebody_does_in_teams_is_told_with_who_from_and_to(town: Town, receiver: Receiver) -> None:
    secret = await added(town, receiver)
    posted = await town.raised()
    number = posted["number"]
    await town.pressed("ana", posted, "Assign to me")
    await town.told("bo", f"comment {number} looks real", in_="alerts")
    await town.told("bo", f"resolve {number} fp not malicious", in_="alerts")
    await town.told("bo", f"undo {number}", in_="alerts")
    await town.report("graph", graph_alert(id="da1", incidentId=None, title="Another title", severity="low"))
    await receiver.until(lambda: len(receiver.took) >= 6)

    assert kinds(receiver) == [f"alert.{entry.kind}" for entry in await town.history(number)]
    assert all(received.is_signed_with(secret) for received in receiver.took)
    events = [received.event for received in receiver.took]
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assigned = events[1]
    assert (assigned["entry"]["actor"]["name"], assigned["entry"]["way"]) == ("Ana Alvarez", "chat")
    assert assigned["entry"]["changes"][0]["from"] is None
    assert assigned["alert"]["assignee"]["name"] == "Ana Alvarez"
    resolved = events[3]
    assert {(change["field"], change["from"], change["to"]) for change in resolved["entry"]["changes"]} == {
        ("status", "new", "resolved"),
        ("classification", "notSet", "falsePositive"),
        ("determination", "", "notMalicious"),
    }
    assert resolved["alert"]["resolvedBy"] == "Bo Berg"
    assert events[4]["entry"]["undoes"] == resolved["entry"]["revision"]


async def test_the_command_line_makes_lists_tests_pauses_and_removes_webhooks(town: Town, receiver: Receiver) -> None:
    assert "none" in (await tocsin(town, "webhook", "list")).out
    secret = await added(town, receiver, "--filter", "severity:high", "--events", "created,resolved")
    for wrong, why in (
        (("webhook", "add", "flow", receiver.url), "already"),
        (("webhook", "add", "a b", receiver.url), "no name"),
        (("webhook", "add", "x", "https://10.0.0.1/"), "private"),
        (("webhook", "add", "x", "http://hooks.example/"), "https"),
        (("webhook", "add", "x", receiver.url, "--filter", "colour:red"), "filter"),
        (("webhook", "add", "x", receiver.url, "--filter", "assignee:me"), "nobody"),
        (("webhook", "add", "x", receiver.url, "--events", "exploded"), "no event 'exploded'"),
        (("webhook", "pause", "other"), "no webhook"),
    ):
        ended = await tocsin(town, *wrong)
        assert (ended.code, why in ended.err) == (1, True), ended

    assert "took it (204)" in (await tocsin(town, "webhook", "test", "flow")).out
    assert kinds(receiver) == ["alert.test"]
    assert receiver.took[0].is_signed_with(secret)
    receiver.answers(then=500)
    failed = await tocsin(town, "webhook", "test", "flow")
    assert (failed.code, "500 no: 500" in failed.err) == (1, True), failed
    receiver.answers()

    await tocsin(town, "webhook", "pause", "flow")
    first = (await town.raised())["number"]
    await town.raised("Lesser thing", severity="low", detectorId="other")
    await town.told("bo", f"comment {first} hello", in_="alerts")
    listed = (await tocsin(town, "webhook", "list")).out
    assert re.search(r"flow +paused +1 .*127\.0\.0\.1:\d+ +created,resolved +severity:high", listed), listed
    assert "/hook" not in listed
    assert secret not in listed
    assert kinds(receiver) == ["alert.test"]
    assert "told again" in (await tocsin(town, "webhook", "resume", "flow")).out
    await receiver.until(lambda: kinds(receiver) == ["alert.test", "alert.created"])

    new = (await tocsin(town, "webhook", "rotate", "flow")).out.splitlines()[0]
    await town.told("bo", f"resolve {first}", in_="alerts")
    await receiver.until(lambda: len(receiver.took) == 3)
    assert all(receiver.took[-1].is_signed_with(key) for key in (secret, new))

    assert "gone" in (await tocsin(town, "webhook", "remove", "flow")).out
    assert "none" in (await tocsin(town, "webhook", "list")).out
    await town.told("bo", f"reopen {first}", in_="alerts")
    assert len(receiver.took) == 3


async def test_events_that_were_given_up_are_listed_and_sent_after_all(town: Town, receiver: Receiver) -> None:
    receiver.answers(then=410)
    await added(town, receiver)
    number = (await town.raised())["number"]
    await receiver.until(lambda: bool(receiver.came))

    async def state() -> str:
        return (await tocsin(town, "webhook", "list")).out

    while "gone" not in await state():  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.05)
    dead = (await tocsin(town, "webhook", "dead", "flow")).out
    assert re.search(rf"created +#{number} +1 +410 no: 410", dead), dead
    receiver.answers()
    await tocsin(town, "webhook", "resume", "flow")
    assert "1 event is sent again" in (await tocsin(town, "webhook", "retry", "flow")).out
    await receiver.until(lambda: kinds(receiver) == ["alert.created"])


async def test_tokens_are_made_listed_and_revoked_beside_a_running_server(town: Town) -> None:
    number = (await town.raised())["number"]
    made = await tocsin(town, "token", "add", "flow", "--role", "responder", "--only", "severity:high", "--days", "30")
    token, words = made.out.splitlines()
    assert re.fullmatch(r"tocsin_[0-9a-f]{12}_[\w-]{43}", token)
    assert "shown once" in words
    assert (await Program(town, token).does(number, "start")).status == 200
    again = await tocsin(town, "token", "add", "flow")
    assert (again.code, "already" in again.err) == (1, True)
    for wrong in (("add", "x", "--only", "colour:red"), ("add", "x", "--days", "0"), ("revoke", "other")):
        assert (await tocsin(town, "token", *wrong)).code == 1
    assert (await tocsin(town, "token", "add", "x", "--role", "root")).code == 2
    listed = (await tocsin(town, "token", "list")).out
    assert re.search(r"flow +responder +until \d{4}-.* severity:high", listed), listed
    assert token[20:] not in listed
    assert (await tocsin(town, "token", "revoke", "flow")).code == 0
    assert (await Program(town, token).does(number, "reopen")).status == 401
    assert "revoked" in (await tocsin(town, "token", "list")).out


async def test_a_failing_receiver_harms_nobody_and_is_seen(town: Town, receiver: Receiver) -> None:
    async def hang(_received: Received, _request: object) -> None:
        await asyncio.sleep(30)

    receiver.answer = hang
    await added(town, receiver)
    posted = await town.raised()
    await receiver.until(lambda: bool(receiver.came))
    assert "Ana Alvarez" in await town.pressed("ana", posted, "Assign to me")
    assert (await town.asks("/readyz")).status == 200
    async with town.http.get(f"{town.bot}/metrics") as answer:
        figures = await answer.text()
    assert 'tocsin_webhook_events_waiting{webhook="flow"} 2.0' in figures
    assert 'tocsin_webhook_events_dead{webhook="flow"} 0.0' in figures
    receiver.answer = None


async def test_no_secret_is_ever_logged(
    town: Town, receiver: Receiver, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = await added(town, receiver)
    token = (await tocsin(town, "token", "add", "flow", "--role", "responder")).out.splitlines()[0]
    capfd.readouterr()
    with caplog.at_level(logging.DEBUG):
        number = (await town.raised())["number"]
        receiver.answers(500, 422, 301, 429, headers={"Retry-After": "0"})
        for verb in ("start", "explode", "resolve"):
            await Program(town, token).does(number, verb)
        await Program(town, token + "x").does(number, "reopen")
        await receiver.until(lambda: len(receiver.took) >= 3, seconds=40)
    said = caplog.text + "".join(capfd.readouterr())
    assert "rests until" in said
    for hidden in (secret, token, token[20:], "/hook"):
        assert hidden not in said


async def test_killed_between_the_receivers_answer_and_the_commit_it_tells_the_same_event_again(
    town: Town, receiver: Receiver
) -> None:
    await added(town, receiver)
    await town.stop()
    arrived = asyncio.Event()

    async def answer(_received: Received, _request: object) -> None:
        if not arrived.is_set():
            arrived.set()
            await asyncio.sleep(60)

    receiver.answer = answer
    async with serving(town.environment) as bot:
        town.bot = bot.url
        number = (await town.send("graph", graph_alert(id="da-k", incidentId=None))).body["alerts"][0]
        await asyncio.wait_for(arrived.wait(), 20)
        assert await bot.end(signal.SIGKILL) == -signal.SIGKILL
    await town.start()
    await receiver.until(lambda: len(receiver.took) == 1, seconds=30)
    assert len({received.event["id"] for received in receiver.came}) == 1
    assert {received.body for received in receiver.came} == {receiver.took[0].body}
    assert receiver.took[0].event["alert"]["number"] == number


async def test_two_replicas_tell_each_event_once_and_in_order(
    tmp_path: Path, postgres_database: str, postgres_server: Server, receiver: Receiver
) -> None:
    config = SandboxConfig(enforce_limits=False)
    async with running_town(tmp_path, database_url=postgres_database, settings=GENEROUS, config=config) as town:
        await added(town, receiver)
        token = (await tocsin(town, "token", "add", "flow", "--role", "responder")).out.splitlines()[0]
        first = town.bot
        async with serving(town.environment) as second:
            numbers: list[int] = []
            for place in range(6):
                town.bot = (first, second.url)[place % 2]
                alert = graph_alert(id=f"da-{place}", incidentId=None, detectorId=f"d{place}")
                numbers += (await town.send("graph", alert)).body["alerts"]
            for place in range(60):
                town.bot = (first, second.url)[place % 2]
                did = await Program(town, token).does(numbers[place % 6], "comment", {"comment": str(place)})
                if did.status == 429:
                    await asyncio.sleep(1)
            told = sum([len(await town.history(number)) for number in numbers])
            await receiver.until(lambda: len(receiver.took) >= told, seconds=40)
            await asyncio.sleep(0.5)
    assert len(receiver.took) == told == len({received.event["id"] for received in receiver.took})
    assert sorted(received.event["sequence"] for received in receiver.took) == list(range(1, told + 1))
    for number in numbers:
        revisions = [
            received.event["entry"]["revision"]
            for received in receiver.took
            if received.event["alert"]["number"] == number
        ]
        assert revisions == list(range(1, len(revisions) + 1))
