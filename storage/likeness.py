"""Keeps what alerts are like: written with the alert itself, and brought up to date when it changes.

Nothing here is counted while alerts come in, so that replicas do not wait for each other: `upkeep` counts later.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, select

from bot.alerts.absorb import Birth
from bot.alerts.alert import Alert
from bot.alerts.evidence import Evidence
from bot.alerts.features import Likeness, likeness_of
from bot.alerts.recommendation import Circles, circles_of
from bot.alerts.site import SITE_FROM, site_of
from storage.among import among
from storage.bulk import Bulk
from storage.likeness_tables import alert_features, likenesses
from storage.rows import SELECT_ALERT, alert_of
from storage.statements import twin
from storage.tables import alerts, evidence

#: More pieces of evidence than these are not looked at: see features.py.
LOOKED_AT = 1_000

#: The fields of an alert that its words are made of.
_FIELDS = (
    "title",
    "category",
    "alert_type",
    "mitre",
    "threat",
    "detection_source",
    "service_source",
    "labels",
    "assets",
)

_POSTINGS, _LIKENESSES = Bulk(alert_features), Bulk(likenesses)
_KNOWN = among(
    lambda is_among: select(likenesses.c.alert, likenesses.c.words).where(is_among(likenesses.c.alert, "alerts_"))
)
_ALERTS = among(lambda is_among: SELECT_ALERT.where(is_among(alerts.c.number, "alerts_")).order_by(alerts.c.number))
_EVIDENCE = among(
    lambda is_among: (
        select(evidence.c.alert, evidence.c.kind, evidence.c.entity, evidence.c.label, evidence.c.properties)
        .where(is_among(evidence.c.alert, "alerts_"), evidence.c.ordinal < LOOKED_AT)
        .order_by(evidence.c.alert, evidence.c.ordinal)
    )
)
#: Another process may just have done the same.
_POST = twin(lambda insert: insert(alert_features).on_conflict_do_nothing())
_FORGET = among(
    lambda is_among: delete(alert_features).where(
        and_(is_among(alert_features.c.feature, "words_"), alert_features.c.alert == bindparam("alert_"))
    )
)
_REPLACE = twin(
    lambda insert: (new := insert(likenesses)).on_conflict_do_update(
        index_elements=["alert"],
        set_={name: new.excluded[name] for name in ("site", "here", "circles", "words")},
    )
)


class Likenesses:
    """Writes the index of one work. `site_from` says what an alert's site is."""

    def __init__(self, connection: Connection, site_from: Sequence[str] = SITE_FROM) -> None:
        self._on = connection
        self.site_from = site_from
        self._changed: set[int] = set()

    def open(self, births: Sequence[Birth]) -> None:
        """The index of new alerts, in the transaction that makes them."""
        made = [(birth.alert, self.likeness(birth.alert, birth.report.evidence)) for birth in births]
        _LIKENESSES.add(self._on, (_row(alert.number, like) for alert, like in made))
        # In the order of the index, which is the fastest to write, and in which replicas lock alike.
        _POSTINGS.add(self._on, sorted((word.number, alert.number) for alert, like in made for word in like.features))

    def likeness(self, alert: Alert, pieces: Sequence[Evidence]) -> Likeness:
        return likeness_of(alert, pieces, site_of(alert, pieces, self.site_from))

    def saved(self, after: Alert, before: Alert) -> None:
        if any(getattr(after, name) != getattr(before, name) for name in _FIELDS):
            self._changed.add(after.number)

    def evidence_replaced(self, alert: int) -> None:
        self._changed.add(alert)

    def settle(self) -> Collection[int]:
        """Bring the index of what has changed up to date, at the end of the work; the numbers of those alerts."""
        changed, self._changed = sorted(self._changed), set()
        if changed:
            self.renew(changed)
        return changed

    def renew(self, numbers: Sequence[int]) -> tuple[int, Counter[int]]:
        """Make the index of some alerts anew: how many were new to it, and in how many more alerts each word is now."""
        given = {"alerts_": list(numbers)}
        before = {alert: set(words) for alert, words in self._on.execute(_KNOWN.on(self._on), given)}
        pieces: dict[int, list[Evidence]] = {}
        for alert, kind, entity, label, properties in self._on.execute(_EVIDENCE.on(self._on), given):
            pieces.setdefault(alert, []).append(Evidence(kind, entity, label, properties=properties))
        loaded = map(alert_of, self._on.execute(_ALERTS.on(self._on), given))
        made = {alert.number: self.likeness(alert, pieces.get(alert.number, ())) for alert in loaded}
        gained: Counter[int] = Counter()
        for number, like in made.items():
            now, was = {word.number for word in like.features}, before.get(number, set())
            if was - now:
                self._on.execute(_FORGET.on(self._on), {"words_": sorted(was - now), "alert_": number})
            if now - was:
                rows = [{"feature": word, "alert": number} for word in sorted(now - was)]
                self._on.execute(_POST.on(self._on), rows)
            gained.update(now - was)
            gained.subtract(was - now)
            self._on.execute(_REPLACE.on(self._on), dict(zip(_LIKENESSES.columns, _row(number, like), strict=True)))
        return len(made.keys() - before.keys()), gained


def circles_from(kept: Sequence[int]) -> Circles:
    """From `Circles.all`."""
    everything, category, kind, rule, site, site_kind, here, *seen = kept
    pairs = tuple(zip(seen[::2], seen[1::2], strict=True))
    return Circles(everything, category, kind, rule, site, site_kind, here, pairs)


def _row(alert: int, like: Likeness) -> Sequence[Any]:
    circles = circles_of(like)
    return alert, like.site_name, circles.here, circles.all, [word.number for word in like.features]
