"""The index of words in SQL, as `similarity.find` asks for it. Every look-up goes along an index, and is bounded."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, select, union_all

from bot.alerts.alert import Alert
from bot.alerts.conversation import Scope
from bot.alerts.evidence import Evidence
from bot.alerts.features import likeness_of
from bot.alerts.recommendation import chances, without
from bot.alerts.similarity import find
from bot.alerts.views import Similar
from bot.alerts.words import Classification
from storage.among import among
from storage.likeness import LOOKED_AT, circles_from
from storage.likeness_tables import alert_features, features, likeness_state, likenesses, verdicts
from storage.rows import SELECT_ALERT, alert_of
from storage.scopes import in_scope
from storage.statements import LIMIT
from storage.tables import alerts, evidence
from storage.verdicts import tallies

_TOTAL = select(likeness_state.c.total)
_FREQUENCIES = among(
    lambda is_among: select(features.c.number, features.c.df).where(is_among(features.c.number, "words_"))
)
_WORDS = among(
    lambda is_among: select(likenesses.c.alert, likenesses.c.words).where(is_among(likenesses.c.alert, "alerts_"))
)
_VERDICTS = among(
    lambda is_among: select(verdicts.c.alert, verdicts.c.verdict).where(is_among(verdicts.c.alert, "alerts_"))
)
_JUDGED = (
    select(verdicts.c.alert)
    .where(verdicts.c.kind == bindparam("kind_"), verdicts.c.verdict == bindparam("verdict_"))
    .order_by(verdicts.c.alert.desc())
    .limit(LIMIT)
)
_PLACE = select(likenesses.c.site, likenesses.c.circles).where(likenesses.c.alert == bindparam("alert_"))
_OWN = (
    select(evidence.c.kind, evidence.c.entity, evidence.c.label)
    .where(evidence.c.alert == bindparam("alert_"), evidence.c.ordinal < LOOKED_AT)
    .order_by(evidence.c.ordinal)
)
_ALERTS = among(lambda is_among: SELECT_ALERT.where(is_among(alerts.c.number, "alerts_")))


def similar(connection: Connection, alert: Alert, scope: Scope, *, limit: int) -> tuple[Similar, ...]:
    """The most alike first. None for an alert that is not indexed yet."""
    row = connection.execute(_PLACE, {"alert_": alert.number}).first()
    if row is None:
        return ()
    site, circles = row[0], circles_from(row[1])
    own = [Evidence(*piece) for piece in connection.execute(_OWN, {"alert_": alert.number})]
    like = likeness_of(alert, own, site)
    postings = SqlPostings(connection, scope)
    counted = tallies(connection, circles.all)
    verdict = postings.verdicts([alert.number]).get(alert.number)
    if verdict is not None:
        counted = without(circles, counted, verdict)
    expected = chances(circles, counted)
    found = find(like.features, circles.kind, postings, but=alert.number, expected=expected, limit=limit)
    given = {"alerts_": [match.alert for match in found]}
    loaded = {number.number: number for number in map(alert_of, connection.execute(_ALERTS.on(connection), given))}
    return tuple(Similar(loaded[match.alert], match.reasons, match.score) for match in found if match.alert in loaded)


class SqlPostings:
    """`similarity.Postings` over the tables, for a reader."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._on = connection
        self._scope = scope

    def total(self) -> int:
        return int(self._on.execute(_TOTAL).scalar() or 0)

    def frequencies(self, words: Collection[int]) -> Mapping[int, int]:
        rows = self._on.execute(_FREQUENCIES.on(self._on), {"words_": list(words)})
        return dict(map(tuple, rows.all()))

    def newest(self, words: Sequence[int], *, each: int) -> Mapping[int, Sequence[int]]:
        given = {f"word_{place}": word for place, word in enumerate(words)} | {"each_": each}
        found: dict[int, list[int]] = {}
        for word, alert in self._on.execute(_newest(len(words)), given).all():
            found.setdefault(word, []).append(alert)
        return found

    def judged(self, kind: int, *, most: int) -> Sequence[int]:
        found: list[int] = []
        for verdict in (Classification.TRUE_POSITIVE, Classification.EXPECTED):
            given = {"kind_": kind, "verdict_": str(verdict.value), "limit_": most - len(found)}
            found += self._on.execute(_JUDGED, given).scalars()
        return found

    def visible(self, alerts: Collection[int]) -> frozenset[int]:
        if self._scope.everything and not self._scope.without:
            return frozenset(alerts)
        return _in_scope(self._on, self._scope, alerts)

    def words(self, alerts: Collection[int]) -> Mapping[int, Mapping[int, int]]:
        rows = list(self._on.execute(_WORDS.on(self._on), {"alerts_": list(alerts)}))
        known = self.frequencies({word for _, words in rows for word in words})
        return {alert: {word: known.get(word, 1) for word in words} for alert, words in rows}

    def verdicts(self, alerts: Collection[int]) -> Mapping[int, Classification]:
        rows = self._on.execute(_VERDICTS.on(self._on), {"alerts_": list(alerts)})
        return {alert: Classification(verdict) for alert, verdict in rows}


def _in_scope(on: Connection, scope: Scope, numbers: Iterable[int]) -> frozenset[int]:
    asked = among(
        lambda is_among: select(alerts.c.number).where(is_among(alerts.c.number, "numbers_"), in_scope(scope, on))
    )
    return frozenset(on.execute(asked.on(on), {"numbers_": list(numbers)}).scalars())


@lru_cache(maxsize=32)
def _newest(words: int) -> Select[Any]:
    """SQLite allows no LIMIT inside a UNION without a subquery around it."""
    each = [
        select(alert_features)
        .where(alert_features.c.feature == bindparam(f"word_{place}"))
        .order_by(alert_features.c.alert.desc())
        .limit(bindparam("each_", type_=Integer()))
        .cte(f"newest_{place}")
        for place in range(words)
    ]
    found = union_all(*(select(one.c.feature, one.c.alert) for one in each)).subquery()
    return select(found.c.feature, found.c.alert)
