"""Every entry of the history is told to every webhook that wants it, in the transaction that makes it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.alerts.alert import Decision
from bot.alerts.condition_text import parse, to_text
from bot.alerts.errors import NotAvailable
from bot.alerts.history import Change, Kind
from bot.alerts.people import Actor, ActorKind, Person, Way
from bot.alerts.ports import UnitOfWork
from bot.alerts.webhook import HookEvent, WebhookState
from bot.usecases import webhooks
from bot.usecases.acting import record
from bot.usecases.report_alert import report_alert, report_alerts
from storage.store import AnyStore, open_store
from tests.unit.storage.made import MINUTE, NOW, add_alert, device, report

LEASE = timedelta(minutes=1)
ANA = Person("ana", "Ana", user_principal_name="ana@contoso.example")


def hook(uow: UnitOfWork, name: str = "flow", *, wants: str = "", kinds: tuple[Kind, ...] = ()) -> None:
    text = to_text(parse(wants)) if wants else ""
    webhooks.add(uow, name, "https://hooks.example/x", secret=f"s-{name}", wants=text, kinds=kinds, at=NOW)


def do(uow: UnitOfWork, number: int, decision: Decision) -> None:
    record(uow, uow.alerts.get(number), decision, by=Actor.person(ANA), way=Way.CHAT, at=NOW)


def say(uow: UnitOfWork, number: int, text: str = "hello") -> None:
    do(uow, number, Decision(Kind.COMMENTED, comment=text))


def claim(uow: UnitOfWork, *, owner: str = "me", now: Any = NOW, limit: int = 99, abreast: int = 99) -> list[HookEvent]:
    return uow.webhooks.claim(now, owner=owner, lease=LEASE, limit=limit, abreast=abreast)


async def drained(store: AnyStore) -> list[HookEvent]:
    """Take everything, in the order in which it comes."""
    taken: list[HookEvent] = []
    while events := await store.write(claim):
        taken += events
        for event in events:
            assert await store.write(lambda uow, event=event: uow.webhooks.sent(event, owner="me", at=NOW))
    return taken


async def test_without_a_webhook_nothing_is_kept(store: AnyStore) -> None:
    number = (await store.write(lambda uow: add_alert(uow, "a"))).number
    await store.write(lambda uow: say(uow, number))
    await store.write(hook)
    assert await store.write(claim) == []
    assert (await store.read(lambda uow: uow.webhooks.counts()))["flow"].waiting == 0


@pytest.mark.parametrize("kind", list(Kind))
async def test_every_kind_of_entry_is_told(store: AnyStore, kind: Kind) -> None:
    """Whatever kinds there will be: the unit of work tells, not the use cases."""
    await store.write(hook)
    number = (await store.write(lambda uow: add_alert(uow, "a"))).number
    change = Change("severity", "high", "low")
    await store.write(lambda uow: do(uow, number, Decision(kind, (change,), comment="why")))
    born, told = await drained(store)
    assert (born.kind, told.kind, told.alert) == ("created", kind.value, number)
    assert told.told["entry"]["changes"] == [{"field": "severity", "from": "high", "to": "low"}]
    assert told.told["entry"]["actor"] == {"kind": "person", "id": "ana", "name": "Ana"}
    assert told.told["entry"]["comment"] == "why"
    assert told.told["alert"]["severity"] == "low"
    assert told.told["alert"]["revision"] == told.told["entry"]["revision"] == 2


async def test_the_state_told_is_that_after_the_entry_and_not_a_later_one(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        number = add_alert(uow, "a").number
        uow.people.meet(ANA, NOW)
        do(uow, number, Decision(Kind.ASSIGNED, (Change("assignee", None, "ana"),)))
        do(uow, number, Decision(Kind.ASSIGNED, (Change("assignee", "ana", "bo@x.example"),)))

    await store.write(hook)
    await store.write(work)
    born, first, second = await drained(store)
    ana = {"id": "ana", "name": "Ana", "userPrincipalName": "ana@contoso.example"}
    assert born.told["alert"]["assignee"] is None
    assert first.told["alert"]["assignee"] == ana
    assert first.told["entry"]["changes"] == [{"field": "assignee", "from": None, "to": ana}]
    assert second.told["alert"]["assignee"]["name"] == "bo@x.example"
    assert [event.sequence for event in (born, first, second)] == [1, 2, 3]


async def test_what_is_taken_back_is_not_told(store: AnyStore) -> None:
    number = (await store.write(lambda uow: add_alert(uow, "a"))).number
    await store.write(hook)

    def fails(uow: UnitOfWork) -> None:
        say(uow, number)
        raise NotAvailable("after all")

    with pytest.raises(NotAvailable):
        await store.write(fails)
    assert await drained(store) == []


async def test_a_webhook_hears_of_its_alerts_and_kinds_alone(store: AnyStore) -> None:
    def hooks(uow: UnitOfWork) -> None:
        hook(uow, "high", wants="severity:high")
        hook(uow, "verdicts", kinds=(Kind.CLASSIFIED, Kind.RESOLVED))
        hook(uow, "host", wants="host:web-1")

    def work(uow: UnitOfWork) -> None:
        report_alerts(uow, [report("a", evidence=(device("WEB-1"),)), report("b")], NOW)
        number = add_alert(uow, "c").number
        do(uow, number, Decision(Kind.RESOLVED, (Change("status", "new", "resolved"),)))

    await store.write(hooks)
    await store.write(work)
    told = {(event.webhook.name, event.told["alert"]["externalId"], event.kind) for event in await drained(store)}
    assert told == {
        ("high", "c", "created"),
        ("high", "c", "resolved"),
        ("verdicts", "c", "resolved"),
        ("host", "a", "created"),
    }


async def test_a_filter_looks_at_evidence_that_came_before(store: AnyStore) -> None:
    await store.write(lambda uow: hook(uow, wants="host:web-1"))
    (await store.write(lambda uow: report_alert(uow, report("a", evidence=(device("web-1"),)), NOW)))
    number = (await drained(store))[0].alert
    await store.write(lambda uow: say(uow, number))
    assert [event.kind for event in await drained(store)] == ["commented"]


async def test_an_alerts_events_come_one_after_the_other_and_others_do_not_wait(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        for name in ("a", "b"):
            number = add_alert(uow, name).number
            say(uow, number, "one")
            say(uow, number, "two")

    await store.write(hook)
    await store.write(work)
    first = await store.write(claim)
    assert [(event.alert, event.kind) for event in first] == [(1, "created"), (2, "created")]
    assert await store.write(claim) == []
    assert not await store.read(lambda uow: uow.webhooks.is_due(NOW))
    await store.write(lambda uow: uow.webhooks.sent(first[1], owner="me", at=NOW))
    assert await store.read(lambda uow: uow.webhooks.is_due(NOW))
    (second,) = await store.write(claim)
    assert (second.alert, second.told["entry"]["comment"]) == (2, "one")


async def test_a_lost_lease_changes_nothing(store: AnyStore) -> None:
    await store.write(hook)
    await store.write(lambda uow: add_alert(uow, "a"))
    (mine,) = await store.write(claim)
    await store.write(lambda uow: uow.webhooks.release("me"))
    (others,) = await store.write(lambda uow: claim(uow, owner="other"))
    assert (others.event_id, others.body, others.attempt) == (mine.event_id, mine.body, 2)
    assert not await store.write(lambda uow: uow.webhooks.sent(mine, owner="me", at=NOW))
    assert await store.write(lambda uow: uow.webhooks.sent(others, owner="other", at=NOW))


async def test_one_that_rests_is_asked_again_one_at_a_time_and_old_events_are_given_up(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        for name in ("a", "b", "c"):
            add_alert(uow, name)

    await store.write(hook)
    await store.write(work)
    later = NOW + MINUTE
    first, second, third = await store.write(claim)
    for event in (first, second):
        await store.write(
            lambda uow, event=event: uow.webhooks.rest(
                event, owner="me", until=later, why="503", give_up_seen_before=NOW - MINUTE
            )
        )
    await store.write(lambda uow: uow.webhooks.release("me"))
    assert await store.write(claim) == []
    (probe,) = await store.write(lambda uow: claim(uow, now=later))
    assert probe.event_id == third.event_id, "nobody has tried it as often"
    given_up = await store.write(
        lambda uow: uow.webhooks.rest(probe, owner="me", until=later + MINUTE, why="500", give_up_seen_before=later)
    )
    assert given_up == 3
    counts = (await store.read(lambda uow: uow.webhooks.counts()))["flow"]
    assert (counts.waiting, counts.dead) == (0, 3)
    dead = await store.read(lambda uow: uow.webhooks.dead(1, limit=9))
    assert {letter.why for letter in dead} == {"500"}
    assert await store.write(lambda uow: webhooks.try_again(uow, "flow", later)) == 3
    await store.write(lambda uow: webhooks.resume(uow, "flow"))
    assert [event.sequence for event in await drained(store)] == [1, 2, 3]


async def test_a_clock_that_was_set_back_does_not_leave_it_waiting(store: AnyStore) -> None:
    await store.write(hook)
    await store.write(lambda uow: add_alert(uow, "a"))
    ahead = NOW + timedelta(days=400)
    (event,) = await store.write(lambda uow: claim(uow, now=ahead))
    await store.write(
        lambda uow: uow.webhooks.rest(event, owner="me", until=ahead + MINUTE, why="x", give_up_seen_before=NOW)
    )
    assert not await store.read(lambda uow: uow.webhooks.is_due(ahead))
    await store.write(lambda uow: uow.webhooks.clock_set_back(NOW))
    assert await store.read(lambda uow: uow.webhooks.is_due(NOW))
    assert len(await store.write(claim)) == 1


async def test_a_paused_one_keeps_its_events_for_a_while_and_one_that_is_gone_gets_none(store: AnyStore) -> None:
    await store.write(hook)
    await store.write(lambda uow: webhooks.pause(uow, "flow"))
    await store.write(lambda uow: add_alert(uow, "a"))
    assert await store.write(claim) == []
    assert await store.write(lambda uow: uow.webhooks.give_up_paused(NOW, NOW - MINUTE)) == 0
    assert await store.write(lambda uow: uow.webhooks.give_up_paused(NOW + MINUTE, NOW)) == 1
    await store.write(lambda uow: webhooks.resume(uow, "flow"))
    await store.write(lambda uow: add_alert(uow, "b"))
    (event,) = await store.write(claim)
    await store.write(lambda uow: uow.webhooks.gone(event, owner="me", why="410", at=NOW))
    await store.write(lambda uow: add_alert(uow, "c"))
    found = await store.read(lambda uow: (uow.webhooks.find("flow"), uow.webhooks.counts()["flow"]))
    assert found[0] is not None
    assert (found[0].state, found[0].why, found[1].waiting, found[1].dead) == (WebhookState.GONE, "410", 0, 2)
    assert await store.write(lambda uow: uow.webhooks.forget_dead(NOW - MINUTE, keep=2)) == 0
    assert await store.write(lambda uow: uow.webhooks.forget_dead(NOW - MINUTE, keep=1)) == 1
    assert await store.write(lambda uow: uow.webhooks.forget_dead(NOW, keep=1)) == 1
    await store.write(lambda uow: webhooks.remove(uow, "flow"))
    assert await store.read(lambda uow: uow.webhooks.all()) == []


async def test_two_replicas_send_each_event_once_and_in_order(store: AnyStore, database: str) -> None:
    def work(uow: UnitOfWork) -> None:
        for name in range(12):
            number = add_alert(uow, str(name)).number
            for text in range(4):
                say(uow, number, str(text))

    await store.write(hook)
    await store.write(work)
    sent: dict[int, list[int]] = {}
    async with open_store(database) as second, asyncio.timeout(60):

        async def replica(of: AnyStore, owner: str) -> None:
            while sum(map(len, sent.values())) < 60:
                for event in await of.write(lambda uow: claim(uow, owner=owner, limit=5, abreast=4)):
                    sent.setdefault(event.alert, []).append(event.sequence)
                    await asyncio.sleep(0)
                    assert await of.write(lambda uow, event=event: uow.webhooks.sent(event, owner=owner, at=NOW))
                await asyncio.sleep(0.001)

        await asyncio.gather(replica(store, "a"), replica(second, "b"), replica(second, "c"))
    assert sorted(number for numbers in sent.values() for number in numbers) == list(range(1, 61))
    assert all(numbers == sorted(numbers) for numbers in sent.values())


async def test_a_secret_is_changed_with_a_day_of_both(store: AnyStore) -> None:
    await store.write(hook)
    await store.write(lambda uow: webhooks.change_secret(uow, "flow", secret="new", at=NOW))
    webhook = await store.read(lambda uow: webhooks.named(uow, "flow"))
    assert webhook.secrets(NOW) == ("new", "s-flow")
    assert webhook.secrets(NOW + timedelta(days=1)) == ("new",)
    for shown in (repr(webhook), repr(replace(webhook, name="x"))):
        assert "s-flow" not in shown
        assert "hooks.example" not in shown


def test_an_api_actor_is_no_person() -> None:
    assert ActorKind.API.value == Way.API.value == "api"
