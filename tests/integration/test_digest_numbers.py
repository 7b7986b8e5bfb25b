"""What a digest says is what one counts by hand, whatever the alerts are, on both databases."""

import random
import statistics
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from bot.alerts.alert import Alert
from bot.alerts.condition import EVERYTHING
from bot.alerts.condition_text import parse
from bot.alerts.conversation import Scope
from bot.alerts.digest import DigestNumbers, Took
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import Classification, Severity, Status
from storage.store import AnyStore
from tests.unit.storage.made import NOW, add_alert

ALL = Scope(everything=True)
SPAN = timedelta(days=4)


def some_alert(rng: random.Random) -> dict[str, object]:
    received = NOW + SPAN * rng.random()
    acknowledged = received + timedelta(minutes=rng.randrange(1, 2_000)) if rng.random() < 0.6 else None
    resolved = received + timedelta(minutes=rng.randrange(1, 3_000)) if rng.random() < 0.5 else None
    return {
        "severity": rng.choice(list(Severity)),
        "status": Status.RESOLVED if resolved else rng.choice([Status.NEW, Status.IN_PROGRESS]),
        "classification": rng.choice(list(Classification)) if resolved else Classification.NOT_SET,
        "assignee": rng.choice([None, "ana", "bo", "chidi"]),
        "service_source": rng.choice(["", "microsoftDefenderForEndpoint", "microsoftDefenderForIdentity"]),
        "alert_type": rng.choice(["", "a", "b", "c"]),
        "title": f"T{rng.randrange(9)}",
        "hidden": rng.choice([None] * 6 + ["tuning:1", "tuning:2"]),
        "received_at": received,
        "acknowledged_at": acknowledged,
        "resolved_at": resolved,
    }


async def test_it_is_what_one_counts_by_hand(store: AnyStore) -> None:
    rng = random.Random(7)  # noqa: S311 - made-up alerts

    def fill(uow: UnitOfWork) -> list[Alert]:
        return [add_alert(uow, f"a{n}", **some_alert(rng)) for n in range(250)]

    alerts = await store.write(fill)
    filters = ("", "severity>=medium", "service:endpoint", "not type:a", "assignee:ana severity:high")
    for step in range(60):
        since = NOW + SPAN * rng.uniform(0.1, 0.8)
        until = since + timedelta(minutes=rng.randrange(1, 2_000))
        text = rng.choice(filters)
        wants = parse(text) if text else EVERYTHING
        got = await store.read(lambda uow, a=since, b=until, w=wants: uow.digests.count(ALL, a, b, wants=w))  # type: ignore[misc]
        fitting = [alert for alert in alerts if FITS[text](alert)]
        compare(got, fitting, since, until, f"{step}: {text} {since} {until}")


FITS: dict[str, Callable[[Alert], bool]] = {
    "": lambda _: True,
    "severity>=medium": lambda alert: alert.severity in (Severity.MEDIUM, Severity.HIGH),
    "service:endpoint": lambda alert: alert.service_source == "microsoftDefenderForEndpoint",
    "not type:a": lambda alert: alert.alert_type != "a",
    "assignee:ana severity:high": lambda alert: alert.assignee == "ana" and alert.severity is Severity.HIGH,
}


def compare(got: DigestNumbers, alerts: list[Alert], since: datetime, until: datetime, where: str) -> None:
    before = since - (until - since)

    def within(moment: datetime | None, begin: datetime = since, end: datetime = until) -> bool:
        return moment is not None and begin <= moment < end

    new = [alert for alert in alerts if within(alert.received_at)]
    seen = [alert for alert in new if not alert.is_hidden]
    resolved = [alert for alert in alerts if within(alert.resolved_at)]
    opened = [alert for alert in alerts if alert.status is not Status.RESOLVED and not alert.is_hidden]
    lonely = [alert for alert in opened if alert.assignee is None]
    earlier = [alert for alert in alerts if within(alert.received_at, before, since) and not alert.is_hidden]
    assert (got.new, got.hidden, got.resolved) == (len(seen), len(new) - len(seen), len(resolved)), where
    assert (got.open, got.unassigned, got.before_new) == (len(opened), len(lonely), len(earlier)), where
    assert got.new_by_severity == {one: sum(alert.severity is one for alert in seen) for one in Severity}, where
    assert got.open_by_severity == {one: sum(alert.severity is one for alert in opened) for one in Severity}, where
    assert dict(got.verdicts) == Counter(alert.classification for alert in resolved), where
    oldest = sorted(opened, key=lambda alert: (alert.assignee is not None, alert.received_at, alert.number))
    assert [row.number for row in got.waiting] == [alert.number for alert in oldest][:5], where
    sources = Counter(alert.service_source or "source:graph" for alert in seen)
    assert list(got.by_source) == sorted(sources.items(), key=lambda one: (-one[1], one[0])), where
    hidden = Counter(alert.hidden for alert in new if alert.hidden)
    assert list(got.hidden_by) == sorted(hidden.items(), key=lambda one: (-one[1], one[0])), where
    did, has = Counter(alert.assignee for alert in resolved), Counter(alert.assignee for alert in opened)
    assert {one.person: (one.resolved, one.open) for one in got.by_person} == {
        who: (did[who], has[who]) for who in (did.keys() | has.keys()) - {None}
    }, where
    types = Counter(alert.alert_type for alert in seen if alert.alert_type)
    newest = {kind: max(alert.number for alert in seen if alert.alert_type == kind) for kind in types}
    noisy = sorted(((newest[kind], count) for kind, count in types.items() if count > 1), key=lambda one: -one[1])
    assert Counter((one.newest, one.count) for one in got.noisy) == Counter(noisy), where
    assert [one.count for one in got.noisy] == [count for _, count in noisy], where
    for took, ends, begin, end in (
        (got.acknowledge, "acknowledged_at", since, until),
        (got.resolve, "resolved_at", since, until),
        (got.before_acknowledge, "acknowledged_at", before, since),
        (got.before_resolve, "resolved_at", before, since),
    ):
        spans = [getattr(one, ends) - one.received_at for one in alerts if within(getattr(one, ends), begin, end)]
        agrees(took, spans, where)


def agrees(took: Took, spans: Iterable[timedelta], where: str) -> None:
    seconds = [span.total_seconds() for span in spans]
    assert took.count == len(seconds), where
    if not seconds:
        assert (took.mean, took.median) == (None, None), where
        return
    assert took.mean is not None, where
    assert took.median is not None, where
    # SQLite counts days with a fraction: to a millisecond or so.
    assert abs(took.mean.total_seconds() - statistics.mean(seconds)) < 0.01, where
    assert abs(took.median.total_seconds() - statistics.median(seconds)) < 0.01, where
