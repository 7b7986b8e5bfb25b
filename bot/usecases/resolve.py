"""Classify, resolve and reopen: how an alert ends."""

from bot.alerts import alert as alerts
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import UNDETERMINED, Classification
from bot.usecases.acting import Act, Done, perform

STATUS = frozenset({"status"})
VERDICT = frozenset({"classification", "determination"})


def classify(uow: UnitOfWork, act: Act, classification: Classification, determination: str = UNDETERMINED) -> Done:
    return perform(
        uow, act, "classify", lambda alert: alerts.classify(alert, classification, determination), touches=VERDICT
    )


def resolve(
    uow: UnitOfWork,
    act: Act,
    classification: Classification | None = None,
    determination: str = UNDETERMINED,
    comment: str = "",
) -> Done:
    """Close it; a verdict and a comment may come in the same step."""
    return perform(
        uow,
        act,
        "resolve",
        lambda alert: alerts.resolve(alert, classification, determination, comment),
        touches=STATUS if classification is None else STATUS | VERDICT,
    )


def reopen(uow: UnitOfWork, act: Act) -> Done:
    return perform(uow, act, "reopen", alerts.reopen, touches=STATUS)
