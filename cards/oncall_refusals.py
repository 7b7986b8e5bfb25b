"""What people are told when nobody can be on call so."""

from collections.abc import Callable, Mapping

from bot.alerts.errors import Refused
from bot.alerts.views import AlertView
from cards.language import Language
from cards.safe import brief


def _no_rota(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    known = refused.facts.get("known")
    names = [str(name) for name in known] if isinstance(known, list) else []
    wanted = brief(str(refused.facts.get("name") or ""), 40)
    if not names:
        return lang.t("There is no rota. Whoever runs Tocsin sets one up with TOCSIN_ROTA_<NAME>.")
    listed = ", ".join(brief(name, 40) for name in names[:20])
    if not wanted:
        return lang.t("Which rota? There are {names}: say its name, too.", names=listed)
    return lang.t("There is no rota “{name}”. There are: {names}.", name=wanted, names=listed)


def _whom(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    words = brief(str(refused.facts.get("words", "")), 60)
    names = refused.facts.get("names")
    if not isinstance(names, list) or not names:
        return lang.t("I have not met “{words}”. Say “me”, or a name as Teams has it.", words=words)
    listed = ", ".join(brief(str(name), 40) for name in names)
    return lang.t("“{words}” could be {names}. Say the full name.", words=words, names=listed)


ONCALL: Mapping[str, Callable[[Refused, AlertView | None, Language], str]] = {
    "noRota": _no_rota,
    "nobodyLeft": lambda _refused, _view, lang: lang.t(
        "Everybody in line has been asked, and the channel, too. “oncall” shows who is on call."
    ),
    "pagedAlready": lambda _refused, _view, lang: lang.t("A page that was sent cannot be taken back."),
    "quietWhen": lambda refused, _view, lang: lang.t(
        "In “{words}” I find no quiet hours. Say for example “quiet 22:00-07:00”, “quiet 22:00-07:00 Europe/Berlin”, or"
        " “quiet off”.",
        words=brief(str(refused.facts.get("words", "")), 80),
    ),
    "overrideWhen": lambda refused, _view, lang: lang.t(
        "Until when? In “{words}” I find no time. Say for example “oncall me 2h”, “oncall bo until 08:00”, “oncall ana"
        " 22:00-07:00”; the rota's name comes last.",
        words=brief(str(refused.facts.get("words", "")), 80),
    ),
    "overrideWho": lambda _refused, _view, lang: lang.t(
        "Who? Say for example “oncall me 2h” or “oncall bo until 08:00”."
    ),
    "overrideWhom": _whom,
    "noOverride": lambda refused, _view, lang: lang.t(
        "Nothing is overridden in “{rota}”: the rota counts.", rota=brief(str(refused.facts.get("rota", "")), 40)
    ),
    "overridePast": lambda _refused, _view, lang: lang.t(
        "That time is over already. Say for example “oncall me 2h” or “oncall bo until 08:00”."
    ),
    "overrideLong": lambda refused, _view, lang: lang.t(
        "That is longer than {days} days: change the rota instead.", days=refused.facts.get("days")
    ),
}
