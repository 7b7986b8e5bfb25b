"""kill -9: during intake, posting and updating, at every step and at random.

Each round starts the program on what the last one left, waits until all of it is shown, lets the oracle judge, and then
kills it in the middle of its work. What was not answered is sent again, as a source or Teams does.
"""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

from bot.sandbox.world import Message
from tests.chaos.ground import Figures, Ground
from tests.support.chaos_oracle import judge
from tests.support.chaos_process import Program
from tests.support.chaos_steps import INTAKE, POSTING, UPDATING
from tests.support.chaos_town import Arena, arena_of
from tests.support.payloads import graph_alert

Json = dict[str, Any]
_SEVERITIES = ("high", "high", "medium", "low", "informational")
_PEOPLE = ("ana", "bo", "chidi")

#: A roll-up is drawn anew sooner than people would want it, so that a round is short. Seconds.
_JOIN_EVERY = 0.1

#: Seconds until all is shown after a start: a promise, and with a wide margin.
_RESUMED = 10


async def killed_in_intake(ground: Ground, *, rounds: int, seed: int) -> Figures:
    return await _rounds(ground, rounds=rounds, seed=seed, steps=[*INTAKE, None], act=_Intake)


async def killed_in_posting(ground: Ground, *, rounds: int, seed: int) -> Figures:
    return await _rounds(ground, rounds=rounds, seed=seed, steps=[*POSTING, None], act=_Posting)


async def killed_in_updating(ground: Ground, *, rounds: int, seed: int) -> Figures:
    return await _rounds(ground, rounds=rounds, seed=seed, steps=[*UPDATING, None], act=_Updating)


class _Intake:
    """Sources report as fast as they can."""

    clients, reports = 8, 40

    def __init__(self, arena: Arena, rng: Random) -> None:
        self._arena = arena
        self._rng = rng
        self._unanswered: list[Json] = []
        self._made = 0

    async def prepare(self, program: Program) -> None:
        """Send again what was not answered."""
        for payload in self._unanswered:
            answer = await self._arena.send(payload, to=program)
            assert answer.status == 202, (answer, program.said())
        self._unanswered.clear()

    async def load(self, program: Program) -> None:
        queue = [self._alerts() for _ in range(self.reports)]

        async def client() -> None:
            while queue and program.alive:
                payload = queue.pop()
                if (await self._arena.send(payload, to=program)).status != 202:
                    self._unanswered.append(payload)

        await asyncio.gather(*(client() for _ in range(self.clients)))

    def _alerts(self) -> Any:
        made = [self._alert() for _ in range(self._rng.choice((1, 1, 3)))]
        return made if len(made) > 1 else made[0]

    def _alert(self) -> Json:
        self._made += 1
        severity = self._rng.choice(_SEVERITIES)
        return graph_alert(id=f"da{self._made}", incidentId=None, title=f"Alert {self._made}", severity=severity)


class _Posting(_Intake):
    """Few alerts, all acknowledged soon: the kill comes while they are posted."""

    clients, reports = 4, 8

    async def load(self, program: Program) -> None:
        await super().load(program)
        while program.alive and await self._arena.pending():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.005)


