"""The database is locked by somebody else: people and sources are told to try again, and nothing is half done."""

import hashlib
import hmac
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.alerts.ports import UnitOfWork
from bot.alerts.signing import SIGNATURE_HEADER
from bot.alerts.views import QueueView
from bot.usecases import read
from bot.usecases.visibility import Reader
from tests.support.payloads import encoded, graph_alert
from tests.support.town import Town


@contextmanager
def locked(town: Town) -> Iterator[None]:
    """Another process writes, and takes its time."""
    other = sqlite3.connect(town.database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_a_press_is_answered_in_time_with_a_kind_word_and_works_afterwards(town: Town) -> None:
    posted = await town.raised()
    with locked(town):
        answer = await town.teams.press("ana", posted, "Assign to me")
    assert answer["outcome"] == "message"
    assert "Tocsin is busy" in answer["toast"]
    assert "Ana Alvarez" in await town.pressed("ana", posted, "Assign to me")
    assert len(await town.history(posted["number"])) == 2


async def test_looking_needs_no_lock(town: Town) -> None:
    posted = await town.raised()
    with locked(town):
        assert "Isolate the device" in await town.pressed("bo", posted, "Details")


async def test_what_somebody_searches_for_is_looked_up_outside_the_writer(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.raised("Sought after")
    await town.told("bo", "help", in_="alerts")
    threads: list[str] = []
    look = read.queue

    def watched(uow: UnitOfWork, reader: Reader, **wanted: Any) -> QueueView:
        threads.append(threading.current_thread().name)
        return look(uow, reader, **wanted)

    monkeypatch.setattr(read, "queue", watched)
    for text in ("search sought", "queue", "mine"):
        await town.told("bo", text, in_="alerts")
    assert len(threads) == 3
    assert not [name for name in threads if "write" in name], threads


async def test_the_bot_hears_again_of_its_installation_where_the_store_could_not_take_it(bare_town: Town) -> None:
    with locked(bare_town):
        told = {"type": "installationUpdate", "action": "add", "text": ""}
        answer = await bare_town.teams.sends("ana", in_="alerts", overrides=told)
    assert answer["status"] == 503


async def test_a_source_is_told_to_send_again_and_may_do_so_with_the_same_signature(town: Town) -> None:
    body, now = encoded(graph_alert(id="da1", incidentId=None, title="Sent twice")), int(time.time())
    digest = hmac.new(b"sandbox-graph-token", f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    header = {SIGNATURE_HEADER: f"t={now},v1={digest}"}
    with locked(town):
        refused = await town.send("graph", body, token="", **header)
    assert (refused.status, refused.content_type) == (503, "application/problem+json")
    assert int(refused.headers["Retry-After"]) > 0
    assert (await town.send("graph", body, token="", **header)).status == 202
    assert (await town.send("graph", body, token="", **header)).status == 401
    await town.teams.wait_for_card("alerts", "Sent twice")
