"""Measures tuning: rules at intake, alerts that a rule hides, and looking back over many alerts on SQLite.

python -m tests.benchmarks.tuning [ALERTS]
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, text

from bot.alerts.condition_facts import Facts
from bot.alerts.condition_text import parse
from bot.alerts.conversation import Subject
from bot.alerts.report import Report
from bot.alerts.tuning import Action, Standing, Terms, TuningRule, condition_of
from bot.alerts.words import Severity
from bot.usecases.report_alert import report_alerts
from bot.usecases.tuning_intake import make_ready, ready_rules
from bot.usecases.tuning_lookback import begun, look, steps
from storage import sqlite
from storage.rows import values_of
from storage.tables import alerts, evidence
from storage.unit import Unit
from storage.url import parse as parse_url
from tests.benchmarks.conditions import NOW, _alert, _piece, _rows, rule
from tests.support.databases import sqlite_copy, sqlite_template

RULES, UNINDEXED_OF = 2_000, 10
ROUNDS = 30


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        template = sqlite_template(Path(folder))
        _intake(sqlite_copy(template, Path(folder)))
    with tempfile.TemporaryDirectory() as folder:
        template = sqlite_template(Path(folder))
        _look_back(sqlite_copy(template, Path(folder)), int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)


def a_rule(number: int, condition: str, **changes: object) -> TuningRule:
    terms = Terms(name=f"Rule {number}", action=Action.HIDE, indicators=parse(condition))
    return TuningRule(
        id=number,
        terms=replace(terms, **changes),  # type: ignore[arg-type]
        standing=Standing.IN_FORCE,
        position=number,
        author="ana",
        author_name="Ana",
        created_at=NOW,
        changed_at=NOW,
    )


def _intake(url: str) -> None:
    """2,000 rules, one in ten without an indexed part, on alerts with 30 pieces of evidence."""
    rules = [a_rule(number + 1, rule(number)) for number in range(RULES)]
    started = time.process_time()
    ready = make_ready(rules)
    print(
        f"{len(ready.rules)} rules, {ready.index.unindexed} without an indexed part, made ready: {_ms(started):.0f} ms"
    )
    alert, pieces = _alert(1), tuple(map(_piece, range(30)))
    print(f"  on one alert: {_usual(lambda: ready.holding(Facts(alert, pieces), NOW)):.2f} ms CPU")
    engine = sqlite.make_engine(parse_url(url), writes=True)
    with engine.begin() as connection:
        uow = Unit(connection)
        for one in rules:
            uow.tuning.add(one)
        uow.tuning.set_creation(on=True)
    for name, kind in (("that no rule fits", "nothing"), ("that a rule hides", "hidden")):
        with engine.begin() as connection:
            uow = Unit(connection)
            ready_rules(uow)
            if kind == "hidden":
                uow.tuning.add(a_rule(0, "type:hidden"))
                uow.tuning.set_creation(on=True)
                ready_rules(uow)
            reports = [_report(f"{kind}-{number}", kind) for number in range(200)]
            started = time.process_time()
            report_alerts(uow, reports, NOW)
            took = _ms(started) / len(reports)
            cards = sum(uow.cards.has(1, Subject.ALERT, number) for number in range(1, 401))
        print(f"  intake of an alert {name}, with these rules: {took:.2f} ms CPU; {cards} cards")
    engine.dispose()


def _report(external_id: str, kind: str) -> Report:
    return Report(
        source="graph",
        external_id=external_id,
        title="Something",
        severity=Severity.LOW,
        created_at=NOW,
        alert_type=kind,
        evidence=tuple(map(_piece, range(3_000, 3_030))),
    )


def _look_back(url: str, count: int) -> None:
    """Over that many alerts of the last 30 days, with three pieces of evidence each."""
    engine = sqlite.make_engine(parse_url(url), writes=True)
    apart = timedelta(days=30) / count
    with engine.begin() as connection:
        for first in range(1, count + 1, 5_000):
            numbers = range(first, min(first + 5_000, count + 1))
            rows = [values_of(_alert(number, received_at=NOW - number * apart)) for number in numbers]
            connection.execute(insert(alerts), rows)
            connection.execute(insert(evidence), [row for number in numbers for row in _rows(number)])
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    print(f"\nlooking back over {count:,} alerts on SQLite")
    for name, condition, terms in (
        ("only this alert type, any IOC", "*", {"alert_type": "T77", "any_indicator": True}),
        ("only this alert type, a file", "file.name:tool77.exe", {"alert_type": "T77"}),
        ("an entity", f"entity:file:{77:064x}", {}),
        ("a device by name", "host:web-77", {}),
        ("a file's name with a star", "file.name:tool77*", {}),
        ("a path with stars", "file.path:*temp77*", {}),
    ):
        with engine.begin() as connection:
            uow = Unit(connection)
            made = uow.tuning.add(replace(a_rule(0, condition, **terms), standing=Standing.DRAFT))
            lookback, longest = begun(NOW), 0.0
            started = time.perf_counter()
            taken = 0
            for step in steps(condition_of(made.terms), lookback):
                at = time.perf_counter()
                lookback = lookback.plus(look(uow, made.id, step, NOW), done=step.done)
                longest, taken = max(longest, time.perf_counter() - at), taken + 1
            took = time.perf_counter() - started
        shown = f"{taken} step" if taken == 1 else f"{taken} steps, the longest {longest * 1000:.0f} ms"
        print(f"  {name:32} {lookback.caught:>7,} of {lookback.total:,} in {took:6.2f} s ({shown})")
    engine.dispose()


def _usual(work: Callable[[], object]) -> float:
    took = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        took.append(_ms(started))
    return sorted(took)[ROUNDS // 2]


def _ms(started: float) -> float:
    return (time.process_time() - started) * 1000


if __name__ == "__main__":
    main()
