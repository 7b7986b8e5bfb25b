"""However people, portal, failures and restarts interleave: both sides end up saying the same, and nothing is lost.

Time is the sandbox's, so that later and earlier are what the story says. Graph is the sandbox's, over real HTTP.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.alerts.alert import Alert
from bot.alerts.conversation import Conversation
from bot.alerts.errors import Refused
from bot.alerts.messages import ConversationKind
from bot.alerts.mirror import MirrorState
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import Classification
from bot.sandbox.config import SandboxConfig
from bot.sources.graph.asking import Asking
from bot.sources.graph.client import Graph
from bot.sources.graph.pacing import Pace
from bot.sources.graph.telling import Telling
from bot.teams.tokens import client_secret_tokens
from bot.usecases import assign, comment, resolve
from bot.usecases.acting import Act
from bot.usecases.routes import subscribe
from bot.usecases.visibility import Reader
from storage.store import AnyStore, migrate, open_store
from tests.support.payloads import graph_alert
from tests.support.sandbox import Teams, running_sandbox

CONFIG = SandboxConfig(enforce_limits=False, latency=0)
ANA = Person("aaaaaaaa-0000-4000-8000-000000000001", "Ana Alvarez", user_principal_name="ana@contoso.example")
ALERTS = ("da1_1", "da2_2")
FAULTS: list[dict[str, Any]] = [
    {"status": 503},
    {"status": 429, "retryAfter": 1},
    {"drop": "before"},
    {"drop": "after"},
]


@dataclass
class Books:
    """Both sides, and what was said on each."""

    teams: Teams
    store: AnyStore
    session: aiohttp.ClientSession
    here: Conversation
    numbers: dict[str, int] = field(default_factory=dict)
    our_words: list[tuple[str, str]] = field(default_factory=list)
    their_words: list[tuple[str, str]] = field(default_factory=list)
    offset: float = 0.0

    def start(self) -> None:
        """As after a restart: nothing is remembered but what is in the database."""
        tokens = client_secret_tokens(
            session=self.session,
            login_url=self.teams.url,
            tenant_id=CONFIG.tenant_id,
            app_id=CONFIG.app_id,
            secret=CONFIG.app_password,
            clock=lambda: datetime.now(UTC),
            scope=f"{self.teams.url}/.default",
        )
        graph = Graph(session=self.session, tokens=tokens, url=self.teams.url)
        common: dict[str, Any] = {"graph": graph, "store": self.store, "clock": self.now, "pace": Pace(10_000)}
        common["books"] = asyncio.Lock()
        self.asking, self.telling = Asking(**common, grouping=False), Telling(**common)

    def now(self) -> datetime:
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + self.offset, UTC)

    async def passes(self, seconds: float) -> None:
        await self.teams.advance(seconds)
        self.offset += seconds

    async def do(self, number: int, what: Any) -> None:
        at = self.now()

        def work(uow: UnitOfWork) -> None:
            what(uow, Act(alert=number, by=ANA, reader=Reader(ANA.object_id, self.here, at), at=at))

        with suppress(Refused):  # what is so already
            await self.store.write(work)

    async def alert(self, number: int) -> Alert:
        return await self.store.read(lambda uow: uow.alerts.get(number))


@asynccontextmanager
async def books_on(folder: Path, teams: Teams, session: aiohttp.ClientSession) -> AsyncIterator[Books]:
    """Ours, empty, beside a sandbox's Defender."""
    url = f"sqlite:///{folder / 'tocsin.db'}"
    await migrate(url)
    async with open_store(url) as store:

        def prepare(uow: UnitOfWork) -> Conversation:
            now = datetime.now(UTC)
            here = uow.conversations.meet(
                teams_id="19:here", kind=ConversationKind.CHANNEL, service_url="https://x.example", tenant_id="t"
            )
            subscribe(uow, here, now)
            uow.people.meet(ANA, now)
            uow.feeds.allow_telling("graph", allowed=True)
            found = uow.conversations.find("19:here")
            assert found is not None
            return found

        it = Books(teams, store, session, await store.write(prepare))
        it.start()
        yield it


