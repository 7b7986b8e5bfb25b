"""The index of words and the counts of verdicts, as they are kept."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from bot.alerts.conversation import Scope
from bot.alerts.evidence import Evidence
from bot.alerts.habit_ports import Usual
from bot.alerts.history import Change, Kind
from bot.alerts.people import Actor, ActorKind
from bot.alerts.ports import UnitOfWork
from bot.alerts.recommendation import Basis, chances, recommend
from bot.alerts.words import Classification, Status
from storage.likeness_tables import alert_features, features, likeness_state, likenesses, verdict_counts, verdicts
from storage.store import AnyStore, open_store
from tests.unit.storage.made import NOW, add_alert, device, entry

ALL = Scope(everything=True)
TRUE, EXPECTED, FALSE = Classification.TRUE_POSITIVE, Classification.EXPECTED, Classification.FALSE_POSITIVE
ANA = Actor(ActorKind.PERSON, "ana", "Ana")
LATER = NOW + timedelta(hours=1)


def judge(
    uow: UnitOfWork, number: int, verdict: Classification, *, kind: Kind = Kind.CLASSIFIED, by: Actor = ANA
) -> None:
    """As the use cases do it: the alert, and the entry that says so."""
    before = uow.alerts.get(number)
    change = Change("classification", str(before.classification.value), str(verdict.value))
    uow.alerts.save(replace(before, classification=verdict, revision=before.revision + 1), before=before)
    uow.history.add(entry(number, before.revision + 1, actor=by, kind=kind, changes=(change,)))


async def counts(store: AnyStore) -> Mapping[str, Any]:
    """What is counted, without what is empty; masses to nine places."""

    def read(uow: UnitOfWork) -> Mapping[str, Any]:
        rows = uow.alerts._on.execute(select(verdict_counts)).all()  # type: ignore[attr-defined]
        return {row[0]: (*row[1:4], *(round(mass, 9) + 0.0 for mass in row[4:7])) for row in rows if any(row[1:4])}

    return await store.read(read)


async def keep_up(store: AnyStore, most: int = 3) -> int:
    rounds = 0
    while (await store.write(lambda uow: uow.habits.keep_up(LATER, most=most))).done:
        rounds += 1
    return rounds


async def test_similar_alerts_are_found_with_reasons(store: AnyStore) -> None:
    def fill(uow: UnitOfWork) -> None:
        add_alert(uow, "me", device("Web-1"), device("Web-2"), title="Brute force", alert_type="x")
        add_alert(uow, "both", device("web-2"), device("WEB-1"), title="Other", alert_type="y")
        add_alert(uow, "type", title="Brute force", alert_type="x")
        add_alert(uow, "neither", device("other"), Evidence("file", "", "f"), title="Third", alert_type="z")
        add_alert(uow, "closed", device("web-2"), title="Brute force", alert_type="x", status=Status.RESOLVED)

    await store.write(fill)
    me = await store.read(lambda uow: uow.alerts.get(1))
    found = await store.read(lambda uow: uow.alerts.similar(me, ALL, limit=9))
    assert [each.alert.external_id for each in found] == ["closed", "type", "both"]
    assert [(why.kind, why.label) for why in found[0].reasons] == [("rule", "Brute force"), ("host", "Web-2")]
    assert [(why.kind, why.label) for why in found[2].reasons] == [("host", "Web-1"), ("host", "Web-2")]
    assert len(await store.read(lambda uow: uow.alerts.similar(me, ALL, limit=1))) == 1
    nothing = Scope(everything=False)
    assert await store.read(lambda uow: uow.alerts.similar(me, nothing, limit=9)) == ()
    barred = Scope(everything=True, without=frozenset({me.service_source}))
    assert await store.read(lambda uow: uow.alerts.similar(me, barred, limit=9)) == ()


async def test_an_alert_with_nothing_in_common_has_nothing_similar(store: AnyStore) -> None:
    await store.write(lambda uow: add_alert(uow, "one", Evidence("file", "", "f"), title="One"))
    await store.write(lambda uow: add_alert(uow, "two", Evidence("file", "", "f"), title="Two"))
    me = await store.read(lambda uow: uow.alerts.get(1))
    assert await store.read(lambda uow: uow.alerts.similar(me, ALL, limit=9)) == ()


async def test_new_evidence_changes_what_an_alert_is_like(store: AnyStore) -> None:
    await store.write(lambda uow: add_alert(uow, "me", device("a"), title="Me"))
    await store.write(lambda uow: add_alert(uow, "other", device("b"), title="Other"))
    me = await store.read(lambda uow: uow.alerts.get(1))
    assert await store.read(lambda uow: uow.alerts.similar(me, ALL, limit=9)) == ()
    await store.write(lambda uow: uow.alerts.replace_evidence(2, [device("a")]))
    assert [each.alert.number for each in await store.read(lambda uow: uow.alerts.similar(me, ALL, limit=9))] == [2]
    await store.write(lambda uow: uow.alerts.replace_evidence(2, [device("c")]))
    assert await store.read(lambda uow: uow.alerts.similar(me, ALL, limit=9)) == ()


async def test_work_that_fails_leaves_no_trace_in_the_index(store: AnyStore) -> None:
    def fail(uow: UnitOfWork) -> None:
        made = add_alert(uow, "me", device("a"))
        judge(uow, made.number, TRUE)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await store.write(fail)
    for table in (alert_features, likenesses, verdicts, verdict_counts):
        rows = await store.read(lambda uow, table=table: uow.alerts._on.execute(select(table)).all())  # type: ignore[attr-defined,misc]
        assert rows == []


async def test_verdicts_are_counted_as_people_give_change_and_take_them_back(store: AnyStore) -> None:
    for name in ("a", "b", "c"):
        await store.write(lambda uow, name=name: add_alert(uow, name, device("web-1")))
    for number in (1, 2):
        await store.write(lambda uow, number=number: judge(uow, number, FALSE))
    place = await store.read(lambda uow: uow.habits.place(3))
    assert place is not None
    tallies = await store.read(lambda uow: uow.habits.tallies(place.circles, but=3))
    given = recommend(place.circles, tallies)
    assert given is not None
    assert (given.verdict, given.basis, given.right, given.of) == (FALSE, Basis.HERE, 2, 2)
    assert await store.read(lambda uow: uow.habits.usual(3)) == Usual((0, 0, 2), "Ana")
    # An alert is no precedent for itself.
    assert sum((await store.read(lambda uow: uow.habits.tallies(place.circles, but=1)))[place.circles.here].counts) == 1

    await store.write(lambda uow: judge(uow, 1, TRUE))
    tallies = await store.read(lambda uow: uow.habits.tallies(place.circles, but=3))
    assert (tallies[place.circles.here].counts, tallies[place.circles.here].flips) == ((1, 0, 1), 1)
    await store.write(lambda uow: judge(uow, 1, FALSE, kind=Kind.UNDONE))
    tallies = await store.read(lambda uow: uow.habits.tallies(place.circles, but=3))
    assert (tallies[place.circles.here].counts, tallies[place.circles.here].flips) == ((0, 0, 2), 0)
    for number in (1, 2):
        await store.write(lambda uow, number=number: judge(uow, number, Classification.NOT_SET, kind=Kind.UNDONE))
    assert await counts(store) == {}
    assert await store.read(lambda uow: uow.habits.judgements(place.circles, ALL, but=3, limit=9)) == ()


async def test_the_word_of_a_rule_is_not_counted(store: AnyStore) -> None:
    await store.write(lambda uow: add_alert(uow, "a"))
    await store.write(lambda uow: judge(uow, 1, FALSE, by=Actor.rule("tuning:3", "Noise")))
    assert await counts(store) == {}
    await store.write(lambda uow: judge(uow, 1, TRUE))
    assert await counts(store) != {}


async def test_who_judged_and_earlier_true_positives_are_told_where_they_may_be_seen(store: AnyStore) -> None:
    bo = Actor(ActorKind.PERSON, "bo", "Bo")
    for name in ("a", "b", "c"):
        await store.write(lambda uow, name=name: add_alert(uow, name))
    await store.write(lambda uow: judge(uow, 1, TRUE, by=bo))
    await store.write(lambda uow: judge(uow, 2, FALSE))
    place = await store.read(lambda uow: uow.habits.place(3))
    assert place is not None
    told = await store.read(lambda uow: uow.habits.judgements(place.circles, ALL, but=3, limit=9))
    assert {(one.alert, one.verdict, one.name) for one in told} == {(1, TRUE, "Bo"), (2, FALSE, "Ana")}
    true = await store.read(lambda uow: uow.habits.true_positives(place.circles, ALL, but=3, limit=9))
    assert [one.alert for one in true] == [1]
    assert await store.read(lambda uow: uow.habits.true_positives(place.circles, ALL, but=1, limit=9)) == ()
    hidden = Scope(everything=False)
    assert await store.read(lambda uow: uow.habits.judgements(place.circles, hidden, but=3, limit=9)) == ()


async def _everything_again(store: AnyStore) -> None:
    """As after the migration of a database that had all this before."""

    def forget(uow: UnitOfWork) -> None:
        on = uow.alerts._on  # type: ignore[attr-defined]
        for table in (alert_features, features, likenesses, verdicts, verdict_counts):
            on.execute(delete(table))
        last = on.execute(text("SELECT MAX(number) FROM alerts")).scalar()
        on.execute(update(likeness_state).values(counted_to=last, total=0, fill_below=last + 1))

    await store.write(forget)


async def test_counts_kept_along_the_way_are_those_of_a_count_from_scratch(store: AnyStore) -> None:
    dice = random.Random(7)  # noqa: S311 - no secret
    for name in range(12):
        labels = {"site": dice.choice(["North", "South"])}
        hosts = [device(dice.choice("abc"))]
        changes = {"title": dice.choice(["T", "U"]), "labels": labels, "category": "C"}
        await store.write(
            lambda uow, name=name, hosts=hosts, changes=changes: add_alert(uow, str(name), *hosts, **changes)
        )
    for _ in range(60):
        number, verdict = dice.randint(1, 12), dice.choice([TRUE, EXPECTED, FALSE, Classification.NOT_SET])
        if dice.random() < 0.2:
            pieces = [device(dice.choice("abcd"))]
            await store.write(lambda uow, n=number, pieces=pieces: uow.alerts.replace_evidence(n, pieces))
        elif (await store.read(lambda uow, n=number: uow.alerts.get(n))).classification is not verdict:
            await store.write(lambda uow, n=number, verdict=verdict: judge(uow, n, verdict))
    along_the_way, index = await counts(store), await _index(store)
    await _everything_again(store)
    assert await keep_up(store) == 4
    assert await counts(store) == along_the_way
    assert await _index(store) == index
    assert await keep_up(store) == 0


async def _index(store: AnyStore) -> Sequence[Any]:
    return await store.read(lambda uow: sorted(map(tuple, uow.alerts._on.execute(select(alert_features)))))  # type: ignore[attr-defined]


async def test_words_are_counted_a_little_later(store: AnyStore) -> None:
    for name in ("a", "b", "c"):
        await store.write(lambda uow, name=name: add_alert(uow, name, device("web-1")))
    early = await store.write(lambda uow: uow.habits.keep_up(NOW, most=9))
    assert early.done == 0
    await keep_up(store)
    most = await store.read(lambda uow: uow.alerts._on.execute(select(features.c.df)).scalars().all())  # type: ignore[attr-defined]
    assert set(most) == {3}
    assert await store.read(lambda uow: uow.alerts._on.execute(select(likeness_state.c.total)).scalar()) == 3  # type: ignore[attr-defined]
    await keep_up(store)
    assert await store.read(lambda uow: uow.alerts._on.execute(select(likeness_state.c.total)).scalar()) == 3  # type: ignore[attr-defined]


async def test_another_word_for_the_site_indexes_everything_anew(database: str) -> None:
    async with open_store(database) as store:
        await store.write(lambda uow: add_alert(uow, "a", labels={"site": "North", "office": "Oslo"}))
        await store.write(lambda uow: judge(uow, 1, TRUE))
        await keep_up(store)
    async with open_store(database, site_from=("label:office",)) as store:
        await keep_up(store)
        place = await store.read(lambda uow: uow.habits.place(1))
        assert place is not None
        assert place.site == "Oslo"
        counted = await counts(store)
        assert place.circles.here in counted
        # The whole, category, kind, rule, site, kind at the site, and here: nothing is left of the old site.
        assert len(counted) == 7


async def test_two_that_judge_at_once_do_not_hold_each_other_up_for_ever(database: str) -> None:
    async with open_store(database) as one, open_store(database) as two:
        for name in range(20):
            await one.write(lambda uow, name=name: add_alert(uow, str(name), device(f"h{name % 3}")))

        async def judge_some(store: AnyStore, numbers: Sequence[int]) -> None:
            for number in numbers:
                await store.write(lambda uow, number=number: judge(uow, number, FALSE))

        async with asyncio.timeout(30):
            await asyncio.gather(judge_some(one, range(1, 11)), judge_some(two, range(20, 10, -1)))
        place = await one.read(lambda uow: uow.habits.place(1))
        assert place is not None
        tallies = await one.read(lambda uow: uow.habits.tallies(place.circles, but=99))
        assert tallies[place.circles.everything].counts == (0, 0, 20)
        assert tallies[place.circles.everything].mass == pytest.approx((0, 0, 1))
        assert chances(place.circles, tallies)[2] > 0.9
