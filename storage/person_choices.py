"""What people have chosen for themselves."""

from datetime import datetime, time

from sqlalchemy import Connection, bindparam, select

from bot.alerts.choices import Choices, Notice
from storage.escalation_tables import person_choices
from storage.statements import twin

_CHOICES = select(person_choices).where(person_choices.c.person == bindparam("person_"))
_CHOSEN = ("quiet_from", "quiet_until", "zone", "unheard", "changed_at")
_KEEP = twin(
    lambda insert: (new := insert(person_choices)).on_conflict_do_update(
        index_elements=["person"],
        set_={name: new.excluded[name] for name in _CHOSEN},
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
            person=person,
            quiet_from=_time(row.quiet_from),
            quiet_until=_time(row.quiet_until),
            zone=row.zone,
            unheard=frozenset(Notice(name) for name in row.unheard.split(",") if name in set(Notice)),
        )

    def keep(self, choices: Choices, at: datetime) -> None:
        values = {
            "person": choices.person,
            "quiet_from": choices.quiet_from.isoformat("minutes") if choices.quiet_from else "",
            "quiet_until": choices.quiet_until.isoformat("minutes") if choices.quiet_until else "",
            "zone": choices.zone,
            "unheard": ",".join(sorted(choices.unheard)),
            "changed_at": at,
        }
        self._on.execute(_KEEP.on(self._on), values)


def _time(text: str) -> time | None:
    return time.fromisoformat(text) if text else None
