"""Triage rules and their queue as they are kept, on both databases."""

import asyncio
from datetime import timedelta

from bot.alerts.ports import UnitOfWork
from bot.alerts.triage import Asked, Lookup, Mode, State, Step, StepKind, TriageRule
from bot.alerts.words import Classification
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW, add_alert

RULE = TriageRule(
    number=0,
    name="Lab",
    mode=Mode.WATCH,
    mode_at=NOW,
    wants="host:lab-*",
    asked=(Asked(Lookup.AWAY, wanted=False),),
    steps=(
        Step(kind=StepKind.RESOLVE, classification=Classification.EXPECTED, determination="securityTesting", text="x"),
        Step(kind=StepKind.TAG, add=("lab",), remove=("vip",)),
    ),
    made_by="Ana",
    made_at=NOW,
)
LEASE = timedelta(seconds=30)


async def test_the_example_is_there_and_watches(store: AnyStore) -> None:
    (example,) = await store.read(lambda uow: uow.triage.rules())
    assert (example.number, example.name, example.mode) == (1, "Legitimate travel", Mode.WATCH)
    assert example.asked == (Asked(Lookup.AWAY, wanted=True), Asked(Lookup.HIGH_RISK, wanted=False))
    assert [step.kind for step in example.steps] == [StepKind.RESOLVE, StepKind.POST]
    assert example.steps[0].classification is Classification.EXPECTED


async def test_a_rule_comes_back_as_it_was_and_its_number_never_again(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        number = uow.triage.add(RULE)
        kept = uow.triage.get(number)
        assert kept is not None
        assert (kept.asked, kept.steps, kept.wants, kept.made_by) == (RULE.asked, RULE.steps, RULE.wants, "Ana")
        uow.triage.set_mode(number, Mode.ACT, NOW + MINUTE)
        changed = uow.triage.get(number)
        assert changed is not None
        assert (changed.mode, changed.mode_at) == (Mode.ACT, NOW + MINUTE)
        uow.triage.delete(number)
        assert uow.triage.get(number) is None
        assert uow.triage.add(RULE) == number + 1

    await store.write(work)


async def test_a_rule_sees_an_alert_once_and_one_worker_has_it_at_a_time(store: AnyStore) -> None:
    def fill(uow: UnitOfWork) -> None:
        for name in "ab":
            add_alert(uow, name)
        for _ in range(2):
            uow.triage.queue([(1, 1), (1, 2)], NOW)

    await store.write(fill)
    assert await store.read(lambda uow: uow.triage.next_due()) == NOW
    claims = await asyncio.gather(
        *(
            store.write(lambda uow, me=me: uow.triage.claim(NOW, owner=me, lease=LEASE, limit=1))
            for me in ("one", "two", "three")
        )
    )
    assert sorted(run.alert for runs in claims for run in runs) == [1, 2]
    holder, (mine,) = next((me, runs) for me, runs in zip(("one", "two", "three"), claims, strict=True) if runs)

    def end(uow: UnitOfWork) -> None:
        assert not uow.triage.finish(mine, owner="nobody", state=State.ACTED, at=NOW, why="", found={})
        assert uow.triage.finish(mine, owner=holder, state=State.UNMET, at=NOW, why="", found={"away": False})
        assert not uow.triage.finish(mine, owner=holder, state=State.ACTED, at=NOW, why="", found={})
        uow.triage.queue([(1, mine.alert)], NOW + MINUTE)
        states = {run.alert: (run.state, run.found) for run in uow.triage.runs(1, limit=9)}
        assert states[mine.alert] == (State.UNMET, {"away": False})
        assert uow.triage.counts() == {(1, State.UNMET): 1, (1, State.QUEUED): 1}

    await store.write(end)


async def test_what_waits_is_delayed_released_and_taken_up_again(store: AnyStore) -> None:
    def fill(uow: UnitOfWork) -> None:
        add_alert(uow, "a")
        uow.triage.queue([(1, 1)], NOW)
        (run,) = uow.triage.claim(NOW, owner="me", lease=LEASE, limit=5)
        assert uow.triage.claim(NOW, owner="you", lease=LEASE, limit=5) == []
        uow.triage.release("me")
        (again,) = uow.triage.claim(NOW, owner="you", lease=LEASE, limit=5)
        assert (run.attempt, again.attempt) == (1, 2)
        uow.triage.delay(again, owner="you", until=NOW + MINUTE, why="Graph answered 503")
        assert uow.triage.claim(NOW, owner="me", lease=LEASE, limit=5) == []
        assert uow.triage.next_due() == NOW + MINUTE
        (late,) = uow.triage.claim(NOW + MINUTE, owner="gone", lease=LEASE, limit=5)
        assert late.why == "Graph answered 503"
        uow.triage.release(None)
        assert len(uow.triage.claim(NOW + MINUTE, owner="me", lease=LEASE, limit=5)) == 1

    await store.write(fill)
