"""How long conditions take: many rules on one alert, the worst wildcards, and looking back over many stored alerts.

`python -m tests.benchmarks.conditions [ALERTS]` prints times; nothing is asserted.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, text

from bot.alerts.alert import Alert
from bot.alerts.condition import Condition
from bot.alerts.condition_facts import Facts
from bot.alerts.condition_index import ConditionIndex
from bot.alerts.condition_match import predicate
from bot.alerts.condition_text import parse, to_text
from bot.alerts.evidence import Evidence
from bot.alerts.words import Severity
from storage import sqlite
from storage.conditions import condition_filter
from storage.rows import values_of
from storage.tables import alerts, evidence
from storage.url import parse as parse_url
from tests.support.databases import sqlite_copy, sqlite_template

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROUNDS = 50


def main() -> None:
    rules()
    wildcards()
    texts()
    look_back(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)


def rules() -> None:
    """2,000 rules, one in ten without an indexed part, on one alert with 30 pieces of evidence."""
    conditions = {number: parse(rule(number)) for number in range(2_000)}
    started = time.process_time()
    index = ConditionIndex(conditions)
    print(f"index of {len(conditions)} rules, {index.unindexed} of them unindexed: {_ms(started):.1f} ms")
    alert, pieces = _alert(1), tuple(map(_piece, range(30)))
    found: list[int] = []

    def match() -> None:
        found[:] = index.matching(Facts(alert, pieces), NOW)

    best, usual = _times(match)
    candidates = len(index.candidates(Facts(alert, pieces)))
    print(f"on one alert: {usual:.2f} ms CPU (best {best:.2f}); {candidates} tried, {len(found)} hold")
    every = [predicate(condition) for condition in conditions.values()]
    best, usual = _times(lambda: [each(facts, NOW) for facts in [Facts(alert, pieces)] for each in every])
    print(f"the same without the index: {usual:.2f} ms CPU (best {best:.2f})")


def rule(number: int) -> str:
    """A rule as people write them."""
    if number % 10 == 0:
        return (
            f"process.commandline:*tool{number}*-enc*",
            f'title~"word {number}" not tag:lab',
            f"host:srv-{number}-* severity>=informational",
            f"not evidence(file:f{number}* role:trigger) file.path:*x{number}*",
        )[number // 10 % 4]
    return (
        f"type:T{number} host:web-*",
        f"evidence(file.name:tool{number}.exe role:trigger) severity<high",
        f"user:user{number} service:endpoint",
        f"entity:file:{number:064x} or entity:file:{number + 1:064x}",
        f"label.team:team{number} category:malware",
    )[number % 5]


def wildcards() -> None:
    for name, piece, against in (
        ("found late", "a" * 34 + "b", "a" * 5_000 + ("a" * 34 + "b") * 7),
        ("nearly found everywhere", "a" * 34 + "b", "a"),
        ("nearly found now and then", "ab" * 17 + "c", "ab" * 17),
        ("never found", "xyz" * 11 + "xy", "abcdefghij"),
    ):
        wildcard = f"*{'*'.join([piece] * 7)}*"
        holds = predicate(parse(f"title:{wildcard}"))
        facts = [Facts(_alert(1, title=(against * 10_240)[:10_240])) for _ in range(ROUNDS)]
        best, usual = _times(lambda: holds(facts.pop(), NOW))  # noqa: B023 - called at once
        print(f"wildcard of {len(wildcard)} characters, {name}, in 10 KiB: {usual:.3f} ms (best {best:.3f})")
    title = ("ÄÖÜ straße " * 1_000)[:10_240]
    best, usual = _times(lambda: predicate(parse("title:*ü*ß*x"))(Facts(_alert(1, title=title)), NOW))
    print(f"wildcard in 10 KiB that are not ASCII: {usual:.3f} ms (best {best:.3f})")


def texts() -> None:
    typed = " ".join(f"tag:t{number}" for number in range(100))
    best, usual = _times(lambda: parse(typed))
    print(f"reading 100 tests: {usual:.2f} ms (best {best:.2f})")
    condition = parse(typed)
    best, usual = _times(lambda: to_text(condition))
    print(f"writing them: {usual:.2f} ms (best {best:.2f})")


def look_back(count: int) -> None:
    """Conditions over many alerts with three pieces of evidence each, on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        url = sqlite_copy(sqlite_template(Path(folder)), Path(folder))
        engine = sqlite.make_engine(parse_url(url), writes=True)
        with engine.begin() as connection:
            for first in range(1, count + 1, 5_000):
                numbers = range(first, min(first + 5_000, count + 1))
                connection.execute(insert(alerts), [values_of(_alert(number)) for number in numbers])
                connection.execute(insert(evidence), [row for number in numbers for row in _rows(number)])
        with engine.begin() as connection:
            connection.execute(text("ANALYZE"))
        print(f"\n{count:,} stored alerts, SQLite, how many in the last 30 days meet")
        for typed in (
            "type:t77",
            f"entity:file:{77:064x}",
            f"evidence(entity:file:{77:064x} role:trigger)",
            "type:t77 host:web-*",
            "severity:high service:endpoint",
            "host:web-77",
            "file.name:tool77.exe",
            "file.path:*temp77*",
            "label.team:team7",
            "mimikatz",
            "title:*überall*",
        ):
            condition: Condition = parse(f"received>30d {typed}")
            with engine.connect() as connection:
                wanted = condition_filter(condition, "sqlite", now=NOW)
                started = time.perf_counter()
                found = connection.execute(select(func.count()).select_from(alerts).where(wanted)).scalar_one()
                took = (time.perf_counter() - started) * 1000
                if "--plans" in sys.argv:
                    query = select(func.count()).select_from(alerts).where(wanted)
                    sql = query.compile(engine, compile_kwargs={"literal_binds": True})
                    print(*connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}"), sep="\n")
            print(f"  {typed[:60]:60} {found:>8,} in {took:8.1f} ms")
        engine.dispose()


