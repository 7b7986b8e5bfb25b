"""Whether somebody may do what they ask for, by their permission role. Use cases ask; cards do not decide."""

from bot.alerts.errors import Refused
from bot.alerts.ports import UnitOfWork
from bot.alerts.roles import NEEDS
from bot.usecases.visibility import Reader, role_of


def require(uow: UnitOfWork, reader: Reader, verb: str) -> None:
    """Raises Refused("role") with the verb, the role that it `needs`, and the `role` of the reader, perhaps None."""
    role, needs = role_of(uow, reader), NEEDS[verb]
    if role is None or not role.covers(needs):
        raise Refused("role", verb=verb, needs=needs, role=role)


def may(uow: UnitOfWork, reader: Reader, verb: str) -> bool:
    role = role_of(uow, reader)
    return role is not None and role.covers(NEEDS[verb])
