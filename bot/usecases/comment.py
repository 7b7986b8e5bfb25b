"""Comment and tag: what people add to an alert. Two people may do it at once; neither is refused."""

from collections.abc import Iterable

from bot.alerts import alert as alerts
from bot.alerts.ports import UnitOfWork
from bot.usecases.acting import Act, Done, perform
from bot.usecases.tags import as_called


def comment(uow: UnitOfWork, act: Act, text: str) -> Done:
    return perform(uow, act, "comment", lambda alert: alerts.comment(alert, text))


def tag(uow: UnitOfWork, act: Act, add: Iterable[str], remove: Iterable[str]) -> Done:
    add, remove = tuple(add), tuple(remove)
    return perform(
        uow,
        act,
        "tag",
        lambda alert: alerts.tag(alert, as_called(uow, alert, add), (*remove, *as_called(uow, alert, remove))),
    )
