"""People change overlapping alerts at once: every alert has one winner, and the others are told who it was."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.alerts.errors import Refused
from bot.alerts.managing import Plan
from bot.alerts.outcome import Outcome
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import Classification, Status
from bot.usecases.manage_many import manage_many
from bot.usecases.undo import Undoing, undo_last
from bot.usecases.visibility import Reader
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW, add_alert, add_conversation

PEOPLE = [Person(f"{name}-id", name.title()) for name in ("ana", "bo", "chidi")]
ALERTS = range(1, 31)


async def test_each_alert_of_overlapping_actions_has_one_winner_and_undos_bring_all_back(store: AnyStore) -> None:
    def fill(uow: UnitOfWork) -> Reader:
        here = add_conversation(uow)
        uow.conversations.subscribe(here.id, at=NOW)
        uow.routes.put(here.id, at=NOW)
        for number in ALERTS:
            add_alert(uow, f"a{number}")
        return Reader("", replace(here, subscribed_at=NOW), NOW + MINUTE)

    reader = await store.write(fill)
    verdicts = list(Classification)[1:]

    async def act(place: int) -> Outcome:
        person = PEOPLE[place]
        me = replace(reader, person=person.object_id)
        # Each begins elsewhere, and they overlap; in whatever order they are named, they are done in one.
        meant = [number for number in ALERTS if number % 3 != place]
        seen = dict.fromkeys(reversed(meant) if place else meant, 1)
        plan = Plan(status=Status.RESOLVED, verdict=(verdicts[place], ""), comment="mine")
        return await store.write(lambda uow: manage_many(uow, person, me, me.at, seen=seen, plan=plan))

    outcomes = await asyncio.gather(*(act(place) for place in range(3)))
    changed = [entry.alert for outcome in outcomes for entry in outcome.entries]
    assert sorted(changed) == list(ALERTS)
    for place, outcome in enumerate(outcomes):
        assert len(outcome.entries) + len(outcome.left) == 20
        for left in outcome.left:
            assert isinstance(left.why, Refused)
            assert left.why.reason == "changed"
            assert left.why.facts["who"] != PEOPLE[place].name

    async def back(place: int) -> int:
        person = PEOPLE[place]
        me = replace(reader, person=person.object_id)
        undoing = Undoing(by=person, reader=me, at=NOW + 2 * MINUTE, within=timedelta(days=1))
        return len((await store.write(lambda uow: undo_last(uow, undoing))).entries)

    winners = [place for place, outcome in enumerate(outcomes) if outcome.entries]
    assert sum(await asyncio.gather(*(back(place) for place in winners))) == len(ALERTS)
    states = await store.read(lambda uow: [uow.alerts.get(number) for number in ALERTS])
    assert {(alert.status, alert.classification, alert.comment_count, alert.revision) for alert in states} == {
        (Status.NEW, Classification.NOT_SET, 0, 3)
    }
