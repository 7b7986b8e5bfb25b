"""Commands about tuning rules: `tune 1042 hide …`, `rules`, `rules 3 off`."""

import re
from dataclasses import dataclass
from typing import Final

from bot.alerts.condition import ConditionError
from bot.alerts.conversation import Subject
from bot.alerts.errors import Refused
from bot.alerts.ports import UnitOfWork
from bot.alerts.tuning import TuningRule
from bot.teams.lookback_budget import look_back
from bot.teams.orders import Said
from bot.teams.replies import ANSWER_FIRST
from bot.teams.rule_presses import CHANGES, RuleSettings, rules_screen
from bot.teams.screens import Screen
from bot.teams.since import read_since
from bot.teams.tune_terms import Ground, changed_terms, new_terms
from bot.teams.tune_words import TuneWords, read_tune
from bot.usecases import allowing, tuning, tuning_views
from bot.usecases.permission import require
from bot.usecases.sending import EVIDENCE_LOOKED_AT
from bot.usecases.tuning import Doing
from bot.usecases.visibility import visible_alert
from cards import rule_buttons as does
from cards.allow_list import render_allow_list
from cards.language import Language
from cards.rule_card import render_rule
from cards.rules import render_caught
from cards.safe import brief, defang

Reply = str | Screen | None

#: What may be said after a rule's number, and what it does.
_WORDS: Final = {
    "on": does.ON,
    "off": does.OFF,
    "delete": does.DELETE,
    "remove": does.DELETE,
    "save": does.SAVE,
    "discard": does.DISCARD,
    "approve": does.APPROVE,
    "decline": does.DECLINE,
    "open": does.ACT_ON_OPEN,
    "undo": does.UNDO,
}

