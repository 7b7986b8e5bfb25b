"""The product's own code behind the interface of the shared evaluation: plain rows become alerts, its words answers.

Nothing is decided here. The index and the counts are kept in dictionaries instead of in tables.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.alerts.alert import Alert
from bot.alerts.evidence import Evidence, impacted_assets
from bot.alerts.features import Likeness, likeness_of
from bot.alerts.recommendation import VERDICTS, Circles, Tally, chances, circles_of, recommend, share
from bot.alerts.similarity import find
from bot.alerts.site import site_of
from bot.alerts.words import Classification, Severity

Row = Mapping[str, Any]

GRADES = {
    "TruePositive": Classification.TRUE_POSITIVE,
    "BenignPositive": Classification.EXPECTED,
    "FalsePositive": Classification.FALSE_POSITIVE,
}

#: The data's columns of entities, as our kinds of evidence.
_COLUMNS = {
    "accountname": "user",
    "accountupn": "user",
    "accountsid": "user",
    "accountobjectid": "user",
    "ipaddress": "ip",
    "devicename": "device",
    "deviceid": "device",
    "filename": "file",
    "folderpath": "file",
    "url": "url",
    "networkmessageid": "analyzedMessage",
    "emailclusterid": "mailCluster",
    "applicationname": "cloudApplication",
    "applicationid": "cloudApplication",
    "oauthapplicationid": "oauthApplication",
    "registrykey": "registryKey",
    "resourceidname": "azureResource",
}

#: Numbers that stand for names are no counters: a title's digits say which title it is.
_LETTERS = str.maketrans("0123456789", "abcdefghij")


def _name(value: Any) -> str:
    return str(value).translate(_LETTERS)


def guide_alert(row: Row, number: int) -> tuple[Alert, list[Evidence]]:
    evidence = [
        Evidence(kind, f"{kind}:{column}:{value}", f"{column} {value}", roles=(str(row["role"]),))
        for column, kind in _COLUMNS.items()
        if (value := row["entities"].get(column)) is not None
    ]
    return _alert(
        number,
        row,
        title=f"title {_name(row['title'])}",
        alert_type=str(row["detector"]),
        category=row["category"],
        mitre=tuple(row["techniques"]),
        labels={"site": str(row["org"])},
        threat=str(row.get("threatfamily", "")),
    ), evidence


def ait_alert(row: Row, number: int) -> tuple[Alert, list[Evidence]]:
    evidence = [
        Evidence("device", f"device:{row['host']}", row["host"]),
        Evidence("ip", f"ip:{row['ip']}", row["ip"]),
    ]
    alert = _alert(
        number,
        row,
        title=row["title"],
        alert_type=row["type"],
        detection_source=row["source"],
        labels={"site": row["site"]},
    )
    assets, count = impacted_assets(evidence)
    return replace(alert, assets=assets, asset_count=count), evidence


def _alert(number: int, row: Row, **given: Any) -> Alert:
    at = datetime.fromtimestamp(row["time"], UTC)
    return Alert(
        number=number,
        source="graph",
        external_id=str(row["id"]),
        revision=1,
        severity=Severity.MEDIUM,
        created_at=at,
        first_activity=at,
        last_activity=at,
        received_at=at,
        **given,
    )


class Index:
    """`similarity.Postings` over dictionaries."""

    def __init__(self) -> None:
        self._words: dict[int, tuple[int, ...]] = {}
        self._alerts: dict[int, list[int]] = {}
        self._judged: dict[int, dict[Classification, list[int]]] = {}
        self._verdicts: dict[int, Classification] = {}

    def add(self, alert: int, like: Likeness, verdict: Classification) -> None:
        self._words[alert] = tuple(feature.number for feature in like.features)
        self._verdicts[alert] = verdict
        self._judged.setdefault(circles_of(like).kind, {}).setdefault(verdict, []).append(alert)
        for word in self._words[alert]:
            self._alerts.setdefault(word, []).append(alert)

    def total(self) -> int:
        return len(self._words)

    def frequencies(self, words: Collection[int]) -> Mapping[int, int]:
        return {word: len(self._alerts.get(word, ())) for word in words}

    def newest(self, words: Sequence[int], *, each: int) -> Mapping[int, Sequence[int]]:
        return {word: self._alerts.get(word, [])[-each:] for word in words}

    def judged(self, kind: int, *, most: int) -> Sequence[int]:
        of_kind = self._judged.get(kind, {})
        found = [
            alert
            for verdict in (Classification.TRUE_POSITIVE, Classification.EXPECTED)
            for alert in reversed(of_kind.get(verdict, ()))
        ]
        return found[:most]

    def visible(self, alerts: Collection[int]) -> set[int]:
        return set(alerts)

    def words(self, alerts: Collection[int]) -> Mapping[int, Mapping[int, int]]:
        return {alert: {word: len(self._alerts[word]) for word in self._words[alert]} for alert in alerts}

    def verdicts(self, alerts: Collection[int]) -> Mapping[int, Classification]:
        return {alert: self._verdicts[alert] for alert in alerts}


class Habits:
    """The counts of verdicts, over a dictionary."""

    def __init__(self) -> None:
        self.tallies: dict[int, Tally] = {}

    def add(self, circles: Circles, verdict: Classification) -> None:
        one = [int(word is verdict) for word in VERDICTS]
        for narrow, wider in circles.narrow:
            before = self.tallies.get(narrow, Tally()).counts
            after = self._more(narrow, one, (0.0, 0.0, 0.0))
            gained = [now - then for now, then in zip(share(after), share(before), strict=True)]
            for circle in wider:
                self._more(circle, one, gained)

    def _more(self, circle: int, counts: Iterable[int], mass: Iterable[float]) -> Sequence[int]:
        tally = self.tallies.get(circle, Tally())
        now = Tally(
            tuple(a + b for a, b in zip(tally.counts, counts, strict=True)),  # type: ignore[arg-type]
            tuple(a + b for a, b in zip(tally.mass, mass, strict=True)),  # type: ignore[arg-type]
        )
        self.tallies[circle] = now
        return now.counts


class Product:
    """Similar alerts and recommendations."""

    name = "Tocsin"

    def __init__(self, ds: str) -> None:
        self._make = ait_alert if ds == "ait" else guide_alert
        self._truth = "label" if ds == "ait" else "grade"
        self._answers: dict[Classification, str | None] = {word: grade for grade, word in GRADES.items()}
        if ds == "ait":
            self._answers = {Classification.TRUE_POSITIVE: "attack", Classification.FALSE_POSITIVE: None}

    def fit(self, history: Sequence[Row]) -> None:
        self._index, self._habits, self._places = Index(), Habits(), []
        self._places = sorted(range(len(history)), key=lambda place: history[place]["time"])
        for number, place in enumerate(self._places):
            row = history[place]
            verdict = self._verdict(row[self._truth])
            like = self._likeness(row, number)
            self._index.add(number, like, verdict)
            self._habits.add(circles_of(like), verdict)

    def rank_many(self, queries: Sequence[Row], k: int) -> list[list[tuple[int, float, list[str]]]]:
        return [self._rank(query, k) for query in queries]

    def recommend_many(self, queries: Sequence[Row]) -> list[tuple[str | None, float, int]]:
        return [self._recommend(query) for query in queries]

    def _rank(self, query: Row, k: int) -> list[tuple[int, float, list[str]]]:
        like = self._likeness(query, -1)
        circles = circles_of(like)
        expected = chances(circles, self._habits.tallies)
        found = find(like.features, circles.kind, self._index, but=-1, expected=expected, limit=k)
        return [
            (self._places[match.alert], match.score, [f"{why.kind} {why.label}" for why in match.reasons])
            for match in found
        ]

    def _recommend(self, query: Row) -> tuple[str | None, float, int]:
        """What it recommends; where it has nothing to name as its basis, what it would hold to be most probable."""
        circles = circles_of(self._likeness(query, -1))
        given = recommend(circles, self._habits.tallies)
        if given is not None:
            return self._answers.get(given.verdict), given.confidence, given.of
        expected = chances(circles, self._habits.tallies)
        best = max(range(3), key=expected.__getitem__)
        return self._answers.get(VERDICTS[best]), expected[best], 0

    def _likeness(self, row: Row, number: int) -> Likeness:
        alert, evidence = self._make(row, number)
        return likeness_of(alert, evidence, site_of(alert, evidence))

    def _verdict(self, truth: str | None) -> Classification:
        if self._truth == "grade":
            return GRADES[str(truth)]
        return Classification.FALSE_POSITIVE if truth is None else Classification.TRUE_POSITIVE
