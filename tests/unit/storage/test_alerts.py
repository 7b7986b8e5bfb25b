"""Alerts, their evidence and reports, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from bot.alerts.absorb import Said
from bot.alerts.conversation import Scope, Subject
from bot.alerts.errors import Busy, NotAvailable
from bot.alerts.evidence import Asset, Evidence
from bot.alerts.history import Kind
from bot.alerts.ports import UnitOfWork
from bot.alerts.views import QueueFilter
from bot.alerts.words import Classification, Severity, Signal, Status
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW, add_alert, add_conversation, alert, birth, device

ALL = Scope(everything=True)


async def test_an_alert_comes_back_as_it_was_saved(store: AnyStore) -> None:
    def save(uow: UnitOfWork) -> None:
        (number,) = uow.alerts.numbers(1)
        assert number == 1
        incident = uow.incidents.create("Case", NOW)
        full = alert(
            number,
            incident=incident,
            status=Status.RESOLVED,
            signal=Signal.CLEARED,
            classification=Classification.FALSE_POSITIVE,
            determination="notMalicious",
            assignee="ana",
            tags=("vip", "Größe"),
            source_tags=("s",),
            mitre=("T1003",),
            labels={"job": "x"},
            assets=(Asset("device", "web-1", "device:web-1"),),
            asset_count=3,
            evidence_count=18,
            comment_count=2,
            acknowledged_at=NOW + MINUTE,
            resolved_at=NOW + 2 * MINUTE,
            description="Zeile\n\t" + "ä" * 40_000,
            alert_url="https://security.microsoft.com/",
            product="Defender",
            threat="m",
        )
        uow.alerts.open([birth(full)])
        assert uow.alerts.get(number) == full
        kept.append(full)

    kept: list[object] = []
    await store.write(save)
    assert [await store.read(lambda uow: uow.alerts.get(1))] == kept[-1:]
    found = await store.read(lambda uow: uow.alerts.find([("graph", "da1"), ("graph", "da2"), ("other", "da1")]))
    assert found == {("graph", "da1"): kept[-1]}


async def test_what_is_not_there_is_not_available(store: AnyStore) -> None:
    assert await store.read(lambda uow: uow.alerts.find([("graph", "da1")])) == {}
    with pytest.raises(NotAvailable):
        await store.read(lambda uow: uow.alerts.get(1))


async def test_the_same_alert_is_not_opened_twice(store: AnyStore) -> None:
    await store.write(lambda uow: add_alert(uow, "da1"))
    with pytest.raises(IntegrityError):
        await store.write(lambda uow: add_alert(uow, "da1"))
    other = await store.write(lambda uow: add_alert(uow, "da1-of-another-day"))
    assert other.number > 1


async def test_numbers_are_given_once_and_grow(store: AnyStore) -> None:
    first = await store.write(lambda uow: [*uow.alerts.numbers(3), *uow.alerts.numbers(1)])
    assert first == [1, 2, 3, 4]
    assert (await store.write(lambda uow: add_alert(uow, "da1"))).number == 5
    assert list(await store.write(lambda uow: uow.alerts.numbers(2))) == [6, 7]


async def test_many_are_opened_at_once_with_all_that_begins_with_them(store: AnyStore) -> None:
    def fill(uow: UnitOfWork) -> None:
        births = [
            birth(alert(n, f"da{n}", title=f"T{n}"), device(f"d{n}"), device("d")) for n in uow.alerts.numbers(70)
        ]
        uow.alerts.open(births)

    await store.write(fill)

    def look(uow: UnitOfWork) -> None:
        known = uow.alerts.find([("graph", f"da{n}") for n in range(1, 71)])
        assert {found.title for found in known.values()} == {f"T{n}" for n in range(1, 71)}
        said = uow.alerts.last_said([found.number for found in known.values()])
        assert said == {n: Said({"title": f"T{n}"}, "digest") for n in range(1, 71)}
        for n in (1, 35, 70):
            assert [piece.label for piece in uow.alerts.evidence(n, limit=9)] == [f"d{n}", "d"]
            (first,) = uow.history.entries(n, limit=9)
            assert (first.revision, first.kind, first.at) == (1, Kind.CREATED, NOW)

    await store.read(look)


async def test_saving_over_a_newer_revision_is_busy_and_changes_nothing(store: AnyStore) -> None:
    await store.write(lambda uow: add_alert(uow, "da1"))
    runs = []

    def stale(uow: UnitOfWork) -> None:
        runs.append(1)
        uow.alerts.save(alert(1, title="Other", revision=8), before=alert(1, revision=7))

    with pytest.raises(Busy):
        await store.write(stale)
    assert len(runs) > 1, "a lost race is run again"
    assert (await store.read(lambda uow: uow.alerts.get(1))).title == "Mimikatz"


async def test_the_last_report_of_an_alert_replaces_the_one_before(store: AnyStore) -> None:
    await store.write(lambda uow: add_alert(uow, "da1"))
    assert await store.read(lambda uow: uow.alerts.last_said([1, 2])) == {1: Said({"title": "Mimikatz"}, "digest")}
    first, second = Said({"title": "A\x00\ud800", "mitre": ["x"]}, "d1"), Said({"title": "B"}, "d2")
    await store.write(lambda uow: uow.alerts.keep_said(1, first, '{"a": "\\u0000 ä"}', NOW))
    assert await store.read(lambda uow: uow.alerts.last_said([1])) == {1: first}
    await store.write(lambda uow: uow.alerts.keep_said(1, second, "{}", NOW))
    assert await store.read(lambda uow: uow.alerts.last_said([1])) == {1: second}


async def test_evidence_is_replaced_and_read_in_its_order(store: AnyStore) -> None:
    pieces = tuple(
        Evidence(
            "file", f"file:{n}", f"f{n}", ("source",), "malicious", "blocked", ("t",), {"size": n, "in": {"a": [1]}}
        )
        for n in range(5)
    )
    await store.write(lambda uow: add_alert(uow, "da1", device("gone")))
    await store.write(lambda uow: uow.alerts.replace_evidence(1, pieces))
    assert await store.read(lambda uow: uow.alerts.evidence(1, limit=10)) == pieces
    assert await store.read(lambda uow: uow.alerts.evidence(1, limit=2)) == pieces[:2]


async def test_five_thousand_pieces_of_evidence_are_kept(store: AnyStore) -> None:
    await store.write(lambda uow: add_alert(uow, "da1", *(device(f"d{n}") for n in range(5_000))))
    assert len(await store.read(lambda uow: uow.alerts.evidence(1, limit=9_999))) == 5_000


async def test_the_queue_has_open_alerts_newest_activity_first(store: AnyStore) -> None:
    def fill(uow: UnitOfWork) -> None:
        for place, minutes in enumerate((5, 1, 9, 7), 1):
            add_alert(uow, f"a{place}", last_activity=NOW + minutes * MINUTE, assignee="ana" if place % 2 else None)
        add_alert(uow, "done", last_activity=NOW + 99 * MINUTE, status=Status.RESOLVED, resolved_at=NOW)
        add_alert(uow, "old", last_activity=NOW - timedelta(days=40))

    await store.write(fill)
    since = QueueFilter(since=NOW)
    page, total = await store.read(lambda uow: uow.alerts.page(ALL, since, offset=1, limit=2))
    assert ([found.number for found in page], total) == ([4, 1], 4)
    mine, total = await store.read(
        lambda uow: uow.alerts.page(ALL, QueueFilter(since=NOW, assignee="ana"), offset=0, limit=9)
    )
    assert ([found.number for found in mine], total) == ([3, 1], 2)


async def test_a_scope_shows_only_what_has_a_card_there(store: AnyStore) -> None:
    def fill(uow: UnitOfWork) -> tuple[Scope, Scope]:
        here, there = add_conversation(uow, "19:a"), add_conversation(uow, "19:b")
        for place in range(1, 4):
            add_alert(uow, f"a{place}")
        uow.cards.want(here.id, Subject.ALERT, 2, priority=1, at=NOW)
        uow.cards.want(here.id, Subject.ALERT, 2, priority=1, at=NOW, origin="m1")
        uow.cards.want(there.id, Subject.ALERT, 3, priority=1, at=NOW)
        uow.cards.want(here.id, Subject.DIGEST, 1, priority=1, at=NOW)
        return Scope(everything=False, shared_in=here.id), Scope(everything=False, shared_in=there.id)

    here, there = await store.write(fill)
    seen = {}
    for name, scope in {"all": ALL, "here": here, "there": there, "nothing": Scope(everything=False)}.items():
        page, total = await store.read(
            lambda uow, scope=scope: uow.alerts.page(scope, QueueFilter(since=NOW), offset=0, limit=9)
        )
        assert total == len(page)
        seen[name] = {found.number for found in page}
        for number in (1, 2, 3):
            is_in = await store.read(lambda uow, number=number, scope=scope: uow.alerts.in_scope(number, scope))
            assert is_in == (number in seen[name])
    assert seen == {"all": {1, 2, 3}, "here": {2}, "there": {3}, "nothing": set()}
    assert not await store.read(lambda uow: uow.alerts.in_scope(99, ALL))


async def test_every_severity_comes_back(store: AnyStore) -> None:
    def severities(uow: UnitOfWork) -> None:
        for severity in Severity:
            add_alert(uow, f"of-{severity}", severity=severity)

    await store.write(severities)
    found = [(await store.read(lambda uow, n=n: uow.alerts.get(n))).severity for n in range(1, 5)]
    assert found == list(Severity)
