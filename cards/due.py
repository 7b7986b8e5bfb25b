"""By when an alert is due, on cards: posted ones name the time and so stay true, lists say how much is left."""

from datetime import datetime

from bot.alerts.alert import Alert
from bot.alerts.due import due_at, is_due_soon, is_overdue, waits_for_answer
from cards.elements import Element, Run, rich, run
from cards.language import Language
from cards.parts import quiet


def due_line(alert: Alert, lang: Language, now: datetime) -> list[Element]:
    """`First answer due at 03:27`, louder when little is left, and when it is late."""
    by = due_at(alert)
    if by is None:
        return []
    return [rich(_run(alert, lang.moment(by, now=now), lang, now), spacing="Small")]


def due_note(alert: Alert, lang: Language, now: datetime) -> str:
    """`due in 12 min`, `overdue by 5 min`: for what is looked at now, and not after."""
    by = due_at(alert)
    if by is None:
        return ""
    if by <= now:
        return lang.t("overdue by {span}", span=lang.span(now - by))
    return lang.t("due in {span}", span=lang.span(by - now))


def due_time(alert: Alert, lang: Language, now: datetime) -> str:
    """`due at 03:27`, `overdue since 03:27`: in a line of what is posted, and stays true."""
    by = due_at(alert)
    if by is None:
        return ""
    at = lang.moment(by, now=now)
    return lang.t("overdue since {at}", at=at) if by <= now else lang.t("due at {at}", at=at)


def _run(alert: Alert, at: str, lang: Language, now: datetime) -> Run:
    answer = waits_for_answer(alert) and alert.acknowledge_by is not None
    if is_overdue(alert, now):
        late = lang.t("First answer overdue since {at}", at=at) if answer else lang.t("Overdue since {at}", at=at)
        return run(late, weight="Bolder", color="Attention")
    if is_due_soon(alert, now):
        soon = lang.t("First answer due soon: {at}", at=at) if answer else lang.t("To be resolved soon: by {at}", at=at)
        return run(soon, weight="Bolder", color="Warning")
    return quiet(lang.t("First answer due at {at}", at=at) if answer else lang.t("To be resolved by {at}", at=at))
