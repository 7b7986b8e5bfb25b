"""Actions on several alerts, single ones, what sources say, and undos, in any order: the history stays the truth."""

import asyncio
import dataclasses
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.alerts.absorb import newborn
from bot.alerts.alert import Alert, apply
from bot.alerts.conversation import Conversation
from bot.alerts.errors import Refused
from bot.alerts.history import Entry, as_plain, undone_among
from bot.alerts.managing import Plan
from bot.alerts.outcome import Outcome
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.report import Report
from bot.alerts.roles import AccessRules, Grant
from bot.alerts.words import Classification, Severity, Status
from bot.usecases import assign, comment, resolve, undo
from bot.usecases.acting import Act, Done
from bot.usecases.bulk import each
from bot.usecases.manage_many import manage_many
from bot.usecases.report_alert import report_alerts
from bot.usecases.visibility import Reader
from storage.store import AnyStore, open_store
from tests.support import databases
from tests.unit.storage.made import add_conversation

START = datetime(2026, 3, 2, 3, 2, tzinfo=UTC)
ANA, BO, CHIDI = (Person(object_id=f"{name}-id", name=name.title()) for name in ("ana", "bo", "chidi"))
PEOPLE = (ANA, BO, CHIDI)

#: Ana is an administrator, who may take back what others did.
ACCESS = AccessRules(
    administrators=Grant(frozenset({ANA.object_id})), responders=Grant(frozenset({BO.object_id, CHIDI.object_id}))
)
WITHIN = timedelta(hours=2)
ALERTS = 4

_worlds = itertools.count(1)

Verb = Callable[[UnitOfWork, Act], Done]


@dataclass
class World:
    """Some alerts, and what was done to them so far."""

    store: AnyStore
    here: Conversation
    runner: asyncio.Runner
    numbers: list[int]
    identities: list[str]
    now: datetime
    actions: list[str] = field(default_factory=list)

    def write(self, work: Callable[[UnitOfWork], Any]) -> Any:
        return self.runner.run(self.store.write(work))

    def reader(self, person: Person) -> Reader:
        return Reader(person.object_id, self.here, self.now)

    def undoing(self, person: Person, whose: Person | None = None) -> undo.Undoing:
        return undo.Undoing(
            by=person,
            reader=self.reader(person),
            at=self.now,
            within=WITHIN,
            whose=whose.object_id if whose is not None and whose is not person else None,
        )

    def states(self) -> list[Alert]:
        found: list[Alert] = self.write(lambda uow: [uow.alerts.get(number) for number in self.numbers])
        return found


#: Does something in a world, and says what became of it.
Step = Callable[[World, Person], Outcome | None]


def a_verb() -> st.SearchStrategy[Verb]:
    words = st.sampled_from(["one", "two"])
    somebody = st.sampled_from([None, *(person.object_id for person in PEOPLE)])
    return st.one_of(
        somebody.map(lambda to: lambda uow, act: assign.assign(uow, act, to)),
        st.just(assign.start),
        words.map(lambda text: lambda uow, act: comment.comment(uow, act, text)),
        words.map(lambda text: lambda uow, act: comment.tag(uow, act, [text], [])),
        a_verdict().map(lambda verdict: lambda uow, act: resolve.classify(uow, act, *verdict)),
        st.tuples(a_verdict(), words).map(lambda t: lambda uow, act: resolve.resolve(uow, act, *t[0], t[1])),
        st.just(resolve.reopen),
    )


def a_verdict() -> st.SearchStrategy[tuple[Classification, str]]:
    return st.sampled_from(
        [(Classification.TRUE_POSITIVE, "malware"), (Classification.FALSE_POSITIVE, ""), (Classification.NOT_SET, "")]
    )


def some() -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, ALERTS - 1), min_size=1, max_size=ALERTS, unique=True)


def at_once(places: Sequence[int], verb: Verb) -> Step:
    def step(world: World, person: Person) -> Outcome:
        acts = [
            Act(alert=world.numbers[place], by=person, reader=world.reader(person), at=world.now) for place in places
        ]
        outcome: Outcome = world.write(lambda uow: each(uow, acts, verb))
        return outcome

    return step


