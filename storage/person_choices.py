"""What people have chosen for themselves."""

from datetime import datetime, time

from sqlalchemy import Connection, bindparam, select

from bot.alerts.escalation_ports import Choices
from storage.escalation_tables import person_choices
from storage.statements import twin

_CHOICES = select(person_choices).where(person_choices.c.person == bindparam("person_"))
_KEEP = twin(
    lambda insert: (new := insert(person_choices)).on_conflict_do_update(
        index_elements=["person"],
        set_={name: new.excluded[name] for name in ("quiet_from", "quiet_until", "zone", "changed_at")},
    )
)


class PersonChoices:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def of(self, person: str) -> Choices:
        row = self._on.execute(_CHOICES, {"person_": person}).first()
        if row is None:
            return Choices(person=person)
        return Choices(
            person=person, quiet_from=_time(row.quiet_from), quiet_until=_time(row.quiet_until), zone=row.zone
        )

    def keep(self, choices: Choices, at: datetime) -> None:
        values = {
            "person": choices.person,
            "quiet_from": choices.quiet_from.isoformat("minutes") if choices.quiet_from else "",
            "quiet_until": choices.quiet_until.isoformat("minutes") if choices.quiet_until else "",
            "zone": choices.zone,
            "changed_at": at,
        }
        self._on.execute(_KEEP.on(self._on), values)


def _time(text: str) -> time | None:
    return time.fromisoformat(text) if text else None
