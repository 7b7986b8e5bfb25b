"""Alert service settings: how much of each service source comes in where we ask for alerts. Administrators choose."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.alerts.ports import UnitOfWork
from bot.alerts.service_level import LISTED, Level, level_of
from bot.usecases.permission import may, require
from bot.usecases.visibility import Reader


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """How much of each service source comes in, those that are asked about first; and whether the reader may choose."""

    levels: Mapping[str, Level]
    may_choose: bool


def service_settings(uow: UnitOfWork, reader: Reader) -> ServiceSettings:
    require(uow, reader, "services")
    chosen = uow.feeds.levels()
    names = dict.fromkeys((*LISTED, *sorted(chosen)))
    return ServiceSettings({name: level_of(name, chosen) for name in names}, may(uow, reader, "chooseServices"))


def choose(uow: UnitOfWork, reader: Reader, wanted: Mapping[str, Level]) -> ServiceSettings:
    """From now on. Raises Refused("role")."""
    require(uow, reader, "chooseServices")
    known = uow.feeds.levels()
    for service, level in sorted(wanted.items()):
        if level_of(service, known) is not level:
            uow.feeds.choose_level(service, level)
    return service_settings(uow, reader)
