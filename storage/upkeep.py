"""The upkeep of the index: alerts from before there was one are indexed, newest first, and words are counted.

One process does it at a time, in small steps; whatever it has done is kept, and done again it changes nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Text, bindparam, func, select, text, update

from bot.alerts.habit_ports import Upkeep
from bot.alerts.history import Entry
from bot.alerts.recommendation import VERDICTS
from storage.among import among
from storage.history import History
from storage.likeness import Likenesses
from storage.likeness_tables import likeness_state, likenesses, verdicts
from storage.statements import LIMIT, Twin
from storage.tables import alerts
from storage.telling import Journal
from storage.types import as_json
from storage.verdicts import count

#: So long after its number was given an alert is there for everybody to see, or never will be.
SETTLED: Final = timedelta(seconds=40)

#: Entries of an alert's history in which its verdict is looked for.
_ENTRIES: Final = 200

_STATE = select(likeness_state).with_for_update()
_SAVE = update(likeness_state)
_LAST = select(func.max(alerts.c.number))
_SETTLED = (
    select(alerts.c.number)
    .where(alerts.c.received_at <= bindparam("before_"))
    .order_by(alerts.c.received_at.desc(), alerts.c.number.desc())
    .limit(1)
)
_BELOW = (
    select(alerts.c.number).where(alerts.c.number < bindparam("below_")).order_by(alerts.c.number.desc()).limit(LIMIT)
)
_LEFT = select(func.count()).select_from(alerts).where(alerts.c.number < bindparam("below_"))
_UNCOUNTED = (
    select(likenesses.c.alert, likenesses.c.words)
    .where(likenesses.c.alert > bindparam("after_"), likenesses.c.alert <= bindparam("to_"))
    .order_by(likenesses.c.alert)
    .limit(LIMIT)
)
_JUDGED = among(
    lambda is_among: (
        select(alerts.c.number, alerts.c.classification)
        .outerjoin(verdicts, verdicts.c.alert == alerts.c.number)
        .where(
            is_among(alerts.c.number, "alerts_"),
            alerts.c.classification.in_([str(verdict.value) for verdict in VERDICTS]),
            verdicts.c.alert.is_(None),
        )
    )
)
_ROWS = bindparam("rows_", type_=Text())
_INTO = "INSERT INTO features (number, df) "
_SQLITE = "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:rows_)"
_POSTGRES = "SELECT CAST(value->>0 AS BIGINT), CAST(value->>1 AS INT) FROM json_array_elements(CAST(:rows_ AS json))"
_AFTER = " WHERE true ON CONFLICT (number) DO UPDATE SET df = features.df + excluded.df"
_COUNT = Twin(
    text(_INTO + _SQLITE + _AFTER).bindparams(_ROWS),
    text(_INTO + _POSTGRES + _AFTER).bindparams(_ROWS),
)


def keep_up(on: Connection, likenesses: Likenesses, now: datetime, *, most: int) -> Upkeep:
    """One step. `most` alerts at most are indexed; counting takes ten times as many."""
    state = on.execute(_STATE).one()
    site_from = ",".join(likenesses.site_from)
    if state.site_from != site_from:
        # Alerts belong elsewhere from now on, so everything is indexed anew; the first time, what is there already.
        below = (on.execute(_LAST).scalar() or 0) + 1 if state.site_from else state.fill_below
        on.execute(_SAVE.values(site_from=site_from, fill_below=below))
        state = on.execute(_STATE).one()
    if state.fill_below > 1:
        return _fill(on, likenesses, state, most)
    return _count(on, state, now, most * 10)


def _fill(on: Connection, likenesses: Likenesses, state: Any, most: int) -> Upkeep:  # noqa: ANN401 - a row
    numbers = list(on.execute(_BELOW, {"below_": state.fill_below, "limit_": most}).scalars())
    if not numbers:
        on.execute(_SAVE.values(fill_below=0))
        return Upkeep(0, 0)
    new, gained = likenesses.renew(numbers)
    _add(on, gained)
    judged = on.execute(_JUDGED.on(on), {"alerts_": numbers})
    past = [entry for alert, verdict in judged if (entry := _verdict(on, alert, verdict)) is not None]
    count(on, past, numbers)
    on.execute(_SAVE.values(fill_below=numbers[-1], total=state.total + new))
    return Upkeep(len(numbers), on.execute(_LEFT, {"below_": numbers[-1]}).scalar_one())


def _count(on: Connection, state: Any, now: datetime, most: int) -> Upkeep:  # noqa: ANN401 - a row
    settled = on.execute(_SETTLED, {"before_": now - SETTLED}).scalar() or 0
    given = {"after_": state.counted_to, "to_": settled, "limit_": most}
    rows = on.execute(_UNCOUNTED, given).all()
    if rows:
        _add(on, Counter(word for _, words in rows for word in words))
        on.execute(_SAVE.values(counted_to=rows[-1][0], total=state.total + len(rows)))
    return Upkeep(len(rows), 0)


def _add(on: Connection, gained: Mapping[int, int]) -> None:
    rows: Sequence[tuple[int, int]] = sorted((word, more) for word, more in gained.items() if more)
    if rows:
        on.execute(_COUNT.on(on), {"rows_": as_json(rows)})


def _verdict(on: Connection, alert: int, verdict: str) -> Entry | None:
    """The entry that gave an alert the verdict that it has."""
    for entry in History(on, Journal()).entries(alert, limit=_ENTRIES):
        for change in entry.changes:
            if change.field == "classification" and change.new == verdict:
                return entry
    return None
