"""Alerts of a made-up company over time, for demonstrations and tests; nothing in them is copied from anywhere.

The same seed and time give the same alerts. Types, machines, people and addresses recur, so that similar alerts exist.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox import feed_alertmanager, feed_graph
from bot.sandbox.world import Json

_START = ("credential_theft", "error_rate", "phishing", "sign_in", "disk", "powershell")
_RESOLVE_CHANCE = 0.55


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One message of a source; `kind` is the name of the alert's type here."""

    kind: str
    source: str
    title: str
    severity: str
    payload: Json


def starting_reports(*, seed: int, now: datetime) -> list[Report]:
    """Six alerts of the last few hours, oldest first."""
    rng = random.Random(seed)  # noqa: S311 - made-up alerts, no secrets
    ages = sorted((rng.uniform(4, 220) for _ in _START), reverse=True)
    return [
        _report(kind, rng=rng, now=now, at=now - timedelta(minutes=age))
        for kind, age in zip(_START, ages, strict=True)
    ]  # fmt: skip


def stream(*, seed: int, clock: Callable[[], datetime]) -> Iterator[Report]:
    """Alerts without end, each timed when it is asked for; what Alertmanager fired it later also clears."""
    rng = random.Random(f"stream/{seed}")  # noqa: S311
    firing: list[Json] = []
    while True:
        now = clock()
        if len(firing) > 1 and rng.random() < _RESOLVE_CHANCE:
            payload = feed_alertmanager.resolved(firing.pop(0), now=now)
            yield _describe("resolved", "alertmanager", payload)
            continue
        kind = rng.choice(list(_WEIGHTED))
        report = _report(kind, rng=rng, now=now, at=now - timedelta(minutes=rng.uniform(1, 12)))
        if report.source == "alertmanager":
            firing.append(report.payload)
        yield report


def sample_alerts(now: datetime) -> list[Json]:
    """One alert of every type, ready to be injected: `[{id, source, title, severity, payload}]`."""
    samples = []
    for kind in KINDS:
        # A second's own number as the seed: injecting a type twice gives two alerts, not the same one again.
        rng = random.Random(f"{kind}/{int(now.timestamp())}")  # noqa: S311
        report = _report(kind, rng=rng, now=now, at=now - timedelta(minutes=3))
        samples.append({
            "id": kind, "source": report.source, "title": report.title, "severity": report.severity,
            "payload": report.payload,
        })  # fmt: skip
    return samples


KINDS: tuple[str, ...] = (*feed_graph.KINDS, *feed_alertmanager.KINDS)
_WEIGHTED = (*KINDS, "powershell", "powershell", "phishing", "phishing", "sign_in", "error_rate", "disk", "unwanted")


def _report(kind: str, *, rng: random.Random, now: datetime, at: datetime) -> Report:
    if kind in feed_graph.KINDS:
        return _describe(kind, "graph", feed_graph.alert(kind, rng=rng, at=at, now=now))
    return _describe(kind, "alertmanager", feed_alertmanager.firing(kind, rng=rng, at=at))


def _describe(kind: str, source: str, payload: Json) -> Report:
    if source == "graph":
        title, severity = payload["title"], payload["severity"]
    else:
        labels = payload["commonLabels"]
        where = labels.get("instance") or labels.get("service") or f"{len(payload['alerts'])} alerts"
        title = f"{labels['alertname']} · {where} · {payload['status']}"
        severity = labels["severity"]
    return Report(kind=kind, source=source, title=title, severity=severity, payload=payload)
