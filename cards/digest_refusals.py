"""What people are told where a digest's schedule could not be understood: how far it was, and what works."""

from collections.abc import Callable, Mapping

from bot.alerts.errors import Refused
from cards.language import Language
from cards.safe import brief

_EXAMPLE = "digest weekdays 08:30 Europe/Berlin severity>=medium"


def _works(lang: Language, example: str = _EXAMPLE) -> str:
    return lang.t("This works: {example}", example=f"“{example}”")


def _text(refused: Refused) -> str:
    return brief(str(refused.facts.get("text") or ""), 60)


def _near(refused: Refused) -> list[str]:
    near = refused.facts.get("near")
    return [brief(str(one), 60) for one in near] if isinstance(near, list) else []


def _said(refused: Refused, lang: Language) -> str:
    understood = str(refused.facts.get("understood") or "")
    return lang.t("I understood “{words}”.", words=brief(understood, 80)) + " " if understood else ""


def _mean(refused: Refused, lang: Language) -> str:
    near = _near(refused)
    if not near:
        return ""
    return " " + lang.t("Did you mean {nearest}?", nearest=lang.t(" or ").join(f"“{one}”" for one in near))


def _days(refused: Refused, lang: Language) -> str:
    text = _text(refused)
    if not text:
        return f"{lang.t('On which days?')} {_works(lang)}"
    wrong = lang.t("“{words}” says neither on which days nor what to do.", words=text)
    return f"{wrong}{_mean(refused, lang)} {_works(lang)} {lang.t('“digest list” shows those that there are.')}"


def _weekday(refused: Refused, lang: Language) -> str:
    text = _text(refused)
    wrong = lang.t("“{words}” is no day of the week.", words=text) if text else lang.t("On which day of the week?")
    return f"{_said(refused, lang)}{wrong}{_mean(refused, lang)} {_works(lang, 'digest weekly mon 09:00')}"


def _time(refused: Refused, lang: Language) -> str:
    text, days = _text(refused), str(refused.facts.get("understood") or "weekdays")
    wrong = lang.t("“{words}” is no time of day.", words=text) if text else lang.t("At what time?")
    example = f"digest {days} 08:30"
    return f"{_said(refused, lang)}{wrong} {_works(lang, example)}"


def _zone(refused: Refused, lang: Language) -> str:
    text, near = _text(refused), _near(refused)
    understood = str(refused.facts.get("understood") or "weekdays 08:30")
    wrong = lang.t("“{words}” is no time zone.", words=text) if text else lang.t("In which time zone?")
    example = f"digest {understood} {near[0] if near else 'Europe/Berlin'}"
    return f"{_said(refused, lang)}{wrong}{_mean(refused, lang)} {_works(lang, example)}"


def _quiet(refused: Refused, lang: Language) -> str:
    wrong = lang.t("A quiet day has a line or nothing, not “{words}”.", words=_text(refused))
    return f"{wrong} {_works(lang, 'digest daily 08:00 quiet:nothing')}"


def _none(refused: Refused, lang: Language) -> str:
    number = refused.facts.get("number")
    if number == 0:
        return lang.t("No digest of the settings comes here: it is for where alerts are posted.")
    return lang.t("There is no digest {number} here. “digest list” shows those that there are.", number=number)


TELL: Mapping[str, Callable[[Refused, Language], str]] = {
    "digestDays": _days,
    "digestWeekday": _weekday,
    "digestTime": _time,
    "digestZone": _zone,
    "digestQuiet": _quiet,
    "noDigest": _none,
    "whichDigest": lambda _refused, lang: lang.t(
        "Which one? Say its number, as in “digest pause 2”. “digest list” shows them."
    ),
    "manyDigests": lambda refused, lang: lang.t(
        "A conversation has at most {limit} digests: remove one first.", limit=refused.facts.get("limit")
    ),
    "digestNowhere": lambda _refused, lang: lang.t(
        "No alerts come here that a digest could be about: say “subscribe” first."
    ),
    "trendsSpan": lambda refused, lang: lang.t(
        "“{words}” is no length of time from {least} to {most} days. This works: “trends severity:high 30d”.",
        words=_text(refused),
        least=refused.facts.get("least"),
        most=refused.facts.get("most"),
    ),
    "nothingWaits": lambda _refused, lang: lang.t("Nothing waits any more: somebody has all of them."),
}
