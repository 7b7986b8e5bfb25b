"""`make bench`: similar alerts and recommendations in a database of a million alerts, on SQLite and PostgreSQL.

The alerts are made up: 40 sites, 200 types, 120 techniques, 3 to 8 entities each out of pools of 10,000 to 100,000, all
with Zipf's frequencies, and a third of them judged. BENCH_SIMILAR sets how many there are.
"""

import asyncio
import bisect
import itertools
import os
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.alerts.alert import Alert
from bot.alerts.conversation import Scope
from bot.alerts.evidence import Evidence
from bot.alerts.features import likeness_of
from bot.alerts.ports import UnitOfWork
from bot.alerts.recommendation import VERDICTS, circles_of, share
from bot.alerts.site import site_of
from bot.alerts.words import Severity
from bot.usecases.recommend import advice_on
from storage import sqlite
from storage.bulk import Bulk
from storage.likeness_tables import likeness_state, likenesses, verdict_counts, verdicts
from storage.rows import values_of
from storage.store import AnyStore, migrate, open_store
from storage.tables import alerts, evidence
from storage.types import as_json
from storage.url import is_sqlite, parse
from tests.support.databases import postgres_database
from tests.support.postgres import running_server

ALERTS = int(os.environ.get("BENCH_SIMILAR", "1000000"))

#: Alerts that are asked about, of all ages.
ASKED = 200

#: Rows that are made and written at a time.
CHUNK = 20_000

AT = datetime(2026, 1, 1, tzinfo=UTC)
ALL = Scope(everything=True)

#: Kinds of evidence, and out of how many each is taken.
POOLS = {"user": 20_000, "device": 30_000, "ip": 100_000, "file": 50_000, "dns": 10_000}


class Zipf:
    """Numbers below `size`, the smaller the more frequent."""

    def __init__(self, size: int, exponent: float) -> None:
        self._sums = list(itertools.accumulate(1 / (rank + 1) ** exponent for rank in range(size)))

    def pick(self, dice: random.Random) -> int:
        return bisect.bisect(self._sums, dice.random() * self._sums[-1])


