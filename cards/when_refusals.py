"""What people are told where a time makes no sense, with one that does."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.alerts.errors import Refused
from bot.alerts.views import AlertView
from cards.language import Language
from cards.safe import brief


def _word(refused: Refused, name: str = "text") -> str:
    return brief(str(refused.facts.get(name, "")), 60)


def _bad(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    understood = _word(refused, "understood")
    if understood:
        return lang.t(
            "I understood “{understood}”, but not “{text}” after it. Say for example “tomorrow 9:00” or “fri 14:00”.",
            understood=understood,
            text=_word(refused),
        )
    return lang.t(
        "“{text}” is no time that I know. Say for example “2h”, “14:30”, “tomorrow 9:00”, “fri 14:00”"
        " or “2026-12-24 09:00”.",
        text=_word(refused),
    )


def _moment(refused: Refused, lang: Language) -> str:
    at = refused.facts.get("at")
    if not isinstance(at, datetime):
        return ""
    return f"{lang.day(at.astimezone(lang.zone).date())} {lang.clock(at)}"


def _past(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    return lang.t(
        "“{text}” is over: that was {moment}. Say a time to come, for example “2h” or “tomorrow 9:00”.",
        text=_word(refused),
        moment=_moment(refused, lang),
    )


def _ahead(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    return lang.t(
        "“{text}” is still to come: that is {moment}. Say a time that is over, for example “8h” or “fri 18:00”.",
        text=_word(refused),
        moment=_moment(refused, lang),
    )


WHEN: Mapping[str, Callable[[Refused, AlertView | None, Language], str]] = {
    "badWhen": _bad,
    "pastWhen": _past,
    "aheadWhen": _ahead,
    "farWhen": lambda refused, _view, lang: lang.t(
        "“{text}” is too far away: at most {days} days.", text=_word(refused), days=refused.facts.get("days")
    ),
    "periodOrder": lambda refused, _view, lang: lang.t(
        "“{text}” ends before it begins. Say for example “handover fri 18:00 until mon 8:00”.", text=_word(refused)
    ),
    "noNote": lambda _refused, _view, lang: lang.t(
        "What shall the next shift know? Say for example “handover note web-1 is isolated, Hugo knows”."
    ),
    "noNotePlace": lambda _refused, _view, lang: lang.t(
        "You are in no channel that gets alerts: say it in the channel that it is for."
    ),
    "takeOwn": lambda _refused, _view, lang: lang.t("These are yours already."),
    "nothingToTake": lambda refused, _view, lang: lang.t(
        "{who} has no open alerts here.", who=brief(str(refused.facts.get("who", "")), 60)
    ),
    "noWhen": lambda _refused, _view, lang: lang.t(
        "When? Say for example “remind 1042 2h”, or “remind 1042 fri 14:00 ask Bo about the host”."
    ),
    "longNote": lambda refused, _view, lang: lang.t(
        "The note is too long: at most {limit} characters.", limit=refused.facts.get("limit")
    ),
    "manyReminders": lambda refused, _view, lang: lang.t(
        "You have {limit} reminders already: “reminders” lists them, “reminders cancel 3” cancels one.",
        limit=refused.facts.get("limit"),
    ),
    "reminderOver": lambda _refused, _view, lang: lang.t("That reminder does not wait any more."),
}
