"""What the sources know of what we did to incidents, and what they said of them last."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, select, text, update

from bot.alerts.incident import Incident, IncidentEntry
from bot.alerts.incident_mirror import IncidentMirror, matters
from bot.alerts.mirror import MirrorState
from storage.among import among
from storage.mirror_tables import feeds, incident_mirrors
from storage.statements import LIMIT, twin
from storage.types import Utc

_NAMES = ("incident", "wanted", "sent", "state", "attempt", "why", "said", "gone")
_COLUMNS = tuple(incident_mirrors.c[name] for name in _NAMES)
_MANY = among(lambda is_among: select(*_COLUMNS).where(is_among(incident_mirrors.c.incident, "incidents_")))
#: Written out, so that the partial index serves it.
_PENDING = text("incident_mirrors.state = 'pending'")
_DUE = (
    select(*_COLUMNS)
    .where(_PENDING, incident_mirrors.c.due_at <= bindparam("now_", type_=Utc()))
    .order_by(incident_mirrors.c.due_at, incident_mirrors.c.incident)
    .limit(LIMIT)
)


def _want(insert: Any) -> Any:  # noqa: ANN401 - each dialect has its own type of insert
    new, is_pending = insert(incident_mirrors), incident_mirrors.c.state == "pending"
    sooner = and_(is_pending, incident_mirrors.c.due_at < new.excluded.due_at)
    return new.on_conflict_do_update(
        index_elements=["incident"],
        set_={
            "wanted": new.excluded.wanted,
            "state": "pending",
            # What is being tried may have been heard: that must not be forgotten.
            "attempt": case((incident_mirrors.c.state == "done", 0), else_=incident_mirrors.c.attempt),
            "why": "",
            "due_at": case((sooner, incident_mirrors.c.due_at), else_=new.excluded.due_at),
        },
    )


_WANT = twin(_want)
_OPEN = twin(lambda insert: insert(incident_mirrors).on_conflict_do_nothing(index_elements=["incident"]))
_CHANGE = update(incident_mirrors).where(incident_mirrors.c.incident == bindparam("incident_"))
_TELLS = select(feeds.c.told).where(feeds.c.source == bindparam("source_"))


class IncidentMirrors:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def want(self, incident: Incident, entry: IncidentEntry) -> None:
        if matters(entry) and self._is_told(incident.source):
            self._on.execute(_WANT.on(self._on), _row(incident.number, entry.revision - 1, entry.revision, entry.at))

    def want_all(self, incident: Incident, source: str, at: datetime) -> None:
        if self._is_told(source):
            # What it was told before, when it had the incident under another name, stays told.
            self._on.execute(_WANT.on(self._on), _row(incident.number, 0, incident.revision, at))

    def many(self, incidents: Iterable[int]) -> Mapping[int, IncidentMirror]:
        wanted = list(incidents)
        if not wanted:
            return {}
        rows = self._on.execute(_MANY.on(self._on), {"incidents_": wanted})
        return {row.incident: _mirror(row) for row in rows}

    def due(self, now: datetime, *, limit: int) -> Sequence[IncidentMirror]:
        return [_mirror(row) for row in self._on.execute(_DUE, {"now_": now, "limit_": limit})]

    def take(self, incident: int, until: datetime) -> None:
        self._change(incident, attempt=incident_mirrors.c.attempt + 1, due_at=until)

    def told(self, incident: int, revision: int) -> None:
        is_all = incident_mirrors.c.wanted <= revision
        # The next step is tried at once, and may be heard without our knowing.
        self._change(
            incident,
            state=case((is_all, "done"), else_="pending"),
            attempt=case((is_all, 0), else_=1),
            sent=revision,
            why="",
        )

    def later(self, incident: int, at: datetime, why: str) -> None:
        self._change(incident, due_at=at, why=why)

    def refuse(self, incident: int, why: str) -> None:
        self._change(incident, state=MirrorState.REFUSED.value, why=why)

    def try_again(self, incident: int, at: datetime) -> None:
        refused = _CHANGE.where(incident_mirrors.c.state == MirrorState.REFUSED.value)
        self._on.execute(refused, {"incident_": incident, "state": MirrorState.PENDING.value, "due_at": at})

    def keep_said(self, incident: Incident, said: Mapping[str, Any]) -> None:
        self._open(incident)
        self._change(incident.number, said=dict(said))

    def mark_gone(self, incident: Incident, *, gone: bool) -> None:
        self._open(incident)
        self._change(incident.number, gone=gone)

    def _is_told(self, source: str) -> bool:
        return bool(source and self._on.execute(_TELLS, {"source_": source}).scalar())

    def _open(self, incident: Incident) -> None:
        row = _row(incident.number, incident.revision, incident.revision, incident.created_at)
        self._on.execute(_OPEN.on(self._on), row | {"state": MirrorState.DONE.value})

    def _change(self, incident: int, **values: Any) -> None:  # noqa: ANN401 - values and expressions of columns
        self._on.execute(_CHANGE.values(**values), {"incident_": incident})


def _row(incident: int, sent: int, wanted: int, at: datetime) -> dict[str, Any]:
    return {
        "incident": incident,
        "wanted": wanted,
        "sent": sent,
        "state": MirrorState.PENDING.value,
        "attempt": 0,
        "due_at": at,
        "why": "",
    }


def _mirror(row: Sequence[Any]) -> IncidentMirror:
    fields = dict(zip(_NAMES, row, strict=True))
    return IncidentMirror(**fields | {"state": MirrorState(fields["state"])})