def planned(places: Sequence[int], plan: Plan, behind: int) -> Step:
    """From a preview that is so many revisions old."""

    def step(world: World, person: Person) -> Outcome:
        states = world.states()
        seen = {states[place].number: max(1, states[place].revision - behind) for place in places}
        outcome: Outcome = world.write(
            lambda uow: manage_many(uow, person, world.reader(person), world.now, seen=seen, plan=plan)
        )
        return outcome

    return step


def a_plan() -> st.SearchStrategy[Plan]:
    return st.builds(
        Plan,
        status=st.sampled_from([None, *Status]),
        verdict=st.none() | a_verdict(),
        comment=st.sampled_from(["", "planned"]),
    )


def undone_last(whose: Person | None) -> Step:
    def step(world: World, person: Person) -> Outcome:
        outcome: Outcome = world.write(lambda uow: undo.undo_last(uow, world.undoing(person, whose)))
        return outcome

    return step


def undone_named(place: int) -> Step:
    def step(world: World, person: Person) -> Outcome | None:
        if not world.actions:
            return None
        name = world.actions[place % len(world.actions)]
        outcome: Outcome = world.write(lambda uow: undo.undo_action(uow, world.undoing(person), name))
        return outcome

    return step


def undone_here(place: int) -> Step:
    def step(world: World, person: Person) -> None:
        act = Act(alert=world.numbers[place], by=person, reader=world.reader(person), at=world.now)
        world.write(lambda uow: undo.undo_step(uow, world.undoing(person), act))

    return step


def reported(place: int, status: Status | None, severity: Severity) -> Step:
    def step(world: World, _person: Person) -> None:
        report = _report(world.identities[place], status=status, severity=severity)
        world.write(lambda uow: report_alerts(uow, [report], world.now))

    return step


def waited(hours: int) -> Step:
    def step(world: World, _person: Person) -> None:
        world.now += timedelta(hours=hours)

    return step


def a_step() -> st.SearchStrategy[Step]:
    places = st.integers(0, ALERTS - 1)
    return st.one_of(
        st.builds(at_once, some(), a_verb()),
        st.builds(at_once, st.lists(places, min_size=1, max_size=1), a_verb()),
        st.builds(planned, some(), a_plan(), st.integers(0, 2)),
        st.builds(undone_last, st.none()),
        st.builds(undone_last, st.sampled_from([None, *PEOPLE])),
        st.builds(undone_named, st.integers(0, 20)),
        st.builds(undone_here, places),
        st.builds(reported, places, st.sampled_from([None, *Status]), st.sampled_from(Severity)),
        st.builds(waited, st.integers(1, 2)),
    )


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def kept(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, runner: asyncio.Runner
) -> Iterator[tuple[AnyStore, Conversation]]:
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        yield from _opened(databases.sqlite_copy(template, tmp_path_factory.mktemp("bulk")), runner)
        return
    server, name = request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_template")
    with databases.postgres_database(server, name) as url:
        yield from _opened(url, runner)


def _opened(url: str, runner: asyncio.Runner) -> Iterator[tuple[AnyStore, Conversation]]:
    def settle(uow: UnitOfWork) -> Conversation:
        here = add_conversation(uow)
        uow.conversations.subscribe(here.id, at=START)
        uow.routes.put(here.id, at=START)
        for person in PEOPLE:
            uow.people.meet(person, START)
        return dataclasses.replace(here, subscribed_at=START)

    store = open_store(url, ACCESS)
    yield store, runner.run(store.write(settle))
    runner.run(store.close())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(PEOPLE), a_step()), max_size=16))
