"""What became of a rule that was saved, in words."""

from bot.alerts.tuning import Standing, TuningRule
from cards.language import Language


def saved_text(rule: TuningRule, acted: int, left: int, lang: Language) -> str:
    """`The rule is in force. It acted on 13 alerts.`"""
    if rule.standing is Standing.WAITING:
        return lang.t("The rule waits for a second person, who is asked in the channel.")
    said = [lang.t("The rule is in force.")]
    if acted:
        said.append(lang.n("It acted on {count} alert.", "It acted on {count} alerts.", acted))
    if left:
        said.append(lang.t("More open alerts fit: “rules {rule} open” goes on.", rule=rule.id))
    return " ".join(said)


def undone_text(undone: int, changed: int, left: int, lang: Language) -> str:
    """`12 alerts are back as they were. 2 were changed by people since, and stay so.`"""
    said = [lang.n("{count} alert is back as it was.", "{count} alerts are back as they were.", undone)]
    if changed:
        said.append(
            lang.n("{count} was changed since, and stays so.", "{count} were changed since, and stay so.", changed)
        )
    if left:
        said.append(lang.t("{count} are left: press again.", count=left))
    return " ".join(said)
