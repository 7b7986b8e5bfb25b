"""What Prometheus' labels tell: which alert it is, and what it is about."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.alerts.evidence import Evidence
from bot.sources.text import short
from bot.sources.values import entity_key

#: Labels that name a machine, by how well they do it.
_HOSTS = ("instance", "host", "hostname", "node", "nodename")

#: Labels that name a thing in Kubernetes, with the labels that its name is unique within.
_KUBERNETES = {
    "pod": ("kubernetesPod", ("cluster", "namespace")),
    "container": ("container", ("cluster", "namespace", "pod")),
    "deployment": ("kubernetesController", ("cluster", "namespace")),
    "statefulset": ("kubernetesController", ("cluster", "namespace")),
    "daemonset": ("kubernetesController", ("cluster", "namespace")),
    "namespace": ("kubernetesNamespace", ("cluster",)),
    "cluster": ("kubernetesCluster", ()),
    "service": ("service", ("cluster", "namespace")),
    "job": ("job", ("cluster",)),
}

_LABEL_LENGTH = 120

#: Beyond any real labels; a hash that goes byte by byte would take too long there.
_LONG_LABELS = 64 * 1024


def fingerprint_of(labels: Mapping[str, str]) -> str:
    """The hash that Prometheus gives a set of labels (FNV-1a, 64 bits, 16 hexadecimal digits).

    Its own, so that an alert stays the same when an old Alertmanager is replaced by one that sends fingerprints.
    """
    text = b"".join(part.encode() + b"\xff" for name in sorted(labels) for part in (name, labels[name]))
    if len(text) > _LONG_LABELS:
        return hashlib.sha256(text).hexdigest()[:16]
    value = 0xCBF29CE484222325
    for byte in text:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def evidence_of(labels: Mapping[str, str]) -> tuple[Evidence, ...]:
    """Machines, addresses and things in Kubernetes that the labels name, each once.

    The first one is what the rule fired for: its role is `trigger`.
    """
    pieces: dict[str, Evidence] = {}
    for piece in (*_machines(labels), *_kubernetes(labels)):
        pieces.setdefault(piece.entity, piece)
    found = tuple(pieces.values())
    return (replace(found[0], roles=("trigger",)), *found[1:]) if found else ()


def host_of(instance: str) -> str:
    """The host of `host:port`, `[v6]:port` or a bare host; empty for a web address."""
    instance = instance.strip()
    if "://" in instance:
        return ""
    if instance.startswith("["):
        return instance[1:].partition("]")[0]
    return instance.partition(":")[0] if instance.count(":") == 1 else instance


def _machines(labels: Mapping[str, str]) -> Iterator[Evidence]:
    for name in _HOSTS:
        value = labels.get(name, "")
        if host := host_of(value):
            yield _piece("device", host, host, name, value)
        elif "://" in value:
            yield _piece("url", value, value, name, value)


def _kubernetes(labels: Mapping[str, str]) -> Iterator[Evidence]:
    for name, (kind, within) in _KUBERNETES.items():
        if value := labels.get(name, "").strip():
            path = [labels.get(outer, "").strip() for outer in within]
            yield _piece(kind, "/".join(filter(None, (*path, value))), value, name, value)


def _piece(kind: str, key: str, label: str, name: str, value: str) -> Evidence:
    return Evidence(kind, entity_key(kind, key), short(label, _LABEL_LENGTH), properties={name: value})