def test_in_any_order_the_history_gives_the_state(
    kept: tuple[AnyStore, Conversation], runner: asyncio.Runner, steps: list[tuple[Person, Step]]
) -> None:
    world = _world(*kept, runner)
    for person, step in steps:
        world.now += timedelta(minutes=1)
        before = world.states()
        try:
            outcome = step(world, person)
        except Refused:
            assert world.states() == before, "what is refused changes nothing"
            continue
        if outcome is not None:
            _check(world, before, outcome)
    for number, state in zip(world.numbers, world.states(), strict=True):
        history = world.write(lambda uow, number=number: uow.history.since(number, 0))
        assert [entry.revision for entry in history] == list(range(1, state.revision + 1))
        assert _plain(_replayed(state, history)) == _plain(state)
        assert state.comment_count == sum(bool(entry.comment) and not entry.withdrawn for entry in history)
        _check_comments(history)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.lists(st.tuples(st.sampled_from(PEOPLE), st.builds(at_once, some(), a_verb())), max_size=4),
    last=st.builds(at_once, some(), a_verb()) | st.builds(planned, some(), a_plan(), st.just(0)),
)
def test_undo_brings_back_what_was_and_undo_again_what_had_been_done(
    kept: tuple[AnyStore, Conversation], runner: asyncio.Runner, first: list[tuple[Person, Step]], last: Step
) -> None:
    world = _world(*kept, runner)
    for person, step in first:
        world.now += timedelta(minutes=1)
        step(world, person)
    world.now += timedelta(minutes=1)
    before = world.states()
    try:
        outcome = last(world, BO)
    except Refused:
        return
    if outcome is None or not outcome.entries:
        return
    after = world.states()
    for expected in (before, after, before, after):
        world.now += timedelta(minutes=1)
        undone_last(None)(world, BO)
        assert [_worth(alert) for alert in world.states()] == [_worth(alert) for alert in expected]


def _world(store: AnyStore, here: Conversation, runner: asyncio.Runner) -> World:
    name = next(_worlds)
    identities = [f"world-{name}-{place}" for place in range(ALERTS)]
    reports = [_report(identity) for identity in identities]
    # Later than all worlds before it: what somebody did last is looked for on any alert.
    begun = START + timedelta(days=7 * name)
    made = runner.run(store.write(lambda uow: report_alerts(uow, reports, begun)))
    return World(store, here, runner, [one.number for one in made], identities, begun)


def _report(identity: str, **given: Any) -> Report:
    return Report(**({"source": "graph", "external_id": identity, "title": "T", "severity": Severity.LOW} | given))


def _check(world: World, before: Sequence[Alert], outcome: Outcome) -> None:
    """One action, one entry for each alert that it changed, and none for those that it left, with the reason."""
    assert all(isinstance(one.why, Refused) for one in outcome.left)
    after = world.states()
    changed = {entry.alert for entry in outcome.entries}
    assert len(changed) == len(outcome.entries)
    assert changed.isdisjoint(one.number for one in outcome.left)
    for old, new in zip(before, after, strict=True):
        assert new.revision == old.revision + (new.number in changed)
    by_number = {alert.number: alert for alert in after}
    for entry in outcome.entries:
        assert entry.action == outcome.action
        for change in entry.changes:
            assert as_plain(getattr(by_number[entry.alert], change.field)) == change.new
    if outcome.entries:
        world.actions.append(outcome.action)
        kept = world.write(lambda uow: uow.history.action(outcome.action))
        assert kept == outcome.entries


def _check_comments(history: Sequence[Entry]) -> None:
    """A comment is struck through where the entry that brought it stands undone, and nowhere else."""
    undone = undone_among(reversed(history))
    for entry in history:
        if entry.comment:
            assert entry.withdrawn == (entry.revision in undone)


def _replayed(state: Alert, history: Sequence[Entry]) -> Alert:
    alert = newborn(state.number, _report(state.external_id), state.received_at)
    for entry in history:
        alert = apply(alert, entry)
    return alert


def _plain(alert: Alert) -> dict[str, Any]:
    skipped = {"description", "recommended_actions", "labels", "assets", "asset_count"}
    return {name: value for name, value in dataclasses.asdict(alert).items() if name not in skipped}


def _worth(alert: Alert) -> tuple[Any, ...]:
    """What an undo is about: when and by whom is another matter."""
    return alert.status, alert.classification, alert.determination, alert.assignee, alert.tags, alert.comment_count
