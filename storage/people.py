"""People whom we have met."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select, update

from bot.alerts.people import Person
from storage.among import among
from storage.escalation_tables import person_choices
from storage.statements import twin
from storage.tables import people

_COLUMNS = (
    people.c.object_id,
    people.c.name,
    people.c.teams_id,
    people.c.user_principal_name,
    people.c.locale,
    people.c.zone,
    people.c.is_guest,
    people.c.language,
    func.coalesce(person_choices.c.zone, ""),
)
_THEM = people.outerjoin(person_choices, person_choices.c.person == people.c.object_id)
_MANY = among(lambda is_among: select(*_COLUMNS).select_from(_THEM).where(is_among(people.c.object_id, "ids_")))
_GET = select(*_COLUMNS).select_from(_THEM).where(people.c.object_id == bindparam("id_"))
_MEET = twin(lambda insert: insert(people).on_conflict_do_nothing(index_elements=["object_id"]))
_CHANGE = update(people).where(people.c.object_id == bindparam("id_"))
_ZONES = select(people.c.zone).where(people.c.zone != "").distinct()
_BY_PRINCIPAL_NAME = select(*_COLUMNS).select_from(_THEM).where(people.c.principal_key == bindparam("key_")).limit(1)

#: How many people a search by name gives at most.
FOUND_AT_MOST = 10

#: What in a search text would be a wildcard.
_LITERAL = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})
_BY_NAME = (
    select(*_COLUMNS)
    .select_from(_THEM)
    .where(
        or_(
            people.c.name_key.like(bindparam("start_"), escape="\\"),
            people.c.name_key.like(bindparam("word_"), escape="\\"),
            people.c.principal_key.like(bindparam("start_"), escape="\\"),
        )
    )
    .order_by(people.c.name_key, people.c.object_id)
    .limit(FOUND_AT_MOST)
)


class People:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def meet(self, person: Person, at: datetime) -> None:
        row = self._on.execute(_GET, {"id_": person.object_id}).first()
        if row is None:
            self._on.execute(_MEET.on(self._on), _values(person) | {"met_at": at, "changed_at": at})
            return
        known = _person(row)
        now_known = _together(known, person)
        if now_known != known:
            values = _values(now_known)
            del values["object_id"]
            self._on.execute(_CHANGE, values | {"id_": person.object_id, "changed_at": at})

    def many(self, ids: Iterable[str]) -> Mapping[str, Person]:
        wanted = list(ids)
        if not wanted:
            return {}
        return {row.object_id: _person(row) for row in self._on.execute(_MANY.on(self._on), {"ids_": wanted})}

    def choose_language(self, person: str, language: str, at: datetime) -> None:
        self._on.execute(_CHANGE, {"id_": person, "language": language or None, "changed_at": at})

    def zones(self) -> list[str]:
        return list(self._on.execute(_ZONES).scalars())

    def by_principal_name(self, name: str) -> Person | None:
        if not name:
            return None
        row = self._on.execute(_BY_PRINCIPAL_NAME, {"key_": name.casefold()}).first()
        return _person(row) if row is not None else None

    def by_name(self, text: str) -> list[Person]:
        start = text.strip().casefold().translate(_LITERAL)
        if not start:
            return []
        rows = self._on.execute(_BY_NAME, {"start_": f"{start}%", "word_": f"% {start}%"})
        return [_person(row) for row in rows]


def _together(known: Person, said: Person) -> Person:
    """Empty fields say nothing; nor does "no guest", since most messages do not tell guests apart."""
    return Person(
        object_id=known.object_id,
        name=said.name or known.name,
        teams_id=said.teams_id or known.teams_id,
        user_principal_name=said.user_principal_name or known.user_principal_name,
        locale=said.locale or known.locale,
        zone=said.zone or known.zone,
        is_guest=said.is_guest or known.is_guest,
        language=known.language,
        chosen_zone=known.chosen_zone,
    )


def _person(row: Sequence[Any]) -> Person:
    object_id, name, *rest, language, zone = row
    return replace(Person(object_id, name, *rest), language=language or "", chosen_zone=zone)


def _values(person: Person) -> dict[str, Any]:
    return {
        "object_id": person.object_id,
        "name": person.name,
        "teams_id": person.teams_id,
        "user_principal_name": person.user_principal_name,
        "locale": person.locale,
        "zone": person.zone,
        "is_guest": person.is_guest,
        "language": person.language or None,
        "name_key": person.name.casefold(),
        "principal_key": person.user_principal_name.casefold(),
    }
