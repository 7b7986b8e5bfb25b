"""Anybody's JSON as reports, by a map of where its fields are."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from bot.alerts.evidence import Evidence
from bot.alerts.report import Report
from bot.alerts.words import Classification, Severity, Signal, Status
from bot.sources.defender_words import (
    classification_of,
    detection_of,
    determination_of,
    known_service,
    severity_in_graphs_words,
)
from bot.sources.evidence import read_evidence
from bot.sources.json_body import as_text, read_json
from bot.sources.mapping import Map, first, read_map, texts
from bot.sources.outcome import BadPayload, Note, Parsed, collect
from bot.sources.severities import severity_in_words
from bot.sources.text import short
from bot.sources.values import bounded, object_at, scalar_text, time_of, web_url

SOURCE = "generic"

#: Where most have it. Whoever sends something else says so in `TOCSIN_SOURCE_GENERIC_MAP`.
USUAL_MAP: Final = """
id = id | alert_id | alertId | alertID | uuid | fingerprint | key
title = title | name | summary | subject | alertname | message
description = description | message | details | text | body
severity = severity | level | priority | urgency
status = status | state
created = created | createdDateTime | created_at | createdAt | timestamp | time | date
last = updated | updated_at | updatedAt | lastSeen | last_seen
url = url | link | html_url | href
category = category
type = type | rule_id | ruleId | rule | check
service = service | product | source
assigned = assignee | assigned_to | assignedTo | owner
tags = tags
evidence.device = host | hostname | device | instance | computer
evidence.user = user | username | account
evidence.ip = ip | ip_address | src_ip | source_ip
"""

_TITLE_LENGTH = 500
_WORD_LENGTH = 200
_LABEL_LENGTH = 1_000
_MOST_PIECES = 200

#: From here on a number of seconds since 1970 is one of milliseconds.
_MILLISECONDS = 100_000_000_000

_STATUSES: Final[Mapping[str, Status]] = {
    word: status
    for status, words in {
        Status.NEW: "new open opened triggered created firing active alerting alert",
        Status.IN_PROGRESS: "inprogress acknowledged ack assigned investigating started",
        Status.RESOLVED: "resolved closed done fixed solved cleared",
    }.items()
    for word in words.split()
}

_SIGNALS: Final[Mapping[str, Signal]] = {
    word: signal
    for signal, words in {
        Signal.FIRING: "firing alarm alerting problem triggered down critical active",
        Signal.CLEARED: "cleared ok resolved recovered recovery normal up closed",
    }.items()
    for word in words.split()
}

#: How Graph has the name of a thing of each kind; of others it is `name`.
_SHAPES: Final[Mapping[str, Callable[[str], dict[str, Any]]]] = {
    "device": lambda name: {"deviceDnsName": name},
    "user": lambda name: {"userAccount": _account(name)},
    "ip": lambda name: {"ipAddress": name},
    "url": lambda name: {"url": name},
    "dns": lambda name: {"domainName": name},
    "file": lambda name: {"fileDetails": {"fileName": name}},
    "fileHash": lambda name: {"value": name},
    "process": lambda name: {"imageFile": {"fileName": name}},
    "mailbox": lambda name: {"primaryAddress": name},
    "registryKey": lambda name: {"registryKey": name},
    "cloudApplication": lambda name: {"displayName": name},
    "analyzedMessage": lambda name: {"subject": name},
}


def reader(source: str = SOURCE, written: str = USUAL_MAP) -> Callable[[bytes], Parsed]:
    """Reads bodies by a map. Raises ValueError where that is not right."""
    return partial(_parse, source=source, where=read_map(written))


def _parse(body: bytes, *, source: str, where: Map) -> Parsed:
    """The reports in a body. Items stand alone; raises BadPayload only where none is usable."""

    def read(item: Any, pointer: str, notes: list[Note]) -> Report:  # noqa: ANN401 - any JSON value
        return _Reading(object_at(item, pointer), pointer, notes, where).report(source)

    return collect(_items(read_json(body), where), read)


def _items(document: Any, where: Map) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any JSON value
    """The alerts of a batch, with their pointers: where the map says, or the body itself."""
    if "items" in where.paths:
        path = where.paths["items"][0]
        at, found = "/" + "/".join(path.steps), first(where.paths["items"], document)
        if len(found) != 1 or not isinstance(found[0], list):
            raise BadPayload(at, "must be an array")
        yield from ((f"{at}/{index}", item) for index, item in enumerate(found[0]))
    elif isinstance(document, list):
        yield from ((f"/{index}", item) for index, item in enumerate(document))
    else:
        yield "", document


class _Reading:
    """One item, read by a map."""

    def __init__(self, item: Mapping[str, Any], pointer: str, notes: list[Note], where: Map) -> None:
        self._item = item
        self._at = pointer
        self._notes = notes
        self._map = where

    def report(self, source: str) -> Report:
        created, begun, last = self._time("created"), self._time("first"), self._time("last")
        service = self._text("service")
        return Report(
            source=source,
            external_id=bounded(self._needed("id")),
            title=short(self._needed("title"), _TITLE_LENGTH),
            severity=self._severity(),
            created_at=created or begun or last,
            first_activity=begun or created or last,
            last_activity=last or begun or created,
            description=self._text("description", limit=None),
            status=self._word("status", _STATUSES.get, Status),
            signal=self._word("signal", _SIGNALS.get, Signal),
            classification=self._classification(),
            determination=determination_of(self._text("determination")) if self._says("determination") else None,
            assigned_to=self._text("assigned") if self._says("assigned") else None,
            service_source=known_service(service) or service or source,
            detection_source=detection_of(self._text("detection")),
            category=self._text("category"),
            alert_type=self._text("type"),
            product=self._text("product"),
            threat=self._text("threat"),
            source_tags=self._texts("tags"),
            mitre=self._texts("mitre"),
            recommended_actions=self._text("recommendation", limit=None),
            alert_url=self._url("url"),
            incident_url=self._url("incident_url"),
            documentation_url=self._url("documentation"),
            external_incident=self._text("incident"),
            labels={
                short(name, _WORD_LENGTH): ", ".join(found)[:_LABEL_LENGTH]
                for name, paths in self._map.labels.items()
                if (found := texts(paths, self._item))
            },
            evidence=tuple(self._evidence()),
            raw=as_text(self._item),
        )

    def _says(self, name: str) -> bool:
        return bool(first(self._map.paths.get(name, ()), self._item))

    def _texts(self, name: str) -> tuple[str, ...]:
        found = texts(self._map.paths.get(name, ()), self._item)
        return tuple(dict.fromkeys(short(text, _WORD_LENGTH) for text in found))

    def _text(self, name: str, *, limit: int | None = _WORD_LENGTH) -> str:
        text = ", ".join(texts(self._map.paths.get(name, ()), self._item))
        return short(text, limit) if limit else text

    def _needed(self, name: str) -> str:
        if text := self._text(name, limit=None):
            return text
        paths = self._map.paths[name]
        looked = " or ".join(path.written for path in paths)
        pointer = "/".join((self._at, *paths[0].steps))
        raise BadPayload(pointer, f"is required: the map takes the {name} from {looked}, and there is no text")

    def _time(self, name: str) -> datetime | None:
        paths = self._map.paths.get(name, ())
        for value in first(paths, self._item):
            try:
                return _moment(value)
            except ValueError as wrong:
                raise BadPayload("/".join((self._at, *paths[0].steps)), str(wrong)) from None
        return None

    def _translated(self, name: str) -> str:
        word = self._text(name)
        return self._map.words.get(name, {}).get(word.lower(), word)

    def _severity(self) -> Severity:
        word = self._translated("severity")
        known = severity_in_graphs_words(word) or severity_in_words(word)
        if word and known is None:
            self._not_understood("severity", word, "counts as medium")
        return known or Severity.MEDIUM

    def _word(self, name: str, known: Callable[[str], Any], ours: Callable[[str], Any]) -> Any:  # noqa: ANN401
        """A status or a signal; None where nothing is said, or a word that we do not know."""
        word = self._translated(name)
        if not word:
            return None
        if word in self._map.words.get(name, {}).values():
            return ours(word)
        found = known("".join(filter(str.isalnum, word)).lower())
        if found is None:
            self._not_understood(name, word, "was left out")
        return found

    def _classification(self) -> Classification | None:
        return classification_of(self._translated("classification")) if self._says("classification") else None

    def _not_understood(self, name: str, word: str, what: str) -> None:
        pointer = "/".join((self._at, *self._map.paths[name][0].steps))
        word = short(word, 60)
        why = f"is {word!r}, which is no {name} that we know, and {what}; `{name}.{word} = …` in the map translates it"
        self._notes.append(Note(pointer, why))

    def _url(self, name: str) -> str:
        return web_url(self._text(name, limit=None), schemes=("https", "http"))

    def _evidence(self) -> Iterator[Evidence]:
        for kind, paths in self._map.evidence.items():
            shape = _SHAPES.get(kind, _named)
            for name in texts(paths, self._item)[:_MOST_PIECES]:
                yield read_evidence({"@odata.type": f"#microsoft.graph.security.{kind}Evidence", **shape(name)})


def _named(name: str) -> dict[str, Any]:
    return {"name": name}


def _account(name: str) -> dict[str, str]:
    domain, backslash, account = name.partition("\\")
    if backslash:
        return {"accountName": account, "domainName": domain}
    return {"userPrincipalName": name} if "@" in name else {"accountName": name}


def _moment(value: Any) -> datetime | None:  # noqa: ANN401 - any JSON value
    """An ISO time, or seconds or milliseconds since 1970. Raises ValueError."""
    text = (scalar_text(value) or "").strip()
    try:
        number = float(text)
    except ValueError:
        return time_of(text if isinstance(value, str) else value)
    try:
        return datetime.fromtimestamp(number / (1000 if abs(number) >= _MILLISECONDS else 1), UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError("is no time") from None
