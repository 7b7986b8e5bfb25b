"""Rows of the history of incidents, and back."""

from typing import Any

from bot.alerts.history import Change
from bot.alerts.incident import IncidentEntry, IncidentKind
from bot.alerts.people import Actor, ActorKind, Way


def row_of(entry: IncidentEntry) -> dict[str, Any]:
    return {
        "incident": entry.incident,
        "revision": entry.revision,
        "at": entry.at,
        "actor_kind": entry.actor.kind.value,
        "actor_id": entry.actor.id,
        "actor_name": entry.actor.name,
        "way": entry.way.value,
        "kind": entry.kind.value,
        "changes": [(change.field, change.old, change.new) for change in entry.changes],
        "comment": entry.comment,
        "undoes": entry.undoes,
        "touched": [list(one) for one in entry.touched],
    }


def entry_of(row: Any) -> IncidentEntry:  # noqa: ANN401 - a row of the history
    return IncidentEntry(
        incident=row.incident,
        revision=row.revision,
        at=row.at,
        actor=Actor(ActorKind(row.actor_kind), row.actor_id, row.actor_name),
        way=Way(row.way),
        kind=IncidentKind(row.kind),
        changes=tuple(Change(*change) for change in row.changes),
        comment=row.comment,
        undoes=row.undoes,
        touched=tuple((alert, revision) for alert, revision in row.touched),
    )
