"""What programs outside are told of an alert: its state and its history as JSON, named as Graph names things."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from bot.alerts.alert import Alert
from bot.alerts.history import Change, Entry
from bot.alerts.people import Person

People = Mapping[str, Person]
Json = dict[str, Any]


def alert_json(alert: Alert, people: People, *, longest: int | None = None) -> Json:
    """The state. Texts are cut to `longest` characters, and lists and labels to so many items."""
    told = {_camel(field.name): _plain(getattr(alert, field.name), longest) for field in fields(alert)}
    told["assignee"] = _person(alert.assignee, people)
    return told


def entry_json(entry: Entry, people: People, *, longest: int | None = None) -> Json:
    """A history entry: who, when, by which way, what, from and to."""
    told: Json = {
        "revision": entry.revision,
        "at": _plain(entry.at, None),
        "actor": {"kind": entry.actor.kind.value, "id": entry.actor.id, "name": entry.actor.name},
        "way": entry.way.value,
        "kind": entry.kind.value,
        "action": entry.action,
        "changes": [_change(change, people, longest) for change in entry.changes],
        "comment": _plain(entry.comment, longest),
    }
    if entry.undoes is not None:
        told["undoes"] = entry.undoes
    if entry.withdrawn:
        told["withdrawn"] = True
    return told


def people_in(alerts: Iterable[Alert], entries: Iterable[Entry]) -> set[str]:
    """Everybody who is named in them as somebody who has or had an alert."""
    changed = (change for entry in entries for change in entry.changes if change.field == "assignee")
    named = {value for change in changed for value in (change.old, change.new)}
    named |= {alert.assignee for alert in alerts}
    return {who for who in named if isinstance(who, str) and who}


def _change(change: Change, people: People, longest: int | None) -> Json:
    old, new = (
        _person(value, people) if change.field == "assignee" else _plain(value, longest)
        for value in (change.old, change.new)
    )
    return {"field": _camel(change.field), "from": old, "to": new}


def _person(who: object, people: People) -> Json | None:
    """Somebody whom we have not met is known by the name that the source has."""
    if not isinstance(who, str) or not who:
        return None
    person = people.get(who)
    if person is None:
        return {"id": None, "name": who, "userPrincipalName": who if "@" in who else ""}
    return {"id": person.object_id, "name": person.name, "userPrincipalName": person.user_principal_name}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _plain(value: Any, longest: int | None) -> Any:  # noqa: ANN401, PLR0911 - any field, and one line for each type
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value if longest is None or len(value) <= longest else f"{value[: longest - 1]}…"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {str(name): _plain(item, longest) for name, item in list(value.items())[:longest]}
    if isinstance(value, (tuple, list, frozenset, set)):
        return [_plain(item, longest) for item in list(value)[:longest]]
    if is_dataclass(value) and not isinstance(value, type):
        return {_camel(field.name): _plain(getattr(value, field.name), longest) for field in fields(value)}
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)
