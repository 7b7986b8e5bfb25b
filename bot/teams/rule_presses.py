"""Presses on cards about tuning rules: looking at rules, and changing one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.alerts.errors import Refused
from bot.alerts.ports import UnitOfWork
from bot.teams.identity import arrive
from bot.teams.pressed import Pressed
from bot.teams.screens import Screen
from bot.teams.since import read_since
from bot.usecases import tuning, tuning_views
from bot.usecases.permission import require
from bot.usecases.tuning import Doing, Saved
from bot.usecases.tuning_undo import undo_rule
from bot.usecases.visibility import Reader
from cards import rule_buttons as does
from cards.language import Language
from cards.rule_card import render_bring_back, render_rule
from cards.rules import render_caught, render_positives, render_rules
from cards.saved_rule import saved_text, undone_text

#: What is said above the rule once something was done to it.
Told = Callable[[Language], str]

Change = Callable[[UnitOfWork, Doing, int, datetime], Told]


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """`share` is the part of all alerts that a rule may catch without a second person's approval, 0 to 1."""

    share: float


def look(uow: UnitOfWork, pressed: Pressed, reader: Reader, settings: RuleSettings) -> Screen:
    """The list, a rule, or something of a rule. Raises NotAvailable."""
    press, share = pressed.press, settings.share
    if press.rule is None:
        return rules_screen(uow, reader, press.page or 0, share=share)
    if press.do == does.CAUGHT:
        caught = tuning_views.caught_page(uow, press.rule, reader, press.page or 0, share=share)
        return lambda f: render_caught(caught, lang=f.lang, now=f.now, nonce=f.nonce, back_to=None)
    require(uow, reader, "rules")
    view = tuning_views.rule_view(uow, press.rule, reader.at, share=share)
    if press.do == does.POSITIVES:
        found = tuning_views.true_positives(uow, press.rule, reader)
        return lambda f: render_positives(view, found, lang=f.lang, now=f.now, nonce=f.nonce, back_to=press.page)
    if press.do == does.BRING_BACK:
        return lambda f: render_bring_back(view, lang=f.lang, nonce=f.nonce, page=press.page, notice=f.notice)
    return lambda f: render_rule(view, lang=f.lang, now=f.now, nonce=f.nonce, notice=f.notice, page=press.page)


def handle(uow: UnitOfWork, pressed: Pressed, settings: RuleSettings) -> Screen:
    """Do it, once however often the press is repeated, and show the rule as it is then."""
    reader = arrive(uow, pressed.activity, pressed.person, pressed.at)
    require(uow, reader, "rule")
    press, key = pressed.press, pressed.key()
    change = CHANGES.get(press.do or "")
    if press.rule is None or change is None:
        raise Refused("badPress", field="do", why="unknown value")
    told: Told = _nothing
    if key is None or uow.presses.first_time(key, pressed.at):
        doing = Doing(by=pressed.person, reader=reader, at=pressed.at, share=settings.share)
        told = change(uow, doing, press.rule, read_since(press.since or "", pressed.at, pressed.lang.zone))
    view = tuning_views.rule_view(uow, press.rule, pressed.at, share=settings.share)
    return lambda f: render_rule(
        view, lang=f.lang, now=f.now, nonce=f.nonce, notice=f.notice or told(f.lang), page=press.page
    )


def rules_screen(uow: UnitOfWork, reader: Reader, page: int, *, share: float) -> Screen:
    found = tuning_views.rules_page(uow, reader, page, share=share)
    return lambda f: render_rules(found, lang=f.lang, now=f.now, nonce=f.nonce, notice=f.notice)


def _nothing(_lang: Language) -> str:
    return ""


def _saved(done: Saved) -> Told:
    return lambda lang: saved_text(done.rule, done.acted, done.left, lang)


def _quietly(do: Callable[[UnitOfWork, Doing, int], object]) -> Change:
    def change(uow: UnitOfWork, doing: Doing, rule: int, _since: datetime) -> Told:
        do(uow, doing, rule)
        return _nothing

    return change


def _undo(uow: UnitOfWork, doing: Doing, rule: int, since: datetime) -> Told:
    back = undo_rule(uow, doing, rule, since)
    return lambda lang: undone_text(back.undone, back.changed_since, back.left, lang)


#: By the `do` of a press, and by the same word of the command `rules 3 …`.
CHANGES: Mapping[str, Change] = {
    does.SAVE: lambda uow, doing, rule, _since: _saved(tuning.save(uow, doing, rule)),
    does.SAVE_OPEN: lambda uow, doing, rule, _since: _saved(tuning.save(uow, doing, rule, with_open=True)),
    does.DISCARD: _quietly(tuning.discard),
    does.APPROVE: lambda uow, doing, rule, _since: _saved(tuning.approve(uow, doing, rule)),
    does.DECLINE: _quietly(tuning.decline),
    does.ON: _quietly(lambda uow, doing, rule: tuning.switch(uow, doing, rule, on=True)),
    does.OFF: _quietly(lambda uow, doing, rule: tuning.switch(uow, doing, rule, on=False)),
    does.DELETE: _quietly(tuning.delete),
    does.ACT_ON_OPEN: lambda uow, doing, rule, _since: _saved(tuning.act_on_open(uow, doing, rule)),
    does.UNDO: _undo,
}