class _Updating:
    """People press buttons and the source changes its mind, on the same few alerts."""

    alerts, presses = 5, 24

    def __init__(self, arena: Arena, rng: Random) -> None:
        self._arena = arena
        self._rng = rng
        self._unanswered: list[tuple[str, int, str]] = []
        self._said = 0

    async def prepare(self, program: Program) -> None:
        arena = self._arena
        if not arena.ledger.alerts:
            made = [graph_alert(id=f"da{n}", incidentId=None, title=f"Alert {n}") for n in range(self.alerts)]
            assert (await arena.send(made, to=program)).status == 202
        for who, number, text in self._unanswered:
            assert await self._comment(who, number, text), program.said()
        self._unanswered.clear()

    async def load(self, program: Program) -> None:
        numbers = list(self._arena.ledger.alerts.values())

        async def client(who: str) -> None:
            for _ in range(self.presses // len(_PEOPLE)):
                if not program.alive:
                    return
                await self._press(who, self._rng.choice(numbers))

        await asyncio.gather(*(client(who) for who in _PEOPLE), self._source(program))

    async def _press(self, who: str, number: int) -> None:
        if self._rng.random() < 0.4:
            verb, inputs = self._rng.choice(
                [("assign", {"to": "me"}), ("assign", {"to": "nobody"}), ("start", {}), ("reopen", {}),
                 ("resolve", {"status": "resolved"})]
            )  # fmt: skip
            message = await self._arena.card_of(number)
            await self._arena.press(who, message, verb, alert=number, nonce=f"n{self._rng.random()}", **inputs)
            return
        self._said += 1
        text = f"comment {self._said} of {who}"
        if not await self._comment(who, number, text):
            self._unanswered.append((who, number, text))

    async def _comment(self, who: str, number: int, text: str) -> bool:
        """Whether it was answered that it took effect. The same text is the same press."""
        message: Message = await self._arena.card_of(number)
        nonce = text.replace(" ", "-")
        answer = await self._arena.press(who, message, "comment", alert=number, rev=1, nonce=nonce, comment=text)
        if answer["outcome"] != "card":
            return False
        self._arena.ledger.comments[text] = number
        return True

    async def _source(self, program: Program) -> None:
        for n in range(4):
            if program.alive:
                external = self._rng.choice(list(self._arena.ledger.alerts))
                title = f"Alert {external}, for the {n}th time"
                await self._arena.send(graph_alert(id=external, incidentId=None, title=title), to=program)


async def _rounds(
    ground: Ground, *, rounds: int, seed: int, steps: list[str | None], act: Callable[[Arena, Random], Any]
) -> Figures:
    rng = Random(seed)  # noqa: S311 - a plan of faults that can be repeated
    figures: Figures = {"kills": 0, "at a step": 0, "doubles": 0, "max resumed in s": 0}
    order = _spread(steps, rounds, rng)
    with ground.fresh() as url:
        async with arena_of(ground.forks, url, ground.folder, settings=_lease(ground)) as arena:
            program = await arena.start(join_every=_JOIN_EVERY)
            await arena.install()
            acting = act(arena, rng)
            await acting.prepare(program)
            await arena.drained()
            await arena.end(program)
            for step in order:
                await _one(arena, acting, step, rng, figures)
            program = await arena.start(join_every=_JOIN_EVERY)
            await acting.prepare(program)
            figures["max resumed in s"] = max(figures["max resumed in s"], await arena.drained())
            await arena.end(program)
            found = await judge(arena)
            assert found.doubles <= arena.ledger.kills, f"{found.doubles} doubles after {arena.ledger.kills} kills"
            figures |= {"alerts": found.alerts, "doubles": found.doubles, "counted ambiguous": found.ambiguous}
            figures |= {"comments": len(arena.ledger.comments)}
    return figures


async def _one(arena: Arena, acting: Any, step: str | None, rng: Random, figures: Figures) -> None:
    # One in four is armed from the start: it may be killed again while it makes up for the last time.
    early = step is not None and rng.random() < 0.25
    plan: Json = {"step": step, "nth": rng.randint(1, 6)} if step else {}
    program = await arena.start(join_every=_JOIN_EVERY, armed=early, **plan)
    if not early:
        await acting.prepare(program)
        took = program.listening_after + await arena.drained()
        assert took < _RESUMED, f"resumed only after {took:.1f} s"
        figures["max resumed in s"] = max(figures["max resumed in s"], round(took, 2))
        found = await judge(arena)
        assert found.doubles <= arena.ledger.kills, f"{found.doubles} doubles after {arena.ledger.kills} kills"
        program.arm()
    killer = asyncio.create_task(_at_random(program, rng)) if step is None else None
    await acting.load(program)
    if killer is not None:
        await killer
    figures["at a step"] += await _dead(program) and step is not None
    figures["kills"] += 1
    arena.ledger.kills += 1


def _lease(ground: Ground) -> Json:
    """On SQLite a new process is alone and waits for no lease; on PostgreSQL it does: a short one shortens a round."""
    return {"TOCSIN_LEASE_SECONDS": "60" if ground.kind == "sqlite" else "1"}


async def _at_random(program: Program, rng: Random) -> None:
    await asyncio.sleep(rng.uniform(0, 0.25))
    program.kill()


async def _dead(program: Program, patience: float = 0.5) -> bool:
    """Wait for it to die at its step; where its step is never reached, kill it. Whether it died of itself."""
    waiting: Awaitable[int] = program.ends(patience)
    try:
        code = await waiting
    except AssertionError:
        program.kill()
        await program.ends()
        return False
    assert code == -9, program.said()
    return True


def _spread(steps: list[str | None], rounds: int, rng: Random) -> list[str | None]:
    """Each step about as often as any other, in an order of its own."""
    order = [steps[place % len(steps)] for place in range(rounds)]
    rng.shuffle(order)
    return order
