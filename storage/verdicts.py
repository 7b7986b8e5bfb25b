"""Counts verdicts as they are given, changed and taken back: at the end of each work, and always in the same order, so
that replicas wait for each other shortly and never for ever."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, bindparam, delete, select, text

from bot.alerts.history import Entry, Kind
from bot.alerts.people import Actor, ActorKind
from bot.alerts.recommendation import VERDICTS, Circles, Tally, share
from storage.among import among
from storage.likeness import circles_from
from storage.likeness_tables import likenesses, verdict_counts, verdicts
from storage.statements import Twin, twin
from storage.types import as_json

_PLACE = {str(verdict.value): place for place, verdict in enumerate(VERDICTS)}

_ROWS = bindparam("rows_", type_=Text())
_COLUMNS = ("first", "second", "third", "first_mass", "second_mass", "third_mass", "flips")
_ADDED = ", ".join(f"{name} = verdict_counts.{name} + excluded.{name}" for name in _COLUMNS)
_INTO = f"INSERT INTO verdict_counts (circle, {', '.join(_COLUMNS)}) "
_AFTER = f" WHERE true ON CONFLICT (circle) DO UPDATE SET {_ADDED} RETURNING circle, first, second, third"
_PARTS = ", ".join(f"json_extract(value, '$[{place}]')" for place in range(8))
_SQLITE = f"SELECT {_PARTS} FROM json_each(:rows_)"  # noqa: S608 - numbers of our own
_KINDS = ("BIGINT", "INT", "INT", "INT", "FLOAT", "FLOAT", "FLOAT", "INT")
_CAST = ", ".join(f"CAST(value->>{place} AS {kind})" for place, kind in enumerate(_KINDS))
_POSTGRES = f"SELECT {_CAST} FROM json_array_elements(CAST(:rows_ AS json))"  # noqa: S608 - names of our own

#: Adds to many counts at once and gives them back; a list of lists is one parameter.
_ADD = Twin(
    text(_INTO + _SQLITE + _AFTER).bindparams(_ROWS),
    text(_INTO + _POSTGRES + _AFTER).bindparams(_ROWS),
)
_KEEP = twin(
    lambda insert: (new := insert(verdicts)).on_conflict_do_update(
        index_elements=["alert"],
        set_={column.name: new.excluded[column.name] for column in verdicts.c if column.name != "alert"},
    )
)
_FORGET = delete(verdicts).where(verdicts.c.alert == bindparam("alert_"))
_GIVEN = among(lambda is_among: select(verdicts).where(is_among(verdicts.c.alert, "alerts_")))
_WHERE = among(
    lambda is_among: select(likenesses.c.alert, likenesses.c.circles).where(is_among(likenesses.c.alert, "alerts_"))
)
_TALLIES = among(lambda is_among: select(verdict_counts).where(is_among(verdict_counts.c.circle, "circles_")))


@dataclass(frozen=True, slots=True)
class Given:
    """The last word on an alert in a work. `verdict` is empty where it was taken back."""

    verdict: str
    by: Actor
    at: datetime
    flips: int


class Counts:
    """What changes in the counts."""

    def __init__(self) -> None:
        self._counts: dict[int, list[int]] = {}
        self._flips: dict[int, int] = {}
        self._wider: dict[int, tuple[int, ...]] = {}

    def add(self, circles: Circles, verdict: str, times: int, flips: int = 0) -> None:
        for narrow, wider in circles.narrow:
            self._counts.setdefault(narrow, [0, 0, 0])[_PLACE[verdict]] += times
            self._wider[narrow] = wider
        self._flips[circles.here] = self._flips.get(circles.here, 0) + flips

    def write(self, on: Connection) -> None:
        if not self._counts:
            return
        rows = [
            (circle, *counts, 0.0, 0.0, 0.0, self._flips.get(circle, 0))
            for circle, counts in sorted(self._counts.items())
            if any(counts) or self._flips.get(circle)
        ]
        gained: dict[int, list[float]] = {}
        for circle, *after in _add(on, rows):
            counts = self._counts[circle]
            before = [now - more for now, more in zip(after, counts, strict=True)]
            weighs = [now - then for now, then in zip(share(after), share(before), strict=True)]
            for wider in self._wider[circle]:
                row = gained.setdefault(wider, [0, 0, 0, 0.0, 0.0, 0.0])
                for place, more in enumerate((*counts, *weighs)):
                    row[place] += more
        _add(on, [(circle, *more, 0) for circle, more in sorted(gained.items())])


def count(on: Connection, entries: Iterable[Entry], moved: Collection[int]) -> None:
    """Count what the entries of a work say, and count anew the verdicts on alerts that are like something else now.

    What a rule says is not counted: it only repeats what somebody thought when they made it.
    """
    given: dict[int, Given] = {}
    for entry in entries:
        _hear(given, entry)
    touched = sorted(given.keys() | set(moved))
    if not touched:
        return
    before: dict[int, Mapping[str, Any]] = {
        row["alert"]: dict(row) for row in on.execute(_GIVEN.on(on), {"alerts_": touched}).mappings()
    }
    now = {alert: circles_from(kept) for alert, kept in on.execute(_WHERE.on(on), {"alerts_": touched})}
    counts = Counts()
    for alert in touched:
        old, said = before.get(alert), given.get(alert)
        row = _row(said) if said is not None else old
        if old is not None:
            counts.add(circles_from(old["circles"]), old["verdict"], -1)
        if row is not None and row["verdict"] and alert in now:
            circles = now[alert]
            counts.add(circles, row["verdict"], 1, said.flips if said is not None else 0)
            place = {"alert": alert, "here": circles.here, "kind": circles.kind, "circles": circles.all}
            on.execute(_KEEP.on(on), {**row, **place})
        elif old is not None:
            on.execute(_FORGET, {"alert_": alert})
    counts.write(on)


def tallies(on: Connection, circles: Sequence[int]) -> dict[int, Tally]:
    return dict(map(tally_of, on.execute(_TALLIES.on(on), {"circles_": list(circles)}).all()))


def tally_of(row: Sequence[Any]) -> tuple[int, Tally]:
    """A circle and its counts, from a row of `verdict_counts`."""
    circle, one, two, three, first, second, third, flips = row
    return circle, Tally((max(0, one), max(0, two), max(0, three)), (first, second, third), max(0, flips))


def _hear(given: dict[int, Given], entry: Entry) -> None:
    for change in entry.changes:
        if change.field != "classification":
            continue
        counts = change.new in _PLACE and entry.actor.kind is not ActorKind.RULE
        verdict = str(change.new) if counts else ""
        is_flip = change.old in _PLACE and change.new in _PLACE
        flip = (-1 if entry.kind is Kind.UNDONE else 1) if is_flip else 0
        before = given.get(entry.alert)
        given[entry.alert] = Given(verdict, entry.actor, entry.at, flip + (before.flips if before else 0))


def _row(said: Given) -> dict[str, Any]:
    by = said.by
    return {"verdict": said.verdict, "by_kind": by.kind.value, "by_id": by.id, "by_name": by.name, "at": said.at}


def _add(on: Connection, rows: Sequence[Sequence[float]]) -> list[tuple[int, int, int, int]]:
    if not rows:
        return []
    return [tuple(row) for row in on.execute(_ADD.on(on), {"rows_": as_json(rows)})]