_NUMBER = re.compile(r"#?(\d{1,15})(?:\s+|$)")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was said, with all that it takes to answer it."""

    uow: UnitOfWork
    said: Said
    settings: RuleSettings

    @property
    def lang(self) -> Language:
        return self.said.lang

    @property
    def doing(self) -> Doing:
        return Doing(by=self.said.person, reader=self.said.reader, at=self.said.at, share=self.settings.share)

    def ground(self, number: int | None) -> Ground:
        if number is None:
            return Ground(None, (), self.said.at, self.lang.zone)
        alert = visible_alert(self.uow, number, self.said.reader)
        pieces = self.uow.alerts.evidence(number, limit=EVIDENCE_LOOKED_AT)
        return Ground(alert, pieces, self.said.at, self.lang.zone)


def tune(asked: Asked, number: int | None, text: str) -> Reply:
    """A draft of a rule from an alert, or from nothing; its card shows what it would have caught, and saves it."""
    require(asked.uow, asked.said.reader, "tune")
    if not text.strip():
        raise Refused("noAction")
    words = read_tune(text)
    try:
        terms = new_terms(words, asked.ground(number))
        made = tuning.draft(asked.uow, asked.doing, terms, origin=number, with_open=words.with_open)
    except ConditionError as error:
        raise Refused("badFilter", error=error, text=text) from None
    _show_draft(asked, made)
    return None


def rules(asked: Asked) -> Reply:
    """The list, or what is said of one rule."""
    rest = asked.said.command.rest
    match = _NUMBER.match(rest)
    if match is not None:
        return _rule(asked, int(match[1]), rest[match.end() :].strip())
    word, _, more = rest.partition(" ")
    match word.casefold():
        case "":
            return rules_screen(asked.uow, asked.said.reader, 0, share=asked.settings.share)
        case "new" | "add":
            return tune(asked, None, more)
        case "creation":
            return _creation(asked, more.strip().casefold())
        case "for":
            return _rules_for(asked, more)
        case _:
            return _help(asked.lang)


def allow_list(asked: Asked) -> Reply:
    """What shall be allowed in Defender; `allowlist remove 3` takes an entry off."""
    word, _, number = asked.said.command.rest.partition(" ")
    if word.casefold() == "remove":
        if not (number.isascii() and number.isdigit() and len(number) < 16):
            return asked.lang.t("Which entry? Say for example “allowlist remove 3”.")
        gone = allowing.remove(asked.uow, asked.doing, int(number))
        value = defang(brief(gone.indicator.value, 80))
        return asked.lang.t("{value} is off the list. What Defender has imported stays there.", value=value)
    entries = allowing.listed(asked.uow, asked.said.reader)
    return lambda f: render_allow_list(entries, lang=f.lang, now=f.now, notice=f.notice)


def _rule(asked: Asked, rule: int, words: str) -> Reply:
    word, _, more = words.partition(" ")
    match word.casefold():
        case "" | "show":
            require(asked.uow, asked.said.reader, "rules")
            asked.uow.tuning.get(rule)
            _post(asked, rule)
            return None
        case "caught":
            page = tuning_views.caught_page(asked.uow, rule, asked.said.reader, 0, share=asked.settings.share)
            return lambda f: render_caught(page, lang=f.lang, now=f.now, nonce=f.nonce, back_to=None)
        case "edit":
            return _edit(asked, rule, more)
        case "first" | "last" | "to":
            return _move(asked, rule, word.casefold(), more)
        case _:
            return _change(asked, rule, word.casefold(), more)


def _change(asked: Asked, rule: int, word: str, more: str) -> Reply:
    do, at = _WORDS.get(word), asked.said.at
    if do is None:
        return _help(asked.lang)
    if do == does.SAVE and more.strip().casefold() in {"also-open", "also open"}:
        do = does.SAVE_OPEN
    since = read_since(more, at, asked.lang.zone) if do == does.UNDO else at
    told = CHANGES[do](asked.uow, asked.doing, rule, since)(asked.lang)
    if told:
        return asked.lang.t("Rule {rule}: {told}", rule=rule, told=told)
    view = tuning_views.rule_view(asked.uow, rule, at, share=asked.settings.share)
    return lambda f: render_rule(view, lang=f.lang, now=f.now, nonce=f.nonce)


def _edit(asked: Asked, rule: int, text: str) -> Reply:
    """A draft of the change; the rule is in force as it was until the draft is saved."""
    require(asked.uow, asked.said.reader, "tune")
    before = asked.uow.tuning.get(rule)
    words = read_tune(text)
    if words == TuneWords():
        raise Refused("noAction")
    try:
        terms = changed_terms(words, before.terms, asked.ground(before.origin))
        made = tuning.draft(asked.uow, asked.doing, terms, replaces=rule, with_open=words.with_open)
    except ConditionError as error:
        raise Refused("badFilter", error=error, text=text) from None
    _show_draft(asked, made)
    return None


def _move(asked: Asked, rule: int, word: str, more: str) -> str:
    place = {"first": "1", "last": "1000000"}.get(word, more.strip())
    if not (place.isascii() and place.isdigit() and len(place) < 10):
        return _help(asked.lang)
    tuning.move(asked.uow, asked.doing, rule, to=int(place))
    view = tuning_views.rule_view(asked.uow, rule, asked.said.at, share=asked.settings.share)
    return asked.lang.t("Rule {rule} has place {place} in the order now.", rule=rule, place=view.place)


def _creation(asked: Asked, word: str) -> str:
    lang = asked.lang
    if word not in {"on", "off"}:
        return _help(lang)
    tuning.set_creation(asked.uow, asked.doing, on=word == "on")
    if word == "on":
        return lang.t("New tuning rules creation is switched on.")
    return lang.t("New tuning rules creation is switched off: rules in force stay so, and none can be made or edited.")


def _rules_for(asked: Asked, more: str) -> str:
    number, lang = more.strip().removeprefix("#"), asked.lang
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        return _help(lang)
    alert, found = tuning_views.rules_for(asked.uow, int(number), asked.said.reader)
    if not found:
        return lang.t("No rule in force fits #{number}.", number=alert.number)
    names = ", ".join(f"{rule.id} {asked.lang.quoted(brief(rule.terms.name, 60))}" for rule in found[:10])
    return lang.t("Rules that fit #{number}, the first one acts: {names}", number=alert.number, names=names)


def _show_draft(asked: Asked, made: TuningRule) -> None:
    look_back(asked.uow, made, asked.said.at)
    _post(asked, made.id)


def _post(asked: Asked, rule: int) -> None:
    """A living card of the rule, as a copy of its own."""
    said = asked.said
    asked.uow.cards.want(
        said.reader.conversation.id,
        Subject.RULE,
        rule,
        priority=ANSWER_FIRST,
        at=said.at,
        origin=said.activity.id,
        thread=said.activity.address.thread,
    )


def _help(lang: Language) -> str:
    return lang.t(
        "Say “rules”, “rules 3”, “rules 3 off”, “on”, “caught”, “undo since monday”, “edit …”, “first”, “to 2”,"
        " “delete”, “save”, “approve”, “decline”; “rules for 1042”; “rules new hide any-type host:web-1”."
    )
