"""Ten thousand alerts come in within Graph's limits, and a week's outage is no storm of cards."""

from datetime import UTC, datetime, timedelta

import aiohttp

from bot.sandbox.config import SandboxConfig
from tests.support.payloads import graph_alert
from tests.support.sandbox import running_sandbox
from tests.support.two_books import Books, books_on

COUNT = 10_000


async def test_ten_thousand_alerts_come_in_without_a_call_over_the_limit(sqlite_database: str) -> None:
    config = SandboxConfig(latency=0, enforce_limits=True)
    async with running_sandbox(config) as teams, aiohttp.ClientSession() as session:
        now = datetime.now(UTC)
        alerts = []
        for number in range(COUNT):
            at = (now - timedelta(seconds=number)).isoformat()
            times = {"createdDateTime": at, "firstActivityDateTime": at, "lastActivityDateTime": at}
            status = "resolved" if number % 10 else "new"
            alerts.append(graph_alert(id=f"da{number}_1", incidentId=None, status=status, severity="medium", **times))
        await teams.defender_raises(*alerts)
        async with books_on(sqlite_database, teams, session) as it:
            await it.asking.look()
            known = await it.store.read(lambda uow: uow.alerts.find({("graph", f"{n}_1") for n in range(COUNT)}))
            assert len(known) == COUNT
            calls = await teams.journal("graph")
            assert {call["status"] for call in calls} == {200}
            assert len(calls) <= COUNT / 100 + 3
            await _is_no_storm(it)


async def _is_no_storm(it: Books) -> None:
    """What was over before we heard of it gets no card, and the rest shares cards."""
    counts = await it.store.read(lambda uow: uow.cards.counts(it.now()))
    assert 0 < counts.pending < 40
