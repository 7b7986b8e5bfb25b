"""The history of incidents in people's words: who did what, as one sentence."""

from collections.abc import Callable, Mapping

from bot.alerts.grouping import RULE
from bot.alerts.history import Change
from bot.alerts.incident import IncidentEntry, IncidentKind
from bot.alerts.incident_views import IncidentView
from bot.alerts.mirror import MirrorState
from bot.alerts.people import ActorKind
from cards import vocabulary
from cards.labels import person_label
from cards.language import Language
from cards.safe import brief
from cards.sentences import People

#: Characters of an incident's name in a sentence.
_NAME = 80

#: Characters of the words with which a source refuses something.
_WHY = 240


def incident_sentence(entry: IncidentEntry, lang: Language, people: People) -> str:
    """`Ana renamed it “Theft on web-1”`. Without the time, the comment, and the full stop."""
    return _SENTENCES[entry.kind](entry, lang, people)


def _who(entry: IncidentEntry, lang: Language) -> str:
    if entry.actor.id == RULE.key:
        return lang.t("Tocsin")
    if entry.actor.kind is ActorKind.SOURCE and entry.actor.name == entry.actor.id:
        return lang.term(vocabulary.SOURCES, entry.actor.id)
    return entry.actor.name


def _change(entry: IncidentEntry, field: str) -> Change | None:
    return next((change for change in entry.changes if change.field == field), None)


def _alerts(entry: IncidentEntry, lang: Language) -> str:
    return lang.n("{count} alert", "{count} alerts", sum(number > 0 for number, _ in entry.touched))


def mirror_texts(view: IncidentView, lang: Language) -> list[str]:
    """What its source does not know yet, will not have, or sees differently."""
    texts: list[str] = []
    if not view.incident.source:
        return texts
    source = lang.term(vocabulary.SOURCES, view.incident.source)
    if view.overruled is not None:
        said = incident_sentence(view.overruled, lang, view.people)
        texts.append(lang.t("{said}. Undo brings the other back.", said=said))
    if view.mirror is not None and view.mirror.state is MirrorState.REFUSED:
        why = brief(view.mirror.why, _WHY)
        texts.append(lang.t("{source} refused what was done here: {why}", source=source, why=why))
    if view.mirror is not None and view.mirror.state is MirrorState.PENDING:
        texts.append(lang.t("Not yet in {source}", source=source))
    return texts


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


def _reported(entry: IncidentEntry, lang: Language, people: People) -> str:
    who, name, lead = _who(entry, lang), _change(entry, "name"), _change(entry, "assignee")
    if name is not None:
        return lang.t("{who} named it “{name}”", who=who, name=brief(str(name.new), _NAME))
    if lead is not None and lead.new is None:
        return lang.t("{who} gave it back", who=who)
    if lead is not None:
        return lang.t("{who} assigned it to {to}", who=who, to=person_label(str(lead.new), people))
    return lang.t("{source} reported news", source=who)


def _overruled(entry: IncidentEntry, lang: Language, people: People) -> str:
    """Both sides changed the same: what stands, and what gave way."""
    source = lang.term(vocabulary.SOURCES, entry.actor.id)
    return "; ".join(
        lang.t(
            "{source} and somebody here changed “{field}”: “{new}” came later and stands, not “{old}”",
            source=source,
            field=lang.t("Name") if change.field == "name" else lang.term(vocabulary.FIELDS, change.field),
            new=_value(change.field, change.new, people),
            old=_value(change.field, change.old, people),
        )
        for change in entry.changes
    )


def _value(field: str, value: object, people: People) -> str:
    return person_label(str(value), people) if field == "assignee" and value else brief(str(value or ""), _NAME)


_SENTENCES: Mapping[IncidentKind, Callable[[IncidentEntry, Language, People], str]] = {
    IncidentKind.CREATED: _created,
    IncidentKind.RENAMED: _renamed,
    IncidentKind.ASSIGNED: _assigned,
    IncidentKind.COMMENTED: _commented,
    IncidentKind.RESOLVED: _resolved,
    IncidentKind.LINKED: _linked,
    IncidentKind.MERGED: _merged,
    IncidentKind.UNDONE: _undone,
    IncidentKind.REPORTED: _reported,
    IncidentKind.OVERRULED: _overruled,
}
