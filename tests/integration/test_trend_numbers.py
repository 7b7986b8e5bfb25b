"""Trends are what one counts by hand, on both databases, over a change of clocks."""

import random
import statistics
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.condition import EVERYTHING
from bot.alerts.conversation import Scope
from bot.alerts.errors import Refused
from bot.alerts.trends import columns_of, read_trends
from bot.alerts.words import Classification, Severity
from storage.store import AnyStore
from tests.integration.test_digest_numbers import some_alert
from tests.unit.storage.made import add_alert

ALL = Scope(everything=True)
#: The day after the clocks went back in Berlin.
NOW = datetime(2026, 10, 26, 14, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("days", [5, 40, 300])
async def test_they_are_what_one_counts_by_hand(store: AnyStore, days: int) -> None:
    rng = random.Random(days)  # noqa: S311 - made-up alerts

    def aged(fields: dict[str, object]) -> dict[str, object]:
        """The same, anywhere in twice the time."""
        received = NOW - timedelta(days=2 * days * rng.random())
        shift = received - fields["received_at"]  # type: ignore[operator]
        moved = {name: fields[name] + shift for name in ("acknowledged_at", "resolved_at") if fields[name]}  # type: ignore[operator]
        return fields | moved | {"received_at": received}

    alerts = await store.write(lambda uow: [add_alert(uow, f"a{n}", **aged(some_alert(rng))) for n in range(200)])
    columns = columns_of(days, NOW, BERLIN)
    got = await store.read(lambda uow: uow.digests.trends(ALL, columns, wants=EVERYTHING, now=NOW, me="ana"))
    ends = (*columns.starts[1:], columns.until)

    def place(moment: datetime | None) -> int | None:
        spans = enumerate(zip(columns.starts, ends, strict=True))
        return next((at for at, (begin, end) in spans if moment and begin <= moment < end), None)

    def counts(places: list[int | None]) -> list[int]:
        found = Counter(places)
        return [found[at] for at in range(len(columns.starts))]

    seen = [alert for alert in alerts if not alert.is_hidden]
    for severity in Severity:
        expected = counts([place(alert.received_at) for alert in seen if alert.severity is severity])
        assert list(got.new.get(severity, [0] * len(expected))) == expected
    for verdict in Classification:
        expected = counts([place(alert.resolved_at) for alert in alerts if alert.classification is verdict])
        assert list(got.verdicts.get(verdict, [0] * len(expected))) == expected
    for at, took in enumerate(got.answer):
        spans = [
            (alert.acknowledged_at - alert.received_at).total_seconds()
            for alert in alerts
            if alert.acknowledged_at and place(alert.acknowledged_at) == at
        ]
        assert (took is None) == (not spans)
        if took is not None:
            assert abs(took.total_seconds() - statistics.median(spans)) < 0.01
    assert got.before == sum(columns.before <= alert.received_at < columns.since for alert in seen)
    by_type = {
        kind: (
            sum(alert.alert_type == kind and place(alert.received_at) is not None for alert in seen),
            sum(alert.alert_type == kind and columns.before <= alert.received_at < columns.since for alert in seen),
        )
        for kind in ("a", "b", "c")
    }
    assert sorted((one.count, one.before) for one in got.types) == sorted(both for both in by_type.values() if both[0])


def test_columns_are_local_days_whatever_the_clocks_do() -> None:
    columns = columns_of(3, NOW, BERLIN)
    assert [start.isoformat() for start in columns.starts] == [
        "2026-10-23T22:00:00+00:00",
        "2026-10-24T22:00:00+00:00",
        "2026-10-25T23:00:00+00:00",
    ]
    for days, step, count in ((31, 1, 31), (32, 7, 5), (366, 28, 14)):
        made = columns_of(days, NOW, BERLIN)
        assert (made.step, len(made.starts)) == (step, count)


@pytest.mark.parametrize(
    ("text", "days", "left"),
    [("", 30, ""), ("7d", 7, ""), ("severity:high 6w", 42, "severity:high"), ("14d host:web-1", 14, "host:web-1")],
)
def test_the_length_may_stand_before_or_after_the_filter(text: str, days: int, left: str) -> None:
    assert read_trends(text) == (days, left)


@pytest.mark.parametrize("text", ["1d", "400d", "30x", "99w"])
def test_a_length_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="trendsSpan"):
        read_trends(text)
