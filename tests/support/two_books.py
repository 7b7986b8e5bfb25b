"""Our books and those of the sandbox's Defender, and stories of what people, portal, faults and restarts do to both.

Time is the sandbox's, so that later and earlier are what the story says. Graph is the sandbox's, over real HTTP.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import aiohttp

from bot.alerts.alert import Alert
from bot.alerts.conversation import Conversation
from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.incident import IncidentKind
from bot.alerts.messages import ConversationKind
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.sandbox.config import SandboxConfig
from bot.sources.graph.asking import Asking
from bot.sources.graph.client import Graph
from bot.sources.graph.pacing import Pace
from bot.sources.graph.telling import Telling
from bot.sources.graph.telling_incidents import TellingIncidents
from bot.teams.tokens import client_secret_tokens
from bot.usecases import incidents
from bot.usecases.acting import Act
from bot.usecases.incidents import IncidentAct
from bot.usecases.routes import subscribe
from bot.usecases.visibility import Reader
from storage.store import AnyStore, open_store
from tests.support.payloads import graph_alert
from tests.support.sandbox import SandboxRefused, Teams, running_sandbox

Json = dict[str, Any]

CONFIG = SandboxConfig(enforce_limits=False, latency=0)
ANA = Person("aaaaaaaa-0000-4000-8000-000000000001", "Ana Alvarez", user_principal_name="ana@contoso.example")

#: Defender's alerts, each with the incident that it is in at first.
ALERTS: Final = {"da1_1": "101", "da2_2": "102", "da3_3": "103"}


@dataclass
class Books:
    """Both sides, and what was said on each."""

    teams: Teams
    store: AnyStore
    session: aiohttp.ClientSession
    here: Conversation
    numbers: dict[str, int] = field(default_factory=dict)
    our_words: list[str] = field(default_factory=list)
    their_words: list[str] = field(default_factory=list)
    offset: float = 0.0
    _teller: asyncio.Lock = field(default_factory=asyncio.Lock)

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
        common: dict[str, Any] = {"graph": graph, "store": self.store, "clock": self.now, "pace": Pace(100_000)}
        common["books"] = asyncio.Lock()
        self.asking, self.telling = Asking(**common, grouping=False), Telling(**common)
        self.telling_incidents = TellingIncidents(**common)
        self._teller = asyncio.Lock()

    def now(self) -> datetime:
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + self.offset, UTC)

    async def passes(self, seconds: float) -> None:
        await self.teams.advance(seconds)
        self.offset += seconds

    async def agree(self) -> None:
        """Both sides hear of each other."""
        await self.asking.look()
        await self.tell()

    async def tell(self) -> None:
        """One at a time, as the timetable has it."""
        async with self._teller:
            await self.telling_incidents.tell_all()
            await self.telling.tell_all()

    async def do(self, name: str, what: Callable[[UnitOfWork, Act], object], words: str = "") -> None:
        """Ana does something to an alert, unless it is so already."""
        at = self.now()

        def work(uow: UnitOfWork) -> None:
            what(uow, Act(alert=self.numbers[name], by=ANA, reader=Reader(ANA.object_id, self.here, at), at=at))

        with suppress(Refused, NotAvailable):
            await self.store.write(work)
            self.our_words += [words] if words else []

    async def do_to_incident(
        self, name: str, what: Callable[[UnitOfWork, IncidentAct], object], words: str = ""
    ) -> None:
        """Ana does something to the incident that an alert is in."""
        at = self.now()

        def work(uow: UnitOfWork) -> None:
            incident = uow.alerts.get(self.numbers[name]).incident
            if incident is None:
                raise Refused("none")
            reader = Reader(ANA.object_id, self.here, at)
            what(uow, IncidentAct(incident=incident, by=ANA, reader=reader, at=at))

        with suppress(Refused, NotAvailable):
            await self.store.write(work)
            self.our_words += [words] if words else []

    async def in_the_portal(self, name: str, words: str = "", *, move: str = "", **changes: Any) -> None:
        """Bo changes an alert there, or moves it."""
        with suppress(SandboxRefused):
            await self.teams.in_the_portal("bo", name, words, move=move, **changes)
            self.their_words += [words] if words else []

    async def incident_in_the_portal(self, name: str, words: str = "", *, merge: str = "", **changes: Any) -> None:
        """Bo changes the incident that an alert is in, or merges it with that of another alert."""
        one = (await self.teams.in_the_portal("bo", name))["incidentId"]
        others = [(await self.teams.in_the_portal("bo", merge))["incidentId"]] if merge else []
        with suppress(SandboxRefused):
            await self.teams.incident_in_the_portal("bo", one, words, merge=others, **changes)
            self.their_words += [words] if words else []

    async def alert(self, name: str) -> Alert:
        return await self.store.read(lambda uow: uow.alerts.get(self.numbers[name]))


@asynccontextmanager
async def books_on(url: str, teams: Teams, session: aiohttp.ClientSession) -> AsyncIterator[Books]:
    """Ours, empty, in a migrated database, beside a sandbox's Defender."""
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
async def books(url: str) -> AsyncIterator[Books]:
    """With a few alerts that both sides have."""
    async with AsyncExitStack() as stack:
        teams = await stack.enter_async_context(running_sandbox(CONFIG))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        it = await stack.enter_async_context(books_on(url, teams, session))
        for name, incident in ALERTS.items():
            now = it.now().isoformat()
            times = {"createdDateTime": now, "firstActivityDateTime": now, "lastActivityDateTime": now}
            await teams.defender_raises(graph_alert(id=name, incidentId=incident, **times))
        await it.asking.look()
        known = await it.store.read(lambda uow: uow.alerts.find({("graph", name[2:]) for name in ALERTS}))
        it.numbers = {f"da{external}": alert.number for (_, external), alert in known.items()}
        yield it


async def killed(it: Books, what: Callable[[], Awaitable[object]], rng: random.Random) -> None:
    """The program ends in the midst of something, wherever that is, and starts again."""
    task = asyncio.ensure_future(what())
    await asyncio.sleep(rng.choice([0, 0.002, 0.005, 0.01, 0.02, 0.04]))
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    it.start()


def undo_of_a_step(uow: UnitOfWork, act: IncidentAct) -> object:
    """What was said with it would be taken back here alone: Graph's comments cannot be."""
    last = uow.incidents.last_by(act.incident, ANA.object_id)
    if last is None or last.comment or last.kind not in (IncidentKind.RENAMED, IncidentKind.MERGED):
        raise Refused("nothingToUndo")
    return incidents.undo(uow, act)
