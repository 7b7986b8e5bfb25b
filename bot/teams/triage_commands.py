"""Triage rules by text and by button: listed, made, switched, undone."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.alerts.errors import Refused
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.triage import Mode
from bot.alerts.triage_views import TriageView
from bot.teams.identity import arrive
from bot.teams.orders import Said
from bot.teams.pressed import Pressed
from bot.teams.screens import Screen
from bot.teams.since import read_since
from bot.teams.triage_words import read_rule
from bot.usecases import triage_rules
from bot.usecases.visibility import Reader
from cards.language import Language
from cards.triage import render_triage, render_triage_rule

Reply = str | Screen | None

_NUMBER = re.compile(r"#?([0-9]{1,15})(?:\s+(.*))?", re.DOTALL)

#: What `undo` without a time takes back.
USUALLY: Final = "1d"

_MODES: Mapping[str, Mode] = {"act": Mode.ACT, "watch": Mode.WATCH, "off": Mode.OFF, "on": Mode.WATCH}


def triage(uow: UnitOfWork, said: Said) -> Reply:
    """`triage`, `triage 1`, `triage add …`, `triage 1 act|watch|off|delete|undo since monday`."""
    words = said.command.rest.strip()
    if not words or words.casefold() == "list":
        return _all(uow, said.reader)
    if re.match(r"(?:add|new)(?:\s|\Z)", words, re.IGNORECASE):
        draft = read_rule(uow, words[3:])
        made = triage_rules.add(uow, draft, said.person, said.reader)
        return _one(made, lambda f: f.t("Rule {number} watches from now on.", number=made.rule.number))
    match = _NUMBER.fullmatch(words)
    if match is None:
        raise Refused("ruleWords")
    number, order = int(match[1]), (match[2] or "").strip().casefold()
    if not order:
        return _one(triage_rules.view(uow, number, said.reader))
    return _ordered(uow, _Order(number, order, said.person, said.reader, said.lang))


def look(uow: UnitOfWork, pressed: Pressed, reader: Reader) -> Screen:
    """All of them, or one. Raises NotAvailable."""
    number = pressed.press.triage
    return _all(uow, reader) if number is None else _one(triage_rules.view(uow, number, reader))


def handle(uow: UnitOfWork, pressed: Pressed) -> Screen:
    """Switch or undo one, once however often the press is repeated. Raises NotAvailable and Refused."""
    reader = arrive(uow, pressed.activity, pressed.person, pressed.at)
    number, key = pressed.press.triage, pressed.key()
    if number is None:
        triage_rules.may_change(uow, reader)
        raise Refused("badPress", field="triage", why="Field required")
    if key is not None and not uow.presses.first_time(key, pressed.at):
        return look(uow, pressed, reader)
    reply = _ordered(uow, _Order(number, pressed.press.status or "", pressed.person, reader, pressed.lang))
    return reply if callable(reply) else look(uow, pressed, reader)


@dataclass(frozen=True, slots=True)
class _Order:
    """What somebody wants of a rule."""

    rule: int
    words: str
    by: Person
    reader: Reader
    lang: Language


def _ordered(uow: UnitOfWork, asked: _Order) -> str | Screen:
    number, order, reader = asked.rule, asked.words, asked.reader
    if order in _MODES:
        view = triage_rules.switch(uow, number, _MODES[order], reader)
        return _one(view, _SWITCHED[view.rule.mode])
    if order == "delete":
        name = triage_rules.delete(uow, number, reader)
        return asked.lang.t("Rule {number}, “{name}”, is gone. What it has done stays.", number=number, name=name)
    verb, _, since = order.partition(" ")
    if verb != "undo":
        raise Refused("ruleOrder")
    from_ = read_since(since or USUALLY, reader.at, asked.lang.zone)
    back = triage_rules.undo(uow, number, from_, asked.by, reader)
    return _one(
        triage_rules.view(uow, number, reader),
        lambda f: f.t(
            "{undone} of its actions were undone; {kept} stay, because people have worked on them since.",
            undone=back.undone,
            kept=back.changed_since,
        ),
    )


_SWITCHED: Mapping[Mode, Callable[[Language], str]] = {
    Mode.ACT: lambda lang: lang.t("It acts from now on."),
    Mode.WATCH: lambda lang: lang.t("It only watches from now on."),
    Mode.OFF: lambda lang: lang.t("It is off."),
}


def _all(uow: UnitOfWork, reader: Reader) -> Screen:
    views = triage_rules.listed(uow, reader)
    return lambda f: render_triage(views, lang=f.lang, nonce=f.nonce)


def _one(view: TriageView, notice: Callable[[Language], str] | None = None) -> Screen:
    return lambda f: render_triage_rule(
        view, lang=f.lang, now=f.now, nonce=f.nonce, notice=notice(f.lang) if notice else f.notice
    )
