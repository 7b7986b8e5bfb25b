"""Grouping as alerts come in, and incidents with their history, on both databases."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.alerts.conversation import Conversation, Scope
from bot.alerts.errors import Refused
from bot.alerts.grouping import ROUTINE_HOURS, read_reason
from bot.alerts.incident import apply
from bot.alerts.people import ActorKind, Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.report import Report
from bot.alerts.words import Classification, Severity, Status
from bot.usecases import incidents, link, resolve, undo
from bot.usecases.acting import Act
from bot.usecases.incidents import IncidentAct
from bot.usecases.report_alert import report_alerts
from bot.usecases.visibility import Reader
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW, add_conversation, device, report

ALL = Scope(everything=True)
ANA, BO = Person("ana", "Ana"), Person("bo", "Bo")
SECOND = timedelta(seconds=1)


def told(name: str, at: datetime = NOW, host: str = "web-1", **changes: object) -> Report:
    fields = {"alert_type": f"type of {name}", "title": name, "evidence": (device(host),)} | changes
    return report(name, first_activity=at, last_activity=at, **fields)


def come_in(uow: UnitOfWork, *reports: Report, at: datetime = NOW) -> list[int]:
    return [one.number for one in report_alerts(uow, reports, at, grouping=True)]


def in_incidents(uow: UnitOfWork, numbers: Sequence[int]) -> list[int | None]:
    return [uow.alerts.get(number).incident for number in numbers]


def channel(uow: UnitOfWork) -> Conversation:
    here = add_conversation(uow)
    uow.conversations.subscribe(here.id, at=NOW)
    uow.routes.put(here.id, at=NOW)
    for person in (ANA, BO):
        uow.people.meet(person, NOW)
    return replace(here, subscribed_at=NOW)


def act(uow: UnitOfWork, incident: int, by: Person = ANA, **more: object) -> IncidentAct:
    here = uow.conversations.find("19:a") or channel(uow)
    return IncidentAct(incident=incident, by=by, reader=Reader(by.object_id, here, NOW), at=NOW, **more)  # type: ignore[arg-type]


async def test_the_second_alert_on_a_host_makes_an_incident_and_says_why(store: AnyStore) -> None:
    async def send(*reports: Report) -> list[int]:
        return await store.write(lambda uow: come_in(uow, *reports))

    (first,) = await send(told("one"))
    assert await store.read(lambda uow: in_incidents(uow, [first])) == [None]
    (second,) = await send(told("two", NOW + 40 * SECOND))
    (elsewhere,) = await send(told("three", NOW + 41 * SECOND, host="db-1"))
    (third,) = await send(told("four", NOW + 80 * SECOND))
    assert await store.read(lambda uow: in_incidents(uow, [first, second, elsewhere, third])) == [1, 1, None, 1]
    kept, entries = await store.read(lambda uow: (uow.alerts.get(second), uow.history.entries(second, limit=9)))
    assert read_reason(kept.incident_reason) == (40 * SECOND, "device", "web-1")
    assert [entry.kind.value for entry in entries] == ["linked", "created"]
    assert entries[0].actor.kind is ActorKind.RULE
    made = await store.read(lambda uow: uow.incidents.seen(1, ALL))
    assert (made.called, made.alert_count, made.revision) == ("one", 3, 1)


async def test_alerts_that_come_in_one_batch_are_grouped_alike(store: AnyStore) -> None:
    reports = [told("b", NOW + SECOND), told("a"), told("c", host="db-1"), told("a", status=Status.NEW)]
    numbers = await store.write(lambda uow: come_in(uow, *reports))
    assert await store.read(lambda uow: in_incidents(uow, numbers)) == [1, 1, None, 1]
    assert numbers[1] == numbers[3]


async def test_the_source_s_own_incident_wins_and_takes_others_in(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> list[int | None]:
        alone = come_in(uow, told("alone"))
        theirs = come_in(uow, told("theirs", NOW + SECOND, external_incident="28"))
        another = come_in(uow, told("another", NOW + 2 * SECOND, source="alertmanager"))
        late = come_in(uow, told("alone", external_incident="28"))
        assert late == alone
        return in_incidents(uow, [*alone, *theirs, *another])

    assert await store.write(work) == [1, 1, 1]


async def test_what_is_resolved_takes_nothing_in(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> list[int | None]:
        here = channel(uow)
        (first,) = come_in(uow, told("one"))
        resolve.resolve(uow, Act(alert=first, by=ANA, reader=Reader("ana", here, NOW), at=NOW))
        (second,) = come_in(uow, told("two", NOW + SECOND))
        return in_incidents(uow, [first, second])

    assert await store.write(work) == [None, None]


async def test_an_alert_that_somebody_took_out_is_not_drawn_in_again(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> list[int | None]:
        here = channel(uow)
        first, second = come_in(uow, told("one"), told("two"))
        link.link(uow, Act(alert=first, by=ANA, reader=Reader("ana", here, NOW), at=NOW), None)
        undo.undo_step(
            uow,
            undo.Undoing(by=ANA, reader=Reader("ana", here, NOW), at=NOW, within=MINUTE),
            Act(alert=first, by=ANA, reader=Reader("ana", here, NOW), at=NOW),
        )
        assert in_incidents(uow, [first]) == [1]
        link.link(uow, Act(alert=first, by=ANA, reader=Reader("ana", here, NOW), at=NOW), None)
        link.link(uow, Act(alert=second, by=ANA, reader=Reader("ana", here, NOW), at=NOW), None)
        (third,) = come_in(uow, told("three", NOW + SECOND))
        return in_incidents(uow, [first, second, third])

    assert await store.write(work) == [None, None, None]


async def test_a_type_that_comes_every_hour_stays_out_of_incidents(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> list[int | None]:
        for hour in range(ROUTINE_HOURS + 1):
            at = NOW + hour * timedelta(hours=1)
            backup = come_in(uow, told(f"backup {hour}", at, alert_type="backup"), at=at)
        unusual = come_in(uow, told("unusual", at + SECOND), at=at)
        return in_incidents(uow, [*backup, *unusual])

    assert await store.write(work) == [None, None]


async def test_hours_are_counted_once_each_and_old_traces_are_forgotten(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        place = ("device:a", "x")
        assert [uow.trails.hours([place], hour)[place] for hour in (5, 5, 6, 8, 8)] == [0, 0, 1, 2, 2]
        (old,) = come_in(uow, told("old"), at=NOW)
        (new,) = come_in(uow, told("new", NOW + 9 * MINUTE), at=NOW + 9 * MINUTE)
        uow.trails.forget_before(NOW + MINUTE)
        assert {trace.alert for _, trace in uow.trails.newest([("device:web-1", "type of old")])} == {new}
        assert old < new

    await store.write(work)


async def test_resolving_an_incident_resolves_its_open_alerts_and_is_undone_as_one(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        numbers = come_in(uow, told("one"), told("two", severity=Severity.HIGH), told("three"))
        channel(uow)
        with pytest.raises(Refused, match="noteNeeded"):
            incidents.resolve(uow, act(uow, 1), " ")
        done = incidents.resolve(uow, act(uow, 1), "Our own test.", Classification.FALSE_POSITIVE, "notMalicious")
        assert done.entry is not None
        assert [number for number, _ in done.entry.touched] == numbers
        kept = [uow.alerts.get(number) for number in numbers]
        assert {alert.status for alert in kept} == {Status.RESOLVED}
        assert {alert.classification for alert in kept} == {Classification.FALSE_POSITIVE}
        with pytest.raises(Refused, match="incidentResolved"):
            incidents.resolve(uow, act(uow, 1), "Again.")
        with pytest.raises(Refused, match="nothingToUndo"):
            incidents.undo(uow, act(uow, 1, BO))
        here = uow.conversations.find("19:a")
        assert here is not None
        resolve.reopen(uow, Act(alert=numbers[0], by=BO, reader=Reader("bo", here, NOW), at=NOW))
        undone = incidents.undo(uow, act(uow, 1))
        assert undone.left == 1
        assert {uow.alerts.get(number).status for number in numbers[1:]} == {Status.NEW}

    await store.write(work)


async def test_merge_moves_everything_and_undo_parts_them_again(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        one = come_in(uow, told("one"), told("two"))
        two = come_in(uow, told("three", host="db-1"), told("four", host="db-1"))
        incidents.merge(uow, act(uow, 1), 2, "sameCampaign", "Same attacker.")
        assert set(in_incidents(uow, [*one, *two])) == {1}
        assert uow.alerts.get(two[0]).incident_reason == "sameCampaign"
        seen, _ = incidents.visible_incident(uow, 2, act(uow, 1).reader)
        assert seen.number == 1
        with pytest.raises(Refused, match="sameIncident"):
            incidents.merge(uow, act(uow, 2), 1)
        incidents.undo(uow, act(uow, 1))
        assert in_incidents(uow, [*one, *two]) == [1, 1, 2, 2]
        assert uow.incidents.get(2).merged_into is None
        incidents.undo(uow, act(uow, 1))
        assert set(in_incidents(uow, [*one, *two])) == {1}
        assert uow.incidents.get(2).merged_into == 1

    await store.write(work)


async def test_names_and_leaders_are_history_and_a_replay_gives_the_state(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        numbers = come_in(uow, told("one"), told("two"))
        incidents.rename(uow, act(uow, 1), "Theft on  web-1")
        incidents.assign(uow, act(uow, 1, BO), "ana")
        incidents.comment(uow, act(uow, 1, BO), "Isolating.")
        assert {uow.alerts.get(number).assignee for number in numbers} == {"ana"}
        with pytest.raises(Refused, match="changedBy"):
            incidents.rename(uow, act(uow, 1, BO, rev=1), "Other")
        incidents.undo(uow, act(uow, 1))
        made, entries = uow.incidents.seen(1, ALL), uow.incidents.entries(1, limit=99)
        assert [entry.kind.value for entry in reversed(entries)] == [
            "created", "renamed", "assigned", "commented", "undone",
        ]  # fmt: skip
        again = replace(made, name="", assignee=None, merged_into=None, revision=0)
        for entry in reversed(entries):
            again = apply(again, entry)
        assert again == made
        assert (made.name, made.called, made.assignee) == ("", "one", "ana")

    await store.write(work)


async def test_a_step_that_would_change_what_one_may_not_see_is_refused_whole(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        numbers = come_in(uow, told("one"), told("two", severity=Severity.HIGH))
        here = add_conversation(uow)
        uow.conversations.subscribe(here.id, at=NOW)
        uow.routes.put(here.id, at=NOW, wants="severity:high")
        uow.people.meet(ANA, NOW)
        here = replace(here, subscribed_at=NOW)
        mine = IncidentAct(incident=1, by=ANA, reader=Reader("ana", here, NOW), at=NOW)
        with pytest.raises(Refused, match="partlyHidden"):
            incidents.resolve(uow, mine, "All of it.")
        assert {uow.alerts.get(number).status for number in numbers} == {Status.NEW}
        with pytest.raises(Refused, match="partlyHidden"):
            incidents.assign(uow, mine, "ana")

    await store.write(work)


async def test_facts_are_those_of_the_alerts_in_scope(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        come_in(
            uow,
            told("one", category="Execution"),
            told("two", NOW + MINUTE, severity=Severity.HIGH, category="Persistence"),
        )
        facts = uow.incidents.facts(1, ALL)
        assert facts is not None
        assert (facts.count, facts.open, facts.severity, facts.unassigned) == (2, 2, Severity.HIGH, 2)
        assert (facts.assets, facts.categories) == (("web-1",), ("Execution", "Persistence"))
        assert [alert.title for alert in uow.incidents.page(1, ALL, offset=0, limit=9)] == ["two", "one"]
        assert uow.incidents.facts(1, Scope(everything=False)) is None

    await store.write(work)


async def test_linking_by_hand_takes_a_reason_and_a_comment_into_both_histories(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        here = channel(uow)
        (number,) = come_in(uow, told("one"))
        mine = Act(alert=number, by=ANA, reader=Reader("ana", here, NOW), at=NOW)
        link.link_to_new(uow, mine, "Theft", "sameActor", "Seen with Bo.")
        kept = uow.alerts.get(number)
        assert (kept.incident, kept.incident_reason, kept.comment_count) == (1, "sameActor", 1)
        newest, first = uow.incidents.entries(1, limit=9)
        assert (newest.kind.value, newest.comment, newest.touched) == ("linked", "Seen with Bo.", ((number, 2),))
        assert first.kind.value == "created"

    await store.write(work)