@asynccontextmanager
async def books(folder: Path) -> AsyncIterator[Books]:
    async with AsyncExitStack() as stack:
        teams = await stack.enter_async_context(running_sandbox(CONFIG))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        it = await stack.enter_async_context(books_on(folder, teams, session))
        for name in ALERTS:
            now = it.now().isoformat()
            times = {"createdDateTime": now, "firstActivityDateTime": now, "lastActivityDateTime": now}
            await teams.defender_raises(graph_alert(id=name, incidentId=None, **times))
        await it.asking.look()
        known = await it.store.read(lambda uow: uow.alerts.find({("graph", name[2:]) for name in ALERTS}))
        it.numbers = {f"da{external}": alert.number for (_, external), alert in known.items()}
        yield it


async def _step(it: Books, rng: random.Random, step: int) -> None:  # noqa: C901, PLR0912 - a list of what may happen
    name = rng.choice(ALERTS)
    number = it.numbers[name]
    match rng.randrange(14):
        case 0:
            await it.do(number, assign.start)
        case 1:
            await it.do(
                number, lambda uow, act: resolve.resolve(uow, act, Classification.FALSE_POSITIVE, "notMalicious")
            )
        case 2:
            await it.do(number, resolve.reopen)
        case 3:
            await it.do(number, lambda uow, act: assign.assign(uow, act, rng.choice([None, ANA.object_id])))
        case 4:
            await it.do(number, lambda uow, act: resolve.classify(uow, act, Classification.TRUE_POSITIVE, "malware"))
        case 5 | 6:
            words = f"ours {rng.randrange(3)}"
            it.our_words.append((name, words))
            await it.do(number, lambda uow, act: comment.comment(uow, act, words))
        case 7:
            await it.teams.in_the_portal("bo", name, status=rng.choice(["new", "inProgress", "resolved"]))
        case 8:
            determination = rng.choice(["phishing", "malware"])
            await it.teams.in_the_portal("bo", name, classification="truePositive", determination=determination)
        case 9:
            words = f"theirs {step}"
            it.their_words.append((name, words))
            await it.teams.in_the_portal("bo", name, comment=words)
        case 10:
            fault = rng.choice(
                [{"status": 503}, {"status": 429, "retryAfter": 1}, {"drop": "before"}, {"drop": "after"}]
            )
            await it.teams.fault("graph", times=rng.randint(1, 3), **fault)
        case 11:
            it.start()
        case 12:
            await it.telling.tell_all()
        case _:
            await it.asking.look()
    await it.passes(rng.choice([0.05, 1, 3, 40]))


@pytest.mark.parametrize("seed", range(40))
async def test_both_sides_end_up_equal_and_nothing_is_lost_or_doubled(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)  # noqa: S311 - no secrets
    async with books(tmp_path) as it:
        for step in range(rng.randint(10, 40)):
            await _step(it, rng, step)
        await it.teams.heal()
        for _ in range(12):
            await it.passes(400)
            await it.asking.look()
            await it.telling.tell_all()
        for name, number in it.numbers.items():
            ours, theirs = await it.alert(number), await it.teams.in_the_portal("bo", name)
            mirror = (await it.store.read(lambda uow, number=number: uow.mirrors.many([number]))).get(number)
            assert mirror is None or mirror.state is MirrorState.DONE, (seed, mirror)
            assert _plain(ours) == _as_ours(theirs), seed
            told = sorted(item["comment"] for item in theirs["comments"])
            said = [f"Ana Alvarez (Tocsin): {words}" for where, words in it.our_words if where == name]
            said += [words for where, words in it.their_words if where == name]
            assert told == sorted(said), seed
            entries = await it.store.read(lambda uow, number=number: uow.history.since(number, 0))
            kept = sorted(entry.comment for entry in entries if entry.comment)
            wanted = [words for where, words in (*it.our_words, *it.their_words) if where == name]
            assert kept == sorted(wanted), seed
            # Every change once: no entry changes a field to what it was already.
            for entry in entries[1:]:
                assert all(change.old != change.new for change in entry.changes), (seed, entry)


def _plain(alert: Alert) -> tuple[str, str, str, str]:
    assignee = ANA.user_principal_name if alert.assignee == ANA.object_id else alert.assignee or ""
    return alert.status.value, alert.classification.value, alert.determination, assignee


def _as_ours(theirs: dict[str, Any]) -> tuple[str, str, str, str]:
    classification = theirs["classification"] or "unknown"
    determination = theirs["determination"] or "unknown"
    return (
        theirs["status"],
        "notSet" if classification == "unknown" else classification,
        "" if determination == "unknown" else determination,
        theirs["assignedTo"] or "",
    )
