"""The dialog “Tune an alert”: the form, what the rule would have caught, saving it, and the allow list afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from bot.alerts.alert import Alert
from bot.alerts.condition import And, Condition, ConditionError, all_of
from bot.alerts.conversation import Subject
from bot.alerts.errors import Refused
from bot.alerts.evidence import Evidence
from bot.alerts.ports import UnitOfWork
from bot.alerts.tuning import Standing, Terms, TuningRule
from bot.alerts.tuning_fill import fill, fill_trigger
from bot.teams.condition_steps import Edited, condition_of, edited
from bot.teams.dialogs import Answer, Asked, Handler, closed
from bot.teams.lookback_budget import look_back
from bot.teams.replies import ANSWER_FIRST
from bot.teams.rule_presses import RuleSettings
from bot.teams.tune_form import (
    FORM,
    services_offered,
    start_condition,
    terms_of_form,
    values_now,
    values_of_alert,
    values_of_terms,
)
from bot.teams.tune_terms import name_for
from bot.usecases import allowing, tuning, tuning_views
from bot.usecases.permission import require
from bot.usecases.sending import EVIDENCE_LOOKED_AT
from bot.usecases.tuning import Doing, Saved
from bot.usecases.visibility import Reader, visible_alert
from cards.allow_list import EVIDENCE, allow_inputs
from cards.allow_list import GROUPS as ALLOW_GROUPS
from cards.condition_editor import STATE
from cards.dialog_buttons import DialogPress
from cards.language import Language
from cards.saved_rule import saved_text
from cards.tune_dialog import (
    ALLOW,
    CHANGE,
    DISCARD,
    DONE,
    DRAFT,
    FILL,
    LOOK,
    SAVE,
    SAVE_OPEN,
    SERVICES,
    TRIGGER,
    Form,
    render_lookback,
    render_saved,
    render_tune_form,
)

#: The rule that is edited or drafted, in the dialog's state.
RULE: Final = "rule"

#: What is said above the allow list.
Words = Callable[[Language], str]

_LOOKBACK: Final = frozenset({LOOK, SAVE, SAVE_OPEN, DISCARD})


@dataclass(frozen=True, slots=True)
class _About:
    """What the dialog is about: the alert, if it was opened from one, and the rule, if there is one yet."""

    alert: Alert | None
    evidence: tuple[Evidence, ...]
    rule: TuningRule | None

    @property
    def alert_type(self) -> tuple[str, str]:
        """The one type that can be chosen, and what its alerts are called."""
        if self.rule is not None and self.rule.terms.alert_type:
            return self.rule.terms.alert_type, self.rule.terms.type_name
        return (self.alert.alert_type, name_for(self.alert)) if self.alert is not None else ("", "")

    @property
    def start(self) -> dict[str, str]:
        if self.rule is not None:
            return values_of_terms(self.rule.terms)
        return values_of_alert(self.alert, self.evidence) if self.alert is not None else {}


class _TuneDialog:
    """The steps of the dialog."""

    def __init__(self, settings: RuleSettings) -> None:
        self._share = settings.share

    def look(self, uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
        require(uow, reader, "tune")
        if asked.press.step in _LOOKBACK:
            return self._result(uow, asked, _rule_id(asked))
        if asked.press.step == ALLOW:
            return self._saved(uow, asked, reader, uow.tuning.get(_rule_id(asked)), lambda _lang: "")
        if not uow.tuning.creation():
            raise Refused("creationOff")
        about = _about(uow, asked, reader)
        now = _filled(asked, about)
        values = values_now(asked, about.start)
        press = asked.press.model_copy(update={"state": {**_without_editor(asked), FORM: values}})
        shown = Form(
            values=values,
            services=services_offered(uow, reader, values.get(SERVICES, "")),
            alert_type=about.alert_type[0],
            pieces=len(about.evidence),
            is_edit=about.rule is not None,
        )
        return lambda f: render_tune_form(
            shown, now.editing, now.typed, lang=f.lang, press=press, nonce=f.nonce, notice=now.notice(f)
        )

    def draft(self, uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
        about = _about(uow, asked, reader)
        condition = condition_of(asked)
        values = values_now(asked, about.start)
        try:
            terms = terms_of_form(values, condition, about.alert_type, asked.at, asked.lang.zone)
            made = self._drafted(uow, asked, reader, about, terms)
        except ConditionError as error:
            raise Refused("badFilter", error=error, text="") from None
        look_back(uow, made, asked.at)
        return self._result(uow, asked, made.id)

    def save(self, uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
        with_open = asked.press.step == SAVE_OPEN
        done = tuning.save(uow, self._doing(asked, reader), _rule_id(asked), with_open=with_open)
        _tell(uow, reader, done, asked)
        words: Words = lambda lang: saved_text(done.rule, done.acted, done.left, lang)  # noqa: E731 - a value
        return self._saved(uow, asked, reader, done.rule, words)

    def allow(self, uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
        keys, groups = asked.typed(EVIDENCE).split(","), asked.typed(ALLOW_GROUPS).split(",")
        doing = self._doing(asked, reader)
        added = allowing.allow(uow, doing, asked.alert, _rule_id(asked), keys=keys, groups=groups)
        return closed(lambda lang: _allowed_text(len(added), lang))

    def discard(self, uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
        tuning.discard(uow, self._doing(asked, reader), _rule_id(asked))
        return closed()

    def _drafted(self, uow: UnitOfWork, asked: Asked, reader: Reader, about: _About, terms: Terms) -> TuningRule:
        doing, rule = self._doing(asked, reader), about.rule
        if rule is not None and rule.standing is Standing.DRAFT:
            return tuning.redraft(uow, doing, rule.id, terms)
        replaces = rule.id if rule is not None and rule.standing is Standing.IN_FORCE else None
        origin = about.alert.number if about.alert is not None and rule is None else None
        return tuning.draft(uow, doing, terms, origin=origin, replaces=replaces)

    def _result(self, uow: UnitOfWork, asked: Asked, rule: int) -> Answer:
        view = tuning_views.rule_view(uow, rule, asked.at, share=self._share)
        press = asked.press.model_copy(update={"state": {RULE: rule}})
        return lambda f: render_lookback(view, lang=f.lang, now=f.now, press=press, nonce=f.nonce, notice=f.notice)

    def _saved(self, uow: UnitOfWork, asked: Asked, reader: Reader, rule: TuningRule, words: Words) -> Answer:
        number = asked.press.alert or rule.origin
        found = allowing.offered(uow, number, rule.id, reader) if number is not None else None
        press = asked.press.model_copy(update={"state": {RULE: rule.id}, "alert": number})
        return lambda f: render_saved(
            words(f.lang),
            allow_inputs(found.offers, found.groups, f.lang) if found is not None and found.offers else [],
            is_waiting=rule.standing is Standing.WAITING,
            lang=f.lang,
            press=press,
            nonce=f.nonce,
            notice=f.notice,
        )

    def _doing(self, asked: Asked, reader: Reader) -> Doing:
        return Doing(by=asked.person, reader=reader, at=asked.at, share=self._share)


def tune_dialog(settings: RuleSettings) -> Handler:
    dialog = _TuneDialog(settings)
    return Handler(
        look=dialog.look,
        changes={
            DRAFT: dialog.draft,
            SAVE: dialog.save,
            SAVE_OPEN: dialog.save,
            ALLOW: dialog.allow,
            DISCARD: dialog.discard,
            DONE: lambda _uow, _asked, _reader: closed(),
        },
        instead=lambda _press, lang: lang.t("Say “tune 1042 hide only-this-type any-ioc”, or “rules 3 edit …”."),
    )


def _about(uow: UnitOfWork, asked: Asked, reader: Reader) -> _About:
    """Raises NotAvailable."""
    rule = uow.tuning.get(_rule_id(asked)) if RULE in asked.press.state else None
    number = asked.press.alert or (rule.origin if rule is not None else None)
    if number is None:
        return _About(None, (), rule)
    alert = visible_alert(uow, number, reader)
    return _About(alert, uow.alerts.evidence(number, limit=EVIDENCE_LOOKED_AT), rule)


def _filled(asked: Asked, about: _About) -> Edited:
    """The condition as it is being edited, with what was asked to be filled in."""
    start = start_condition(about.rule.terms if about.rule is not None else None)
    if asked.press.step == CHANGE:
        asked = _as_opened(asked)
    now = edited(asked, start)
    filling = {FILL: fill, TRIGGER: fill_trigger}.get(asked.press.step)
    if filling is None or now.problem is not None:
        return now
    condition = _with(now.editing.condition, filling(about.evidence))
    # The text shows the whole again.
    typed = {name: value for name, value in now.typed.items() if not name.startswith("c_")}
    return replace(now, editing=replace(now.editing, condition=condition), typed=typed)


def _with(condition: Condition, more: Condition) -> Condition:
    parts = [one for part in (condition, more) for one in (part.parts if isinstance(part, And) else (part,))]
    return all_of(*dict.fromkeys(parts))


def _as_opened(asked: Asked) -> Asked:
    press: DialogPress = asked.press.model_copy(update={"state": {RULE: _rule_id(asked)}})
    return replace(asked, press=press)


def _without_editor(asked: Asked) -> dict[str, object]:
    return {name: value for name, value in asked.press.state.items() if name != STATE}


def _rule_id(asked: Asked) -> int:
    rule = asked.press.state.get(RULE)
    if not isinstance(rule, int) or rule < 1:
        raise Refused("badPress", field=RULE, why="no rule")
    return rule


def _tell(uow: UnitOfWork, reader: Reader, done: Saved, asked: Asked) -> None:
    """Everybody there sees the rule: its card, where nothing else shows it."""
    here = reader.conversation.id
    if not uow.cards.has(here, Subject.RULE, done.rule.id):
        uow.cards.want(here, Subject.RULE, done.rule.id, priority=ANSWER_FIRST, at=asked.at)


def _allowed_text(count: int, lang: Language) -> str:
    return lang.n(
        "{count} IOC is on the allow list. It is not in effect until it is imported: say “allowlist”.",
        "{count} IOCs are on the allow list. They are not in effect until they are imported: say “allowlist”.",
        count,
    )