@dataclass
class Made:
    """Alerts as they are made, and what was counted meanwhile."""

    dice: random.Random = field(default_factory=lambda: random.Random(5))  # noqa: S311 - made-up alerts
    asked: dict[int, tuple[Alert, list[Evidence]]] = field(default_factory=dict)
    narrow: dict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    wider: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.types, self.techniques, self.sites = Zipf(200, 0.9), Zipf(120, 0.9), Zipf(40, 0.9)
        self.pools = {kind: Zipf(size, 1.05) for kind, size in POOLS.items()}

    def rows(self, numbers: Sequence[int]) -> Iterator[tuple[Sequence[Any], Sequence[Any] | None]]:
        """For each alert its likeness, and its verdict if it has one."""
        for number in numbers:
            alert, pieces = self._alert(number)
            like = likeness_of(alert, pieces, site_of(alert, pieces))
            circles = circles_of(like)
            if number % (ALERTS // ASKED) == 0:
                self.asked[number] = alert, pieces
            words = [word.number for word in like.features]
            row = (number, like.site_name, circles.here, circles.all, words)
            if number % 3:
                yield row, None
                continue
            place = self.dice.choices((0, 1, 2), (1, 2, 7))[0]
            for narrow, wider in circles.narrow:
                self.narrow[narrow][place] += 1
                self.wider[narrow] = wider
            by = self.dice.choice(("ana", "bo", "chidi"))
            yield row, (number, circles.here, circles.kind, circles.all, VERDICTS[place].value, "person", by, by, AT)

    def counts(self) -> Iterator[Sequence[Any]]:
        sums: dict[int, list[float]] = {}
        for narrow, counts in self.narrow.items():
            weighs = share(counts)
            yield narrow, *counts, 0.0, 0.0, 0.0, 0
            for wider in self.wider[narrow]:
                row = sums.setdefault(wider, [0, 0, 0, 0.0, 0.0, 0.0])
                for place, more in enumerate((*counts, *weighs)):
                    row[place] += more
        for wider, row in sums.items():
            yield wider, *map(int, row[:3]), *row[3:], 0

    def _alert(self, number: int) -> tuple[Alert, list[Evidence]]:
        kind = self.types.pick(self.dice)
        pieces = []
        for _ in range(self.dice.randint(3, 8)):
            sort = self.dice.choice(list(POOLS))
            name = f"{sort}-{self.pools[sort].pick(self.dice)}"
            pieces.append(Evidence(sort, f"{sort}:{name}", name))
        at = AT + timedelta(seconds=number)
        made = Alert(
            number=number,
            source="graph",
            external_id=str(number),
            revision=1,
            title=f"Alert of kind {chr(97 + kind % 26)}{chr(97 + kind // 26)}",
            severity=Severity.MEDIUM,
            created_at=at,
            first_activity=at,
            last_activity=at,
            received_at=at,
            alert_type=f"type-{kind}",
            category=f"category-{kind % 14}",
            mitre=tuple({f"T1{self.techniques.pick(self.dice):03}" for _ in range(2)}),
            labels={"site": f"site-{self.sites.pick(self.dice)}"},
        )
        return made, pieces


def fill(on: Connection, made: Made) -> None:
    """All in bulk: rows of alerts out of one of them, the index out of the words of each."""
    template, _ = made._alert(0)
    _alerts(on, template)
    likeness, verdict = Bulk(likenesses), Bulk(verdicts)
    for start in range(1, ALERTS + 1, CHUNK):
        rows = list(made.rows(range(start, min(start + CHUNK, ALERTS + 1))))
        likeness.add(on, (row for row, _ in rows))
        verdict.add(on, (row for _, row in rows if row is not None))
    Bulk(verdict_counts).add(on, made.counts())
    each = "json_each(words)" if on.dialect.name == "sqlite" else "json_array_elements_text(words) AS w(value)"
    on.execute(
        text(
            "INSERT INTO alert_features (feature, alert) "  # noqa: S608 - no input
            f"SELECT CAST(value AS BIGINT), alert FROM likenesses, {each} ORDER BY 1, 2"
        )
    )
    on.execute(text("INSERT INTO features (number, df) SELECT feature, count(*) FROM alert_features GROUP BY feature"))
    on.execute(likeness_state.update().values(counted_to=ALERTS, total=ALERTS, fill_below=0))
    for number, (alert, pieces) in made.asked.items():
        on.execute(alerts.update().where(alerts.c.number == number).values(values_of(alert)))
        Bulk(evidence).add(
            on, ((number, place, p.kind, p.entity, p.label, "", "", [], [], {}) for place, p in enumerate(pieces))
        )
    on.execute(text("ANALYZE"))


def _alerts(on: Connection, template: Alert) -> None:
    on.execute(insert(alerts).values(values_of(template) | {"number": ALERTS + 1, "external_id": "template"}))
    columns = [column.name for column in alerts.c if column.name not in ("number", "external_id")]
    numbers = (
        "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :count_)"
        if on.dialect.name == "sqlite"
        else "WITH s(n) AS (SELECT generate_series(1, CAST(:count_ AS INT)))"
    )
    given = ", ".join(columns)
    on.execute(
        text(
            f"INSERT INTO alerts (number, external_id, {given}) {numbers} "  # noqa: S608 - no input
            f"SELECT n, CAST(n AS TEXT), {given} FROM s, alerts WHERE external_id = 'template'"
        ),
        {"count_": ALERTS},
    )


async def _filled(url: str) -> Made:
    """Written past the store, which has time limits."""
    made, parsed = Made(), parse(url)
    if is_sqlite(parsed):
        with sqlite.make_engine(parsed, writes=True).begin() as connection:
            fill(connection, made)
        return made
    engine = create_async_engine(parsed, json_serializer=as_json)
    async with engine.begin() as plain:
        await plain.run_sync(fill, made)
    await engine.dispose()
    return made


async def _measure(where: str, url: str) -> None:
    await migrate(url)
    began = time.perf_counter()
    made = await _filled(url)
    print(f"{where}: {ALERTS} alerts made in {time.perf_counter() - began:.0f} s", flush=True)
    asked = [alert for alert, _ in made.asked.values()]

    def similar(uow: UnitOfWork, alert: Alert) -> int:
        return len(uow.alerts.similar(alert, ALL, limit=8))

    def recommended(uow: UnitOfWork, alert: Alert) -> int:
        return advice_on(uow, alert, ALL) is not None

    async with open_store(url) as store:
        await _ask(f"{where}: similar", store, asked, similar, aim=50)
        await _ask(f"{where}: recommendation", store, asked, recommended, aim=5)


async def _ask(
    what: str, store: AnyStore, asked: Sequence[Alert], look: Callable[[UnitOfWork, Alert], int], *, aim: float
) -> None:
    """Each once to warm up, and then measured; all answers are counted, so that none is empty unnoticed."""
    answered = 0
    took, used = [], time.process_time()
    for measured in (False, True):
        used = time.process_time()
        for alert in asked:
            began = time.perf_counter()
            answers = await store.read(lambda uow, alert=alert: look(uow, alert))  # type: ignore[misc]
            if measured:
                took.append(1_000 * (time.perf_counter() - began))
                answered += answers > 0
    cpu = 1_000 * (time.process_time() - used) / len(asked)
    cuts = statistics.quantiles(took, n=100)
    print(
        f"{what:28} p50 {cuts[49]:6.1f} ms  p99 {cuts[98]:6.1f} ms  aim {aim:g} ms"
        f"  CPU {cpu:5.1f} ms  answered {answered} of {len(asked)}",
        flush=True,
    )


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        await _measure("SQLite", f"sqlite:///{folder}/tocsin.db")
    with running_server() as server, postgres_database(server) as url:
        await _measure("PostgreSQL", url)


if __name__ == "__main__":
    asyncio.run(main())