def _alert(number: int, **changes: Any) -> Alert:
    moment = NOW - timedelta(seconds=number)
    return Alert(
        **{
            "number": number,
            "source": "graph",
            "external_id": f"da{number}",
            "revision": 1,
            "title": f"Mimikatz credential theft {number}",
            "severity": list(Severity)[number % 4],
            "created_at": moment,
            "first_activity": moment,
            "last_activity": moment,
            "received_at": moment,
            "service_source": "microsoftDefenderForEndpoint",
            "category": "CredentialAccess",
            "alert_type": f"T{number % 1_000}",
            "description": "Somebody read the memory of LSASS, where credentials are kept. " * 5,
            "labels": {"team": f"team{number % 50}", "severity": "critical"},
            "tags": ("vip",),
        }
        | changes
    )


def _piece(number: int) -> Evidence:
    match number % 3:
        case 0:
            name = f"web-{number}.contoso.com"
            found = {"deviceDnsName": name, "osPlatform": "Windows11", "rbacGroupName": "Servers"}
            return Evidence("device", f"device:{number:040x}", name, properties=found)
        case 1:
            account = {"accountName": f"user{number}", "userPrincipalName": f"user{number}@contoso.com"}
            return Evidence(
                "user", f"user:s-1-5-{number}", f"CONTOSO\\user{number}", properties={"userAccount": account}
            )
        case _:
            details = {"fileName": f"tool{number}.exe", "filePath": f"C:\\temp{number}", "sha256": f"{number:064x}"}
            return Evidence(
                "file", f"file:{number:064x}", f"tool{number}.exe", ("trigger",), properties={"fileDetails": details}
            )


def _rows(number: int) -> Iterator[dict[str, Any]]:
    for ordinal in range(3):
        piece = _piece(number % 5_000 * 3 + ordinal)
        yield {
            "alert": number,
            "ordinal": ordinal,
            **{name: getattr(piece, name) for name in ("kind", "entity", "label", "roles", "verdict", "remediation")},
            "tags": piece.tags,
            "properties": dict(piece.properties),
        }


def _times(work: Callable[[], object]) -> tuple[float, float]:
    """The best and the usual CPU time of a work, in milliseconds."""
    took = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        took.append(_ms(started))
    took.sort()
    return took[0], took[len(took) // 2]


def _ms(started: float) -> float:
    return (time.process_time() - started) * 1000


if __name__ == "__main__":
    main()
