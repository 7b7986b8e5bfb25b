"""How alerts were judged before, and how they were handled."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, select, true

from bot.alerts.conversation import Scope
from bot.alerts.habit_ports import Handled, Judgement, Place, Upkeep, Usual
from bot.alerts.history import Kind
from bot.alerts.people import ActorKind
from bot.alerts.recommendation import Circles, Tally, without
from bot.alerts.words import Classification
from storage import upkeep
from storage.among import among
from storage.likeness import Likenesses, circles_from
from storage.likeness_tables import likenesses, verdict_counts, verdicts
from storage.scopes import in_scope
from storage.tables import alerts, comments, history
from storage.verdicts import tally_of

#: Verdicts that are looked at for who gave them, the newest ones.
_ASKED = 200

_PLACE = select(likenesses.c.circles, likenesses.c.site).where(likenesses.c.alert == bindparam("alert_"))
_OWN = select(verdicts.c.verdict).where(verdicts.c.alert == bindparam("alert_")).scalar_subquery()
_TALLIES = among(lambda is_among: select(verdict_counts, _OWN).where(is_among(verdict_counts.c.circle, "circles_")))
_USUAL = (
    select(likenesses.c.here, verdict_counts.c.first, verdict_counts.c.second, verdict_counts.c.third)
    .join(verdict_counts, verdict_counts.c.circle == likenesses.c.here)
    .where(likenesses.c.alert == bindparam("alert_"))
)
_NEWEST = (
    select(verdicts.c.by_id, verdicts.c.by_name)
    .where(verdicts.c.here == bindparam("here_"))
    .order_by(verdicts.c.at.desc(), verdicts.c.alert.desc())
    .limit(_ASKED)
    .subquery()
)
_BY_WHOM = select(func.min(_NEWEST.c.by_id), func.max(_NEWEST.c.by_id), func.max(_NEWEST.c.by_name))
_JUDGEMENTS = (
    select(
        verdicts.c.alert,
        verdicts.c.verdict,
        alerts.c.determination,
        verdicts.c.by_kind,
        verdicts.c.by_id,
        verdicts.c.by_name,
        verdicts.c.at,
    )
    .join(alerts, alerts.c.number == verdicts.c.alert)
    .where(verdicts.c.here == bindparam("here_"), verdicts.c.alert != bindparam("but_"))
    .order_by(verdicts.c.at.desc(), verdicts.c.alert.desc())
)
_HANDLED = among(
    lambda is_among: (
        select(comments.c.alert, comments.c.text, comments.c.author, comments.c.at)
        .join(history, and_(history.c.alert == comments.c.alert, history.c.revision == comments.c.revision))
        .where(
            is_among(comments.c.alert, "alerts_"),
            history.c.kind == Kind.RESOLVED.value,
            comments.c.withdrawn != true(),
        )
        .order_by(comments.c.alert, comments.c.revision)
    )
)


class Habits:
    def __init__(self, connection: Connection, likenesses: Likenesses) -> None:
        self._on = connection
        self._likenesses = likenesses

    def place(self, alert: int) -> Place | None:
        row = self._on.execute(_PLACE, {"alert_": alert}).first()
        return Place(circles_from(row[0]), row[1]) if row is not None else None

    def tallies(self, circles: Circles, *, but: int) -> Mapping[int, Tally]:
        rows = self._on.execute(_TALLIES.on(self._on), {"circles_": circles.all, "alert_": but}).all()
        counted = dict(tally_of(row[:-1]) for row in rows)
        own = rows[0][-1] if rows else None
        return without(circles, counted, Classification(own)) if own is not None else counted

    def usual(self, alert: int) -> Usual | None:
        row = self._on.execute(_USUAL, {"alert_": alert}).first()
        if row is None:
            return None
        here, one, two, three = row
        first, last, name = self._on.execute(_BY_WHOM, {"here_": here}).one()
        return Usual((one, two, three), name if first == last and name else "")

    def judgements(self, circles: Circles, scope: Scope, *, but: int, limit: int) -> tuple[Judgement, ...]:
        return self._judgements(circles, scope, but, limit, true())

    def true_positives(self, circles: Circles, scope: Scope, *, but: int, limit: int) -> tuple[Judgement, ...]:
        is_true = verdicts.c.verdict == str(Classification.TRUE_POSITIVE.value)
        return self._judgements(circles, scope, but, limit, is_true)

    def handled(self, alerts: Iterable[int]) -> Mapping[int, Handled]:
        rows = self._on.execute(_HANDLED.on(self._on), {"alerts_": list(alerts)})
        return {alert: Handled(alert, words, author, at) for alert, words, author, at in rows}

    def keep_up(self, now: datetime, *, most: int) -> Upkeep:
        return upkeep.keep_up(self._on, self._likenesses, now, most=most)

    def _judgements(
        self, circles: Circles, scope: Scope, but: int, limit: int, which: ColumnElement[bool]
    ) -> tuple[Judgement, ...]:
        asked: Select[Any] = _JUDGEMENTS.where(which, in_scope(scope, self._on)).limit(limit)
        rows = self._on.execute(asked, {"here_": circles.here, "but_": but})
        return tuple(map(_judgement, rows))


def _judgement(row: Sequence[Any]) -> Judgement:
    alert, verdict, determination, kind, by, name, at = row
    return Judgement(alert, Classification(verdict), determination, ActorKind(kind), by, name, at)
