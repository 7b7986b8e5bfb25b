"""Silence and lift: what people want of Alertmanager, and how it went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.alerts import silence as silences
from bot.alerts.alert import Alert, Decision
from bot.alerts.conversation import Subject
from bot.alerts.errors import Refused
from bot.alerts.history import Change, Kind
from bot.alerts.mirror import MirrorState
from bot.alerts.people import Actor, Way
from bot.alerts.ports import UnitOfWork
from bot.alerts.silence import FEED, SOURCE, Silence
from bot.alerts.views import AlertView
from bot.usecases.acting import Act, Done, perform, record
from bot.usecases.permission import require
from bot.usecases.read import alert_view
from bot.usecases.visibility import Reader

#: Silences made at a time.
AT_ONCE: Final = 20

#: One that is being made, and nothing is heard of it, is tried again after so long.
PATIENCE: Final = timedelta(seconds=60)

_TOUCHED = frozenset({"silenced_until"})


@dataclass(frozen=True, slots=True)
class Errand:
    """What the source shall have: a silence of these labels until then, or, with no `until`, none any more."""

    silence: Silence
    labels: Mapping[str, str]
    until: datetime | None
    #: Whether the source may have heard it before.
    again: bool

    @property
    def alert(self) -> int:
        return self.silence.alert


def silence(uow: UnitOfWork, act: Act, span: timedelta, comment: str, labels: Sequence[str] | None) -> Done:
    """Keep quiet about what has these labels; None for all of the alert's.

    Raises NotAvailable, and Refused: "noSilencer" where no Alertmanager is named, "notSilenceable", "noLabels".
    """

    def decide(alert: Alert) -> Decision:
        decision = silences.silence(alert, act.at + span, comment)
        if not uow.feeds.is_told(FEED):
            raise Refused("noSilencer")
        if not chosen:
            raise Refused("noLabels")
        return decision

    known = uow.silences.labels_at_source(act.alert)
    chosen = [name for name in known if labels is None or name in labels]
    done = perform(uow, act, "silence", decide, touches=_TOUCHED)
    if done.entry is not None:
        uow.silences.choose(act.alert, chosen)
    return done


def lift(uow: UnitOfWork, act: Act) -> Done:
    """Let the source speak again. Raises NotAvailable, and Refused: "notSilenced"."""
    return perform(uow, act, "lift", silences.lift, touches=_TOUCHED)


def offered(uow: UnitOfWork, number: int, reader: Reader) -> tuple[AlertView, Mapping[str, str]]:
    """The alert, and the labels of which one may choose those that a silence is for."""
    view = alert_view(uow, number, reader)
    require(uow, reader, "silence")
    return view, uow.silences.labels_at_source(number)


def take_due(uow: UnitOfWork, now: datetime) -> list[Errand]:
    """What is to be done now."""
    errands = []
    for wanted in uow.silences.due(now, limit=AT_ONCE):
        uow.silences.take(wanted.alert, now + PATIENCE)
        known = uow.silences.labels_at_source(wanted.alert)
        labels = {name: value for name, value in known.items() if name in wanted.labels}
        until = datetime.fromisoformat(wanted.wanted) if wanted.wanted else None
        errands.append(Errand(wanted, labels, until if until and until > now else None, wanted.attempt > 0))
    return errands


def made(uow: UnitOfWork, errand: Errand, external_id: str, link: str, now: datetime) -> None:
    """The source keeps quiet, by this id."""
    wanted = errand.silence.wanted
    uow.silences.settle(errand.alert, wanted, wanted, external_id=external_id, link=link)
    _show(uow, errand.alert, now)


def gone(uow: UnitOfWork, errand: Errand, now: datetime) -> None:
    """The source has none any more, as was wanted."""
    uow.silences.settle(errand.alert, errand.silence.wanted, "")
    _show(uow, errand.alert, now)


def put_off(uow: UnitOfWork, alert: int, at: datetime, why: str, now: datetime) -> None:
    uow.silences.later(alert, at, why)
    _show(uow, alert, now)


def refused(uow: UnitOfWork, alert: int, why: str, now: datetime) -> None:
    """The source will not have it, and the card says so."""
    uow.silences.refuse(alert, why)
    _show(uow, alert, now)


def settle(uow: UnitOfWork, at_source: Mapping[str, str] | None, now: datetime) -> None:
    """What ended, or was changed over there: the alert says so.

    `at_source` has until when each silence is there, by its id; None where it could not be asked.
    """
    for standing in uow.silences.standing():
        if standing.state is MirrorState.PENDING:
            continue
        there = standing.known if at_source is None else at_source.get(standing.external_id, "")
        if there and datetime.fromisoformat(there) <= now:
            there = ""
        if there != standing.known:
            _follow(uow, standing, there, now)


def _follow(uow: UnitOfWork, standing: Silence, there: str, now: datetime) -> None:
    alert = uow.alerts.get(standing.alert)
    if alert.silenced_until != there:
        kind = Kind.SILENCED if there else Kind.LIFTED
        decision = Decision(kind, (Change("silenced_until", alert.silenced_until, there),))
        record(uow, alert, decision, by=Actor.source(SOURCE), way=Way.SOURCE, at=now)
    external_id, link = (standing.external_id, standing.link) if there else ("", "")
    uow.silences.settle(standing.alert, there, there, external_id=external_id, link=link)


def _show(uow: UnitOfWork, alert: int, now: datetime) -> None:
    uow.cards.raise_wanted(Subject.ALERT, alert, at=now)
