"""What people are told when experts cannot be asked, or cannot answer."""

from collections.abc import Callable, Mapping

from bot.alerts.errors import Refused
from bot.alerts.views import AlertView
from cards import vocabulary
from cards.language import Language
from cards.safe import brief


def _who(refused: Refused) -> str:
    return brief(str(refused.facts.get("who", "")), 60)


def _no_experts(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    how = lang.t(
        "An administrator says “experts here” in the channel or chat that shall get questions, or names it in"
        " TOCSIN_EXPERTS."
    )
    if named := brief(str(refused.facts.get("named") or ""), 80):
        return lang.t("TOCSIN_EXPERTS names “{named}”, which Tocsin does not know. {how}", named=named, how=how)
    return lang.t("No expert is set yet. {how}", how=how)


CONSULTING: Mapping[str, Callable[[Refused, AlertView | None, Language], str]] = {
    "noExperts": _no_experts,
    "expertsGone": lambda _refused, _view, lang: lang.t(
        "Tocsin has been removed from where the experts are. An administrator says “experts here” somewhere else."
    ),
    "expertsBarred": lambda refused, _view, lang: lang.t(
        "The experts may not see alerts of {service}, so this was not sent to them.",
        service=lang.term(vocabulary.SERVICES, str(refused.facts.get("service", ""))),
    ),
    "emptyQuestion": lambda _refused, _view, lang: lang.t(
        "What do you want to know? Say for example “consult 1042 is this lateral movement?”."
    ),
    "longQuestion": lambda refused, _view, lang: lang.t(
        "The question is too long: at most {limit} characters.", limit=refused.facts.get("limit")
    ),
    "emptyAnswer": lambda _refused, _view, lang: lang.t("The answer is empty."),
    "questionWithdrawn": lambda _refused, _view, lang: lang.t("This question was withdrawn."),
    "questionAnswered": lambda refused, _view, lang: lang.t(
        "{who} has answered it already, so it stays.", who=_who(refused)
    ),
    "noChat": lambda refused, _view, lang: lang.t(
        "{who} has no chat with Tocsin yet: they add the app, or say “hello” to it, first.", who=_who(refused)
    ),
}
