"""Webhook payloads of Prometheus Alertmanager (version 4)."""

import hashlib
import random
from collections.abc import Callable, Mapping
from datetime import datetime

from bot.sandbox.clock import stamp
from bot.sandbox.world import Json

_NEVER = "0001-01-01T00:00:00Z"
_Made = tuple[Json, Json]


def firing(kind: str, *, rng: random.Random, at: datetime) -> Json:
    """A group that began to fire at `at`; sometimes with two alerts in it."""
    made = [KINDS[kind](rng)]
    if rng.random() < 0.3:
        other = KINDS[kind](rng)
        if other[0] != made[0][0]:
            made.append(other)
    alerts = [_alert(labels, annotations, at=at) for labels, annotations in made]
    return _group(alerts)


def resolved(group: Json, *, now: datetime) -> Json:
    """The same group, cleared."""
    alerts = [{**a, "status": "resolved", "endsAt": stamp(now)} for a in group["alerts"]]
    return {**_group(alerts), "status": "resolved"}


def _group(alerts: list[Json]) -> Json:
    first = alerts[0]["labels"]
    shared = {k: v for k, v in first.items() if all(a["labels"].get(k) == v for a in alerts)}
    notes = alerts[0]["annotations"]
    same = {k: v for k, v in notes.items() if all(a["annotations"].get(k) == v for a in alerts)}
    return {
        "version": "4",
        "groupKey": f'{{}}/{{team="ops"}}:{{alertname="{first["alertname"]}"}}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "tocsin",
        "groupLabels": {"alertname": first["alertname"]},
        "commonLabels": shared,
        "commonAnnotations": same,
        "externalURL": "https://alertmanager.contoso.example",
        "alerts": alerts,
    }


def _alert(labels: Json, annotations: Json, *, at: datetime) -> Json:
    name = ",".join(f"{k}={v}" for k, v in sorted(labels.items()))
    return {
        "status": "firing",
        "labels": labels,
        "annotations": annotations,
        "startsAt": stamp(at),
        "endsAt": _NEVER,
        "generatorURL": f"https://prometheus.contoso.example/graph?g0.expr={labels['alertname']}&g0.tab=1",
        "fingerprint": hashlib.sha256(name.encode()).hexdigest()[:16],
    }


def _error_rate(rng: random.Random) -> _Made:
    service = rng.choice(["checkout", "login", "search"])
    share = rng.uniform(4, 31)
    return (
        {"alertname": "HighErrorRate", "service": service, "env": "prod", "team": "ops", "severity": "critical"},
        {
            "summary": f"{share:.0f} % of requests to {service} fail",
            "description": f"For 5 minutes {share:.1f} % of the requests to {service} were answered with a 5xx status.",
            "runbook_url": "https://runbooks.contoso.example/high-error-rate",
        },
    )


def _disk(rng: random.Random) -> _Made:
    host = rng.choice(["db-1", "db-2", "log-3"])
    hours = rng.randint(2, 20)
    return (
        {
            "alertname": "DiskWillFillSoon", "instance": f"{host}.contoso.example:9100", "mountpoint": "/var",
            "job": "node", "team": "ops", "severity": "warning",
        },
        {
            "summary": f"/var on {host} is full in about {hours} hours",
            "description": f"At the rate of the last 6 hours /var on {host} has no space left in {hours} hours.",
            "runbook_url": "https://runbooks.contoso.example/disk",
        },
    )  # fmt: skip


def _certificate(rng: random.Random) -> _Made:
    site = rng.choice(["shop.contoso.example", "login.contoso.example"])
    days = rng.randint(2, 13)
    return (
        {"alertname": "CertificateExpiresSoon", "instance": site, "job": "blackbox", "team": "ops", "severity": "info"},
        {
            "summary": f"The certificate of {site} ends in {days} days",
            "description": f"Renew the certificate of {site}. The automatic renewal has not done so.",
        },
    )


def _instance_down(rng: random.Random) -> _Made:
    host = rng.choice(["web-1", "web-2", "queue-1"])
    return (
        {
            "alertname": "InstanceDown", "instance": f"{host}.contoso.example:9100", "job": "node", "team": "ops",
            "severity": "critical",
        },
        {
            "summary": f"{host} does not answer",
            "description": f"Prometheus could not reach {host} for 3 minutes.",
            "runbook_url": "https://runbooks.contoso.example/instance-down",
        },
    )  # fmt: skip


KINDS: Mapping[str, Callable[[random.Random], _Made]] = {
    "error_rate": _error_rate,
    "disk": _disk,
    "certificate": _certificate,
    "instance_down": _instance_down,
}
