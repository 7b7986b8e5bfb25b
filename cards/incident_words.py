"""The history of incidents in people's words: who did what, as one sentence."""

from collections.abc import Callable, Mapping

from bot.alerts.grouping import RULE
from bot.alerts.history import Change
from bot.alerts.incident import IncidentEntry, IncidentKind
from cards.labels import person_label
from cards.language import Language
from cards.safe import brief
from cards.sentences import People

#: Characters of an incident's name in a sentence.
_NAME = 80


def incident_sentence(entry: IncidentEntry, lang: Language, people: People) -> str:
    """`Ana renamed it “Theft on web-1”`. Without the time, the comment, and the full stop."""
    return _SENTENCES[entry.kind](entry, lang, people)


def _who(entry: IncidentEntry, lang: Language) -> str:
    return lang.t("Tocsin") if entry.actor.id == RULE.key else entry.actor.name


def _change(entry: IncidentEntry, field: str) -> Change | None:
    return next((change for change in entry.changes if change.field == field), None)


def _alerts(entry: IncidentEntry, lang: Language) -> str:
    return lang.n("{count} alert", "{count} alerts", sum(number > 0 for number, _ in entry.touched))


def _created(entry: IncidentEntry, lang: Language, _people: People) -> str:
    return lang.t("{who} made it", who=_who(entry, lang))


def _renamed(entry: IncidentEntry, lang: Language, _people: People) -> str:
    change = _change(entry, "name")
    name = brief(str(change.new), _NAME) if change else ""
    return lang.t("{who} named it “{name}”", who=_who(entry, lang), name=name)


def _assigned(entry: IncidentEntry, lang: Language, people: People) -> str:
    who, change, count = _who(entry, lang), _change(entry, "assignee"), _alerts(entry, lang)
    if change is None:
        return lang.t("{who} assigned {alerts} of it", who=who, alerts=count)
    if change.new is None:
        return lang.t("{who} gave it back, with {alerts}", who=who, alerts=count)
    if change.new == entry.actor.id:
        return lang.t("{who} took it, with {alerts}", who=who, alerts=count)
    to = person_label(str(change.new), people)
    return lang.t("{who} assigned it to {to}, with {alerts}", who=who, to=to, alerts=count)


def _commented(entry: IncidentEntry, lang: Language, _people: People) -> str:
    return lang.t("{who} commented", who=_who(entry, lang))


def _resolved(entry: IncidentEntry, lang: Language, _people: People) -> str:
    return lang.t("{who} resolved it: {alerts}", who=_who(entry, lang), alerts=_alerts(entry, lang))


def _linked(entry: IncidentEntry, lang: Language, _people: People) -> str:
    numbers = ", ".join(f"#{number}" for number, _ in entry.touched[:5])
    return lang.t("{who} put {numbers} into it", who=_who(entry, lang), numbers=numbers)


def _merged(entry: IncidentEntry, lang: Language, _people: People) -> str:
    change = _change(entry, "merged_into")
    if change is not None:
        return lang.t("{who} merged it into incident {number}", who=_who(entry, lang), number=change.new)
    other = next((-number for number, _ in entry.touched if number < 0), 0)
    return lang.t(
        "{who} merged incident {number} into it: {alerts}",
        who=_who(entry, lang),
        number=other,
        alerts=_alerts(entry, lang),
    )


def _undone(entry: IncidentEntry, lang: Language, _people: People) -> str:
    if any(number > 0 for number, _ in entry.touched):
        return lang.t("{who} undid a step, on {alerts}", who=_who(entry, lang), alerts=_alerts(entry, lang))
    return lang.t("{who} undid a step", who=_who(entry, lang))


_SENTENCES: Mapping[IncidentKind, Callable[[IncidentEntry, Language, People], str]] = {
    IncidentKind.CREATED: _created,
    IncidentKind.RENAMED: _renamed,
    IncidentKind.ASSIGNED: _assigned,
    IncidentKind.COMMENTED: _commented,
    IncidentKind.RESOLVED: _resolved,
    IncidentKind.LINKED: _linked,
    IncidentKind.MERGED: _merged,
    IncidentKind.UNDONE: _undone,
}
