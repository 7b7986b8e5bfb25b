"""What cards about being on call are drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.alerts.oncall import Override, Shift
from bot.alerts.oncall_ports import Rota
from bot.alerts.people import Person


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody whose shift it is. `person` is None where nobody is known by what the rota calls them."""

    shift: Shift
    rota: str
    person: Person | None

    @property
    def name(self) -> str:
        return self.person.name if self.person is not None and self.person.name else self.shift.who


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaView:
    """A rota: who has it now, first whoever is paged first; who comes next; and the overrides that stand."""

    rota: Rota
    now: tuple[OnDuty, ...]
    next: tuple[OnDuty, ...]
    overrides: tuple[Override, ...] = ()
    #: Names by Entra object id, of those who override.
    people: Mapping[str, Person] = field(default_factory=dict)

    def name_of(self, person: str) -> str:
        known = self.people.get(person)
        return known.name if known else person


@dataclass(frozen=True, slots=True)
class OnCallView:
    """The rotas that somebody asked for. With `coming`, it is about who comes next."""

    rotas: tuple[RotaView, ...]
    at: datetime
    coming: bool = False
