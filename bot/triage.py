"""The worker of triage: takes queued rules, looks up what they ask for, and concludes.

A lookup needs the network, so it happens after the alert is kept; what waits is a row, and so survives whatever ends
the process. Its conclusion and what it does are one transaction, which only the holder of the lease makes.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.ports import Clock, Store
from bot.alerts.triage import Asked, LookupFailed, Lookups, Run, holds
from bot.loops import POLL, survived
from bot.usecases.triage import Finding, Task, Words, conclude, task_of

log = logging.getLogger(__name__)

#: How many rules are at work at a time.
ABREAST: Final = 8

#: Longer than the lookups of one run may take together.
LEASE: Final = timedelta(seconds=90)
PATIENCE: Final = 60

#: After so many attempts a lookup has failed, and nothing is done.
ATTEMPTS: Final = 4

#: One that could not even be begun so often, for a reason of our own or because we were killed, is given up.
GIVE_UP: Final = 12

#: Graph may ask us to wait; not longer than this for an alert that people wait for.
LONGEST_WAIT: Final = timedelta(minutes=5)

#: People of an alert who are asked about; with more of them nothing is done.
MOST_USERS: Final = 10


class Triage:
    """One loop. `beat` is called in every round: it is alive."""

    def __init__(self, *, store: Store, lookups: Lookups, clock: Clock, owner: str, words: Words) -> None:
        self._store = store
        self._lookups = lookups
        self._clock = clock
        self._owner = owner
        self._words = words
        self._news = asyncio.Event()
        self._stopping, self._ended = False, asyncio.Event()
        self.beat: Callable[[], None] = lambda: None

    def poke(self) -> None:
        """There may be something to do."""
        self._news.set()

    async def run(self) -> None:
        """Work until `stop`. An error of one round is logged, and the next round tries again."""
        while not self._stopping:
            self._news.clear()
            self.beat()
            wait = await survived(self._round, "triage")
            if not self._stopping:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), timeout=wait)
        self._ended.set()

    async def stop(self, patience: float = 5) -> None:
        """Wait so many seconds for what is under way, and leave nothing claimed: whoever comes next begins it again."""
        self._stopping = True
        self.poke()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), timeout=patience)
        await self._store.write(lambda uow: uow.triage.release(self._owner))

    async def _round(self) -> float:
        now = self._clock()
        due = await self._store.read(lambda uow: uow.triage.next_due())
        if due is None or due > now:
            return POLL
        runs = await self._store.write(lambda uow: uow.triage.claim(now, owner=self._owner, lease=LEASE, limit=ABREAST))
        await asyncio.gather(*(self._one(run) for run in runs))
        return 0 if runs else POLL

    async def _one(self, run: Run) -> None:
        if run.attempt > GIVE_UP:
            await self._conclude(self._failed(run, "it never came to an end"))
            return
        task = await self._store.read(lambda uow: task_of(uow, run))
        try:
            async with asyncio.timeout(PATIENCE):
                finding = await self._find(run, task)
        except (LookupFailed, TimeoutError) as failed:
            again = failed.again if isinstance(failed, LookupFailed) else timedelta(seconds=POLL)
            why = str(failed) or "it took too long"
            if again is not None and run.attempt < ATTEMPTS:
                until = self._clock() + min(again * 2 ** (run.attempt - 1), LONGEST_WAIT)
                await self._delay(run, until, why)
                return
            finding = self._failed(run, why)
        await self._conclude(finding)

    def _failed(self, run: Run, why: str) -> Finding:
        return Finding(run=run, owner=self._owner, found={}, met=False, failed=why)

    async def _find(self, run: Run, task: Task | None) -> Finding:
        """Raises LookupFailed."""
        found: dict[str, bool] = {}
        met = True
        for asked in task.rule.asked if task is not None else ():
            found[asked.lookup.value], is_so = await self._ask(asked, task.users if task is not None else ())
            met = met and is_so
            if not met:
                break
        return Finding(run=run, owner=self._owner, found=found, met=met)

    async def _ask(self, asked: Asked, users: tuple[str, ...]) -> tuple[bool, bool]:
        """What is so of the people together, and whether that is what the rule needs."""
        if not users:
            raise LookupFailed("the alert names nobody whom Entra knows")
        if len(users) > MOST_USERS:
            raise LookupFailed(f"the alert names {len(users)} people, too many to ask about")
        answers = [await self._lookups.ask(asked.lookup, user) for user in users]
        return holds(Asked(asked.lookup, wanted=True), answers), holds(asked, answers)

    async def _delay(self, run: Run, until: datetime, why: str) -> None:
        await self._store.write(lambda uow: uow.triage.delay(run, owner=self._owner, until=until, why=why))

    async def _conclude(self, finding: Finding) -> None:
        now = self._clock()
        state = await self._store.write(lambda uow: conclude(uow, finding, self._words, now))
        log.info("triage rule %d on alert %d: %s", finding.run.rule, finding.run.alert, state)
