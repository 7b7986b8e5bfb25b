"""Where the program can be killed: between every two steps of what it does, from inside.

A step is a method of the program and a moment: before it, or after it. The process that runs the program wraps them, so
the program itself knows nothing of this.
"""

import functools
import importlib
import inspect
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.alerts.people import ActorKind


@dataclass(frozen=True, slots=True)
class Step:
    """`at` is `module:attribute`; it counts where `counts(arguments, result)` holds."""

    at: str
    after: bool
    counts: Callable[[tuple[Any, ...], Any], bool] = lambda _arguments, _result: True


def _of_post(arguments: tuple[Any, ...], _result: Any) -> bool:
    return arguments[1].activity_id is None


def _of_update(arguments: tuple[Any, ...], _result: Any) -> bool:
    return arguments[1].activity_id is not None


def _by_person(arguments: tuple[Any, ...], _result: Any) -> bool:
    return arguments[1].actor.kind is ActorKind.PERSON


def _took_some(_arguments: tuple[Any, ...], result: Any) -> bool:
    return bool(result)


_DELIVER = "bot.delivery.dispatcher:Dispatcher._deliver"
_SHOWN = "storage.cards:Cards.shown"

INTAKE: Final[Mapping[str, Step]] = {
    "intake: written, not committed": Step("bot.web.gathering:report_alerts", after=True),
    "intake: committed, not answered": Step("bot.web.intake:_accepted", after=False),
}
POSTING: Final[Mapping[str, Step]] = {
    "claim: not committed": Step("storage.cards:Cards.claim", after=True, counts=_took_some),
    "claim: committed": Step(_DELIVER, after=False),
    "post: not sent": Step("bot.teams.connector:Connector.post", after=False),
    "post: taken by Teams": Step("bot.teams.connector:Connector.post", after=True),
    "post: proof not committed": Step(_SHOWN, after=True, counts=_of_post),
    "post: proof committed": Step(_DELIVER, after=True, counts=_of_post),
}
UPDATING: Final[Mapping[str, Step]] = {
    "press: not committed": Step("storage.history:History.add", after=True, counts=_by_person),
    "press: committed, not answered": Step("bot.teams.presses:card_answer", after=False),
    "update: not sent": Step("bot.teams.connector:Connector.update", after=False),
    "update: taken by Teams": Step("bot.teams.connector:Connector.update", after=True),
    "update: proof not committed": Step(_SHOWN, after=True, counts=_of_update),
    "update: proof committed": Step(_DELIVER, after=True, counts=_of_update),
}
DIGEST: Final[Mapping[str, Step]] = {
    "digest: not committed": Step("storage.digests:Digests.add", after=True, counts=_took_some),
    "digest: committed": Step("bot.web.metrics:Metrics.digest", after=False),
    "post: taken by Teams": POSTING["post: taken by Teams"],
    "post: proof not committed": POSTING["post: proof not committed"],
}
TELLING: Final[Mapping[str, Step]] = {
    "event: not committed": Step("storage.telling:Journal.tell", after=True),
    "event: claimed": Step("bot.delivery.webhooks:WebhookWorker._tell", after=False),
    "event: taken by the receiver": Step("bot.delivery.webhook_post:WebhookCaller.send", after=True),
    "event: proof not committed": Step("storage.webhooks:Webhooks.sent", after=True, counts=_took_some),
    "event: proof committed": Step("bot.delivery.webhooks:WebhookWorker._tell", after=True),
}
PAGING: Final[Mapping[str, Step]] = {
    "page: step not committed": Step("storage.escalations:Escalations.take", after=True, counts=_took_some),
    "page: step committed": Step("bot.delivery.paging:Paging.look", after=True),
    "page: chat opened, not written": Step("bot.teams.connector:Connector.open_personal", after=True),
    "post: taken by Teams": POSTING["post: taken by Teams"],
    "post: proof not committed": POSTING["post: proof not committed"],
    "post: proof committed": POSTING["post: proof committed"],
}
STEPS: Final[Mapping[str, Step]] = {**INTAKE, **POSTING, **UPDATING, **DIGEST, **TELLING, **PAGING}


class Striker:
    """Kills its own process, as `kill -9` would, at the `nth` time that a step is reached once it is armed."""

    def __init__(self, nth: int) -> None:
        self.armed = False
        self._left = nth

    def reached(self) -> None:
        if self.armed:
            self._left -= 1
            if self._left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


def lay(name: str, striker: Striker) -> None:
    """Wrap the step of that name in this process, for good."""
    step = STEPS[name]
    owner, attribute, original = _found(step.at)

    @functools.wraps(original)
    def plain(*arguments: Any, **named: Any) -> Any:
        if not step.after and step.counts(arguments, None):
            striker.reached()
        result = original(*arguments, **named)
        if step.after and step.counts(arguments, result):
            striker.reached()
        return result

    @functools.wraps(original)
    async def waiting(*arguments: Any, **named: Any) -> Any:
        if not step.after and step.counts(arguments, None):
            striker.reached()
        result = await original(*arguments, **named)
        if step.after and step.counts(arguments, result):
            striker.reached()
        return result

    setattr(owner, attribute, waiting if inspect.iscoroutinefunction(original) else plain)


def set_constant(at: str, value: Any) -> None:
    """Replace a constant of the program in this process: a patience that a test cannot wait for."""
    owner, attribute, _ = _found(at)
    setattr(owner, attribute, value)


def _found(at: str) -> tuple[Any, str, Any]:
    module, _, path = at.partition(":")
    owner: Any = importlib.import_module(module)
    *way, attribute = path.split(".")
    for name in way:
        owner = getattr(owner, name)
    return owner, attribute, getattr(owner, attribute)
