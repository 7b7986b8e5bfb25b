"""What people are told when a triage rule cannot be so."""

from collections.abc import Callable, Mapping

from bot.alerts.errors import Refused
from bot.alerts.views import AlertView
from cards.language import Language
from cards.safe import brief


def _words(refused: Refused) -> str:
    return brief(str(refused.facts.get("words", "")), 60)


def _form(_refused: Refused, _view: AlertView | None, lang: Language) -> str:
    return lang.t(
        'Say for example: triage add "Test hosts" when host:test-* severity<=low then tag +lab, resolve expected'
        " security test. After the condition may stand “if away and not high risk”."
    )


TRIAGE: Mapping[str, Callable[[Refused, AlertView | None, Language], str]] = {
    "ruleWords": _form,
    "ruleLookup": lambda refused, _view, lang: lang.t(
        "“{words}” cannot be asked. There are “away” and “high risk”, each with “not” before it.", words=_words(refused)
    ),
    "ruleStep": lambda refused, _view, lang: lang.t(
        "“{words}” is nothing that a rule can do. It can: resolve expected security test, classify fp, tag +x -y,"
        " assign ana, comment …, post.",
        words=_words(refused),
    ),
    "ruleWhom": lambda refused, _view, lang: lang.t(
        "“{words}”: there are several of that name. Say the full name.", words=_words(refused)
    ),
    "ruleOrder": lambda _refused, _view, lang: lang.t(
        "A rule takes: act, watch, off, delete, and undo with a time such as “triage 1 undo since monday”."
    ),
    "ruleIsSo": lambda _refused, _view, lang: lang.t("It is so already."),
    "ruleWithoutSteps": lambda _refused, _view, lang: lang.t("The rule would do nothing."),
    "ruleForEverything": lambda _refused, _view, lang: lang.t(
        'The rule would catch every alert. Say which: “when title:"impossible travel"”.'
    ),
    "badRuleName": lambda refused, _view, lang: lang.t(
        "A rule has a name of at most {limit} characters.", limit=refused.facts.get("limit")
    ),
    "manyRules": lambda refused, _view, lang: lang.t(
        "There are {limit} rules already: delete one first.", limit=refused.facts.get("limit")
    ),
}
