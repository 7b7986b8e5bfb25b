"""The buttons of a tuning rule's card."""

from collections.abc import Callable

from bot.alerts.tuning import Standing
from bot.alerts.tuning_views import RuleView
from cards.actions import execute
from cards.buttons import Press, Verb
from cards.dialog_buttons import opens, tune_press
from cards.elements import Action
from cards.language import Language

#: What a button of a rule does: values of `do`.
SAVE, SAVE_OPEN, DISCARD, APPROVE, DECLINE = "save", "saveOpen", "discard", "approve", "decline"
ON, OFF, DELETE, ACT_ON_OPEN, UNDO = "on", "off", "delete", "open", "undo"

#: What a look at a rule shows: values of `do`.
CAUGHT, POSITIVES, BRING_BACK = "caught", "positives", "back"

#: Since when a rule's work is undone: what the form offers.
SINCE = ("today", "yesterday", "7d", "30d", "ever")


def rule_buttons(view: RuleView, lang: Language, nonce: str, page: int | None) -> list[list[Action]]:
    """The likely next steps, then the rest. `page` is that of the list from which the rule was opened."""
    first, second = _by_standing(view, lang, nonce, page)
    found = view.rule.lookback
    if found is not None and found.true_positives and view.rule.standing in {Standing.DRAFT, Standing.WAITING}:
        second.insert(0, look_button(lang.t("Show true positives"), view, nonce, page, POSITIVES))
    if page is not None:
        back = Press(nonce=nonce, page=page).data()
        second.append(execute(lang.t("Back"), Verb.RULES.value, back, inputs="none"))
    return [group for group in (first, second) if group]


def look_button(title: str, view: RuleView, nonce: str, page: int | None, do: str | None = None) -> Action:
    """Shows something of the rule to whoever presses it."""
    press = Press(rule=view.rule.id, do=do, nonce=nonce, page=page)
    return execute(title, Verb.RULES.value, press.data(), inputs="none")


def _by_standing(view: RuleView, lang: Language, nonce: str, page: int | None) -> tuple[list[Action], list[Action]]:
    def does(title: str, do: str, *, primary: bool = False) -> Action:
        press = Press(rule=view.rule.id, do=do, nonce=nonce, page=page)
        return execute(title, Verb.RULE.value, press.data(), primary=primary)

    rule = view.rule
    edit = opens(lang.t("Edit rule…"), tune_press(rule.origin, nonce, rule=rule.id))
    match rule.standing:
        case Standing.DRAFT:
            return _save(view, lang, does), [edit, does(lang.t("Discard"), DISCARD)]
        case Standing.WAITING:
            return [does(lang.t("Approve"), APPROVE, primary=True), does(lang.t("Decline"), DECLINE)], []
        case Standing.IN_FORCE:
            switch = does(lang.t("Switch off"), OFF) if rule.enabled else does(lang.t("Switch on"), ON)
            caught = look_button(lang.t("Alerts it caught"), view, nonce, page, CAUGHT)
            back = look_button(lang.t("Bring back…"), view, nonce, page, BRING_BACK)
            return [caught, back], [edit, switch, does(lang.t("Delete"), DELETE)]
        case Standing.DECLINED:
            return [edit, does(lang.t("Delete"), DELETE)], []
        case _:
            return [], []


def _save(view: RuleView, lang: Language, does: Callable[..., Action]) -> list[Action]:
    found = view.rule.lookback
    if found is None or not found.is_done:
        return []
    save = does(lang.t("Save"), SAVE, primary=True)
    if not found.open:
        return [save]
    return [save, does(lang.n("Save, and {count} open alert", "Save, and {count} open alerts", found.open), SAVE_OPEN)]
