"""How somebody reads: the language that they chose."""

from bot.alerts.ports import UnitOfWork
from bot.usecases.permission import require
from bot.usecases.visibility import Reader


def choose_language(uow: UnitOfWork, reader: Reader, language: str) -> None:
    """From now on; an empty one is Teams' own again. Raises Refused("role")."""
    require(uow, reader, "language")
    uow.people.choose_language(reader.person, language, reader.at)
