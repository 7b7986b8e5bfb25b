"""The quiet lines on the card of an alert: who is on call for it, and who was paged and what came of it."""

from collections.abc import Sequence
from datetime import datetime

from bot.alerts.escalation import CHANNEL, MISSED, NOBODY, Ask, State, Taken
from bot.alerts.escalation_ports import EscalationView
from bot.alerts.oncall_views import OnDuty
from cards.language import Language
from cards.parts import NAME
from cards.safe import brief

#: Steps in one line; of more, the last ones.
_STEPS = 5


def on_call_text(on_call: Sequence[OnDuty], lang: Language, now: datetime) -> str:
    """`On call until 09:00: Ana`"""
    first = [duty for duty in on_call if duty.shift.level == on_call[0].shift.level]
    if not first:
        return ""
    names = ", ".join(brief(duty.name, NAME) for duty in first[:3])
    until = lang.moment(min(duty.shift.ends_at for duty in first), now=now)
    return lang.t("On call until {until}: {names}", until=until, names=names)


def paging_text(view: EscalationView, lang: Language, now: datetime) -> str:
    """`Paged: Ana 03:12, no answer; Bo 03:17, answered 03:18 by Bo`"""
    steps: list[list[str]] = []
    for taken in view.taken:
        at = lang.moment(taken.at, now=now)
        if taken.ask is Ask.REMIND:
            if steps:
                steps[-1].append(lang.t("reminded {at}", at=at))
        elif said := _step(taken, view, lang, at):
            steps.append([said])
    if not steps:
        return ""
    for step in steps[:-1]:
        step.append(lang.t("no answer"))
    steps[-1].append(_end(view, lang, now))
    return lang.t("Paged: {steps}", steps="; ".join(", ".join(filter(None, step)) for step in steps[-_STEPS:]))


def _step(taken: Taken, view: EscalationView, lang: Language, at: str) -> str:
    if CHANNEL in taken.whom:
        return lang.t("the channel {at}", at=at)
    names = [brief(view.name_of(who), NAME) for who in taken.whom if who != NOBODY and not who.startswith(MISSED)]
    missed = [brief(view.name_of(who.removeprefix(MISSED)), NAME) for who in taken.whom if who.startswith(MISSED)]
    said = [f"{', '.join(names)} {at}"] if names else []
    if NOBODY in taken.whom and not missed:
        said.append(lang.t("nobody on call {at}", at=at))
    if missed:
        said.append(lang.t("{names} not reached {at}", names=", ".join(missed), at=at))
    return ", ".join(said)


def _end(view: EscalationView, lang: Language, now: datetime) -> str:
    one = view.escalation
    if one.state is State.ANSWERED and one.ended_at is not None:
        who, at = brief(view.name_of(one.answered_by), NAME), lang.moment(one.ended_at, now=now)
        return lang.t("{who} answered {at}", who=who, at=at)
    following = one.asks_others_at if one.is_running else None
    return lang.t("next {at}", at=lang.moment(following, now=now)) if following is not None else ""
