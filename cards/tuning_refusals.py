"""What people are told when a tuning rule is refused: in words, and with something that works."""

from collections.abc import Callable, Mapping

from bot.alerts.errors import Refused
from cards.language import Language
from cards.safe import brief

Tell = Callable[[Refused, Language], str]


def _bad_tune(refused: Refused, lang: Language) -> str:
    """The place, what is wrong, and something that works."""
    where = brief(str(refused.facts.get("where", "")), 60)
    why = lang.said(str(refused.facts.get("why", "")))
    said = lang.t("The rule is not right at “{where}”: {why}.", where=where, why=why)
    return f"{said} {lang.t('This works: {example}', example=str(refused.facts.get('example', '')))}"


def _says(message: Callable[[Language], str]) -> Tell:
    return lambda _refused, lang: message(lang)


#: By the reason of the refusal.
TELL: Mapping[str, Tell] = {
    "badTune": _bad_tune,
    "noAction": _says(
        lambda lang: lang.t(
            "Say what the rule shall do: “hide”, or “resolve as” and what the alerts are. For example:"
            " tune 1042 hide only-this-type any-ioc on host:web-1"
        )
    ),
    "noVerdict": _says(lambda lang: lang.t("Say what the alerts are that the rule resolves.")),
    "noScope": _says(lambda lang: lang.t("Name devices, device groups or users, or choose the whole organisation.")),
    "noType": _says(
        lambda lang: lang.t("This alert has no type that others could share: say “any-type” and a condition.")
    ),
    "noIndicator": _says(
        lambda lang: lang.t(
            "Add at least one IOC: a condition on evidence such as host:web-1 or file.name:scan.exe, “trigger” for what"
            " set the alert off, “all-iocs” for all of its evidence, or “any-ioc”."
        )
    ),
    "anyIndicator": _says(
        lambda lang: lang.t(
            "“Any IOC” with any alert type would catch everything: name an IOC, or take only this alert type."
        )
    ),
    "wholeRule": _says(lambda lang: lang.t("This rule would catch every alert.")),
    "emptyRule": _says(lambda lang: lang.t("No alert can ever fit this rule: it contradicts itself.")),
    "noRuleName": _says(lambda lang: lang.t("The rule needs a name.")),
    "longRule": lambda refused, lang: lang.t(
        "That is too long: at most {limit} characters.", limit=refused.facts.get("limit")
    ),
    "manyNamed": lambda refused, lang: lang.t(
        "At most {limit} devices, groups and users can be named.", limit=refused.facts.get("limit")
    ),
    "expired": _says(lambda lang: lang.t("The rule would have expired already.")),
    "badUntil": lambda refused, lang: lang.t(
        "“{text}” is no time to expire: say for example 30d or 2026-12-31.",
        text=brief(str(refused.facts.get("text", "")), 60),
    ),
    "badSince": lambda refused, lang: lang.t(
        "“{text}” is no time: say for example today, monday, 2h, 2026-11-20 or ever.",
        text=brief(str(refused.facts.get("text", "")), 60),
    ),
    "wholeOrganisation": _says(
        lambda lang: lang.t(
            "A rule for the whole organisation needs the permission role Administrator. Name devices or device groups:"
            " on host:web-1, on group:Servers."
        )
    ),
    "usersAlone": _says(
        lambda lang: lang.t(
            "A rule for users alone needs the permission role Administrator. Name devices or device groups as well."
        )
    ),
    "needsServices": _says(
        lambda lang: lang.t("Name the service sources: you do not see all of them here. For example: services endpoint")
    ),
    "unknownService": lambda refused, lang: lang.t(
        "There is no service source {service} here.", service=brief(str(refused.facts.get("service", "")), 60)
    ),
    "creationOff": _says(
        lambda lang: lang.t("New tuning rules creation is switched off. An administrator says “rules creation on”.")
    ),
    "nothingAllowed": _says(lambda lang: lang.t("Choose at least one IOC, or close this.")),
    "stillLooking": _says(lambda lang: lang.t("It still looks back; in a moment it can be saved.")),
    "noDraft": lambda refused, lang: lang.t("Rule {rule} is no draft any more.", rule=refused.facts.get("rule")),
    "notYourRule": lambda refused, lang: lang.t(
        "This draft is {who}'s.", who=brief(str(refused.facts.get("who", "")), 60)
    ),
    "ownRule": _says(lambda lang: lang.t("A second person has to approve it: it is your own rule.")),
    "notWaiting": _says(lambda lang: lang.t("Somebody has decided on this rule already.")),
    "noChannel": _says(
        lambda lang: lang.t("This rule needs a second person's approval, and there is no channel to ask in.")
    ),
    "noRule": lambda refused, lang: lang.t("Rule {rule} is not in force.", rule=refused.facts.get("rule")),
    "ruleOn": _says(lambda lang: lang.t("The rule is on already.")),
    "ruleOff": _says(lambda lang: lang.t("The rule is off already.")),
}
