"""History is the truth: replayed from the beginning, it gives the state that is kept."""

import asyncio
import dataclasses
import itertools
from collections.abc import Callable, Iterator
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
from bot.alerts.history import Entry
from bot.alerts.managing import Plan
from bot.alerts.messages import ConversationKind
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.report import Report, ReportedComment
from bot.alerts.words import Classification, Severity, Signal, Status
from bot.usecases import assign, comment, link, manage, resolve, undo
from bot.usecases.acting import Act, Done
from bot.usecases.report_alert import report_alert
from bot.usecases.visibility import Reader
from storage.store import AnyStore, open_store

START = datetime(2026, 3, 2, 3, 2, tzinfo=UTC)
PEOPLE = tuple(Person(object_id=f"{name}-id", name=name.title()) for name in ("ana", "bo", "chidi"))

#: What the history skips: long texts, and what is drawn from the evidence.
SKIPPED = {"description", "recommended_actions", "labels", "assets", "asset_count"}

Step = Callable[[UnitOfWork, Act], Done] | Report
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    folder = tmp_path_factory.mktemp("replay")
    (folder / "tocsin.db").write_bytes(sqlite_template.read_bytes())
    return folder


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def kept(folder: Path, runner: asyncio.Runner) -> Iterator[tuple[AnyStore, Conversation]]:
    """A store with three people in a subscribed channel."""

    def settle(uow: UnitOfWork) -> Conversation:
        here = uow.conversations.meet(
            teams_id="19:a@thread.tacv2", kind=ConversationKind.CHANNEL, service_url="https://x.example/",
            tenant_id="t",
        )  # fmt: skip
        uow.conversations.subscribe(here.id, at=START)
        uow.routes.put(here.id, at=START)
        for person in PEOPLE:
            uow.people.meet(person, START)
        uow.incidents.create("An incident", START)
        return dataclasses.replace(here, subscribed_at=START)

    store = open_store(f"sqlite:///{folder / 'tocsin.db'}")
    yield store, runner.run(store.write(settle))
    runner.run(store.close())


def undone(uow: UnitOfWork, act: Act) -> Done:
    undoing = undo.Undoing(by=act.by, reader=act.reader, at=act.at, within=timedelta(days=1))
    return undo.undo_step(uow, undoing, act)


def a_verdict() -> st.SearchStrategy[tuple[Classification, str]]:
    return st.sampled_from(
        [
            (Classification.TRUE_POSITIVE, "malware"),
            (Classification.FALSE_POSITIVE, "notMalicious"),
            (Classification.EXPECTED, ""),
            (Classification.NOT_SET, ""),
        ]
    )


def a_plan() -> st.SearchStrategy[Plan]:
    people = st.sampled_from([None, *((person.object_id,) for person in PEOPLE), (None,)])
    tags = st.lists(st.sampled_from(["one", "Two"]), max_size=2).map(tuple)
    return st.builds(
        Plan,
        status=st.sampled_from([None, *Status]),
        assignee=people,
        verdict=st.none() | a_verdict(),
        incident=st.sampled_from([None, (None,)]),
        add_tags=tags,
        remove_tags=tags,
        comment=st.sampled_from(["", "three"]),
    )


def managed(plan: Plan, *, into_new: bool) -> Step:
    return lambda uow, act: manage.manage(uow, act, plan, into_new=into_new)


def a_verb() -> st.SearchStrategy[Step]:
    words = st.sampled_from(["one", "Two", "three"])
    somebody = st.sampled_from([None, *(person.object_id for person in PEOPLE)])
    return st.one_of(
        somebody.map(lambda to: lambda uow, act: assign.assign(uow, act, to)),
        st.just(assign.start),
        words.map(lambda text: lambda uow, act: comment.comment(uow, act, text)),
        st.tuples(st.lists(words), st.lists(words)).map(lambda t: lambda uow, act: comment.tag(uow, act, *t)),
        a_verdict().map(lambda verdict: lambda uow, act: resolve.classify(uow, act, *verdict)),
        st.just(resolve.resolve),
        st.tuples(a_verdict(), words).map(lambda t: lambda uow, act: resolve.resolve(uow, act, *t[0], t[1])),
        st.just(resolve.reopen),
        st.just(lambda uow, act: link.link(uow, act, None)),
        st.just(link.link_to_new),
        st.builds(managed, a_plan(), into_new=st.booleans()),
        st.just(undone),
        st.just(undone),
    )


def a_report() -> st.SearchStrategy[Report]:
    later = st.integers(0, 9).map(lambda hours: START + timedelta(hours=hours))
    remark = st.builds(ReportedComment, st.sampled_from(["a", "b"]), st.sampled_from(["", "Pat"]), later)
    return st.builds(
        Report,
        source=st.just("graph"),
        external_id=st.just("set for each example"),
        title=st.sampled_from(["One title", "Another title"]),
        severity=st.sampled_from(Severity),
        description=st.sampled_from(["", "Long text."]),
        status=st.sampled_from([None, *Status]),
        signal=st.sampled_from([None, *Signal]),
        classification=st.sampled_from([None, *Classification]),
        assigned_to=st.sampled_from([None, "", "pat@contoso.example"]),
        last_activity=st.none() | later,
        source_tags=st.sampled_from([(), ("x",), ("x", "y")]),
        external_incident=st.sampled_from(["", "4711"]),
        comments=st.lists(remark, max_size=2).map(tuple),
    )


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=a_report(),
    steps=st.lists(st.tuples(st.sampled_from(PEOPLE), st.one_of(a_verb(), a_verb(), a_report())), max_size=14),
)
def test_a_replay_of_the_history_gives_the_state(
    kept: tuple[AnyStore, Conversation],
    runner: asyncio.Runner,
    first: Report,
    steps: list[tuple[Person, Step]],
) -> None:
    store, here = kept
    identity = f"alert-{next(_numbers)}"
    clock = (START + timedelta(minutes=minute) for minute in itertools.count())

    def take(report: Report) -> int:
        at, mine = next(clock), dataclasses.replace(report, external_id=identity)
        return runner.run(store.write(lambda uow: report_alert(uow, mine, at))).number

    number = take(first)
    for person, step in steps:
        if isinstance(step, Report):
            before = runner.run(store.read(lambda uow, number=number: uow.alerts.get(number)))
            taken = take(step)
            # What fires again after it was cleared is a new alert; anything else is the same one.
            assert taken == number or (before.signal is Signal.CLEARED and not before.is_open)
            number = taken
            continue
        at = next(clock)
        act = Act(alert=number, by=person, reader=Reader(person.object_id, here, at), at=at)
        try:
            runner.run(store.write(lambda uow, step=step, act=act: step(uow, act)))  # type: ignore[misc]
        except Refused:
            continue
    history, state = runner.run(store.read(lambda uow: (uow.history.since(number, 0), uow.alerts.get(number))))
    assert [entry.revision for entry in history] == list(range(1, state.revision + 1))
    assert _plain(_replayed(state, history)) == _plain(state)
    standing = [entry for entry in history if entry.comment and not entry.withdrawn]
    assert state.comment_count == len(standing)


def _replayed(state: Alert, history: tuple[Entry, ...]) -> Alert:
    """From what identifies the alert, and its history alone."""
    report = Report(source="graph", external_id=state.external_id, title="", severity=Severity.LOW)
    alert = newborn(state.number, report, state.received_at)
    for entry in history:
        alert = apply(alert, entry)
    return alert


def _plain(alert: Alert) -> dict[str, Any]:
    return {name: value for name, value in dataclasses.asdict(alert).items() if name not in SKIPPED}
