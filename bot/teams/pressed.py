"""A press with everything that was checked about it, and what each verb does."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.alerts.errors import Refused
from bot.alerts.incident import CorrelationReason
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.silence import read_span
from bot.alerts.words import DETERMINATIONS, Classification
from bot.teams.activity import InboundActivity
from bot.teams.grammar import parse_tags
from bot.usecases import assign, automatic, comment, escalations, link, resolve, silences
from bot.usecases.acting import Act, Done
from bot.usecases.visibility import Reader
from cards.buttons import ME, NEW_INCIDENT, NOBODY, Press, Verb
from cards.language import Language


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press with everything that was checked about it."""

    verb: Verb
    press: Press
    person: Person
    activity: InboundActivity
    at: datetime
    #: The presser's own, and that of what is posted where they pressed.
    lang: Language
    there: Language

    @property
    def alert(self) -> int:
        if self.press.alert is None:
            raise Refused("badPress", field="alert", why="Field required")
        return self.press.alert

    def act(self, reader: Reader) -> Act:
        return Act(alert=self.alert, by=self.person, reader=reader, at=self.at, rev=self.press.rev, key=self.key())

    def key(self) -> str | None:
        """The same actor, verb, subject, nonce and inputs take effect once."""
        if not self.press.nonce:
            return None
        what = [self.person.object_id, self.verb, self.press.data()]
        return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Change:
    """A verb that changes something: whether a press has all that it needs, and how it is done."""

    run: Callable[[UnitOfWork, Act, Press], Done]
    is_complete: Callable[[Press], bool] = lambda _press: True


def _assign(uow: UnitOfWork, act: Act, press: Press) -> Done:
    to = (press.to or "").strip()
    if not to:
        raise Refused("badPress", field="to", why="choose somebody")
    return assign.assign(uow, act, {ME: act.by.object_id, NOBODY: None}.get(to, to.lower()))


def _classify(uow: UnitOfWork, act: Act, press: Press) -> Done:
    return resolve.classify(uow, act, *(press.verdict() or (Classification.NOT_SET, "")))


def _classify_is_complete(press: Press) -> bool:
    verdict = press.verdict()
    return verdict is not None and (
        press.determination is not None or bool(verdict[1]) or not DETERMINATIONS[verdict[0]]
    )


def _resolve(uow: UnitOfWork, act: Act, press: Press) -> Done:
    classification, determination = press.verdict() or (None, "")
    return resolve.resolve(uow, act, classification, determination, press.comment or "")


def _tag(uow: UnitOfWork, act: Act, press: Press) -> Done:
    return comment.tag(uow, act, *parse_tags(press.tags or ""))


def _link(uow: UnitOfWork, act: Act, press: Press) -> Done:
    wanted = (press.incident or "").strip().removeprefix("#")
    if wanted == NEW_INCIDENT:
        return link.link_to_new(uow, act, "", reason_of(press), press.comment or "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 16):
        raise Refused("badPress", field="incident", why="an incident's number or 'new'")
    return link.link(uow, act, int(wanted), reason_of(press), press.comment or "")


def _silence(uow: UnitOfWork, act: Act, press: Press) -> Done:
    labels = [name.strip() for name in press.labels.split(",")] if press.labels is not None else None
    return silences.silence(uow, act, read_span(press.span or ""), press.comment or "", labels)


def reason_of(press: Press) -> str:
    """One of Graph's reasons for putting alerts together, or nothing. Raises Refused("badPress")."""
    if not press.reason:
        return ""
    try:
        return CorrelationReason(press.reason).value
    except ValueError:
        raise Refused("badPress", field="reason", why="unknown value") from None


CHANGES: Mapping[Verb, Change] = {
    Verb.ASSIGN: Change(_assign, lambda press: press.to is not None),
    Verb.START: Change(lambda uow, act, _press: assign.start(uow, act)),
    Verb.COMMENT: Change(
        lambda uow, act, press: comment.comment(uow, act, press.comment or ""), lambda press: press.comment is not None
    ),
    Verb.CLASSIFY: Change(_classify, _classify_is_complete),
    # The form's button carries the status, because Teams may leave out inputs that are empty.
    Verb.RESOLVE: Change(
        _resolve, lambda press: any(given is not None for given in (press.status, press.classification, press.comment))
    ),
    Verb.REOPEN: Change(lambda uow, act, _press: resolve.reopen(uow, act)),
    Verb.TAG: Change(_tag, lambda press: press.tags is not None),
    Verb.LINK: Change(_link, lambda press: press.incident is not None),
    Verb.SILENCE: Change(_silence, lambda press: press.span is not None),
    Verb.LIFT: Change(lambda uow, act, _press: silences.lift(uow, act)),
    Verb.ESCALATE: Change(lambda uow, act, _press: escalations.escalate(uow, act)),
    Verb.UNHIDE: Change(lambda uow, act, _press: automatic.unhide(uow, act)),
}
