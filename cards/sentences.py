"""History in people's words: who did what, as one sentence."""

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.alerts.escalation import CHANNEL, MISSED, NOBODY
from bot.alerts.grouping import RULE as GROUPING
from bot.alerts.history import Change, Entry, Kind, Plain
from bot.alerts.people import AUTOMATED_INVESTIGATION, ActorKind, Person, Way
from bot.alerts.words import Classification
from cards import vocabulary
from cards.labels import person_label, verdict_label
from cards.language import Language
from cards.reasons import reason_text
from cards.safe import brief

People = Mapping[str, Person]


def sentence(entry: Entry, lang: Language, people: People) -> str:
    """`Ana took it`, `Bo resolved it as false positive`. Without the time, the comment, and the full stop."""
    return _SENTENCES[entry.kind](entry, lang, people)


def actor_name(entry: Entry, lang: Language) -> str:
    """Who did it: somebody's name, a source's as people know it, or a rule."""
    match entry.actor.kind:
        case ActorKind.SOURCE:
            return _source(entry, lang)
        case ActorKind.RULE if entry.actor.id == GROUPING.key:
            return lang.t("Tocsin")
        case ActorKind.RULE:
            return rule_label(entry.actor.name, lang)
        case _:
            return entry.actor.name


def rule_label(name: str, lang: Language) -> str:
    """`Rule “Nightly scan”`"""
    return lang.t("Rule “{name}”", name=brief(name, 80))


def way_note(entry: Entry, lang: Language) -> str:
    """By which way, where it was not the usual one."""
    match entry.way:
        case Way.RULE if entry.actor.kind is not ActorKind.RULE:
            return lang.t("by a rule")
        case Way.SCHEDULE:
            return lang.t("by the schedule")
        case Way.COMMAND_LINE:
            return lang.t("on the command line")
        case Way.API:
            return lang.t("by a program")
        case _:
            return ""


def change_text(change: Change, lang: Language, people: People) -> str:
    """`Severity: Medium → High`"""
    field = lang.term(vocabulary.FIELDS, change.field)
    old, new = value_text(change.field, change.old, lang, people), value_text(change.field, change.new, lang, people)
    return f"{field}: {old} → {new}"


def value_text(field: str, value: Plain, lang: Language, people: People) -> str:
    if value is None or value in ("", []):
        return lang.t("none")
    if isinstance(value, list):
        return ", ".join(value)
    if field == "assignee":
        return person_label(str(value), people)
    if field == "silenced_until" and value:
        until = datetime.fromisoformat(str(value))
        return f"{lang.day(until.astimezone(lang.zone).date())} {lang.clock(until)}"
    if field == "incident_reason":
        return reason_text(str(value), lang)
    labels = _VALUES.get(field)
    return lang.term(labels, str(value)) if labels else str(value)


def changes_worth_telling(entry: Entry) -> tuple[Change, ...]:
    """Those whose old and new value say more than the sentence does; a new alert has no old values."""
    if entry.kind in (Kind.CREATED, Kind.UNDONE):
        return ()
    hidden = _SAID_ALREADY.get(entry.kind, frozenset())
    return tuple(change for change in entry.changes if change.field not in hidden)


def _created(entry: Entry, lang: Language, _people: People) -> str:
    return lang.t("{source} raised it", source=_source(entry, lang))


def _reported(entry: Entry, lang: Language, _people: People) -> str:
    changes = {change.field: change.new for change in entry.changes}
    if changes.get("signal") == "cleared":
        return lang.t("{source} says that it has cleared", source=_source(entry, lang))
    if entry.comment:
        return lang.t("{source} brought a comment", source=_source(entry, lang))
    return lang.t("{source} reported news", source=_source(entry, lang))


def _overruled(entry: Entry, lang: Language, people: People) -> str:
    """Both sides changed the same: what stands, and what gave way."""
    return "; ".join(
        lang.t(
            "{source} and somebody here changed “{field}”: “{new}” came later and stands, not “{old}”",
            source=_source(entry, lang),
            field=lang.term(vocabulary.FIELDS, change.field),
            new=value_text(change.field, change.new, lang, people),
            old=value_text(change.field, change.old, lang, people),
        )
        for change in entry.changes
    )


def _assigned(entry: Entry, lang: Language, people: People) -> str:
    who, change = actor_name(entry, lang), _change(entry, "assignee")
    old, new = (change.old, change.new) if change else (None, None)
    if new == entry.actor.id:
        return lang.t("{who} took it", who=who)
    if new is not None:
        return lang.t("{who} assigned it to {whom}", who=who, whom=person_label(str(new), people))
    if old == entry.actor.id:
        return lang.t("{who} gave it back", who=who)
    return lang.t("{who} unassigned {whom}", who=who, whom=person_label(str(old), people))


def _started(entry: Entry, lang: Language, _people: People) -> str:
    if _change(entry, "assignee"):
        return lang.t("{who} took it and started", who=actor_name(entry, lang))
    return lang.t("{who} started", who=actor_name(entry, lang))


def _commented(entry: Entry, lang: Language, _people: People) -> str:
    return lang.t("{who} commented", who=actor_name(entry, lang))


def _consulted(entry: Entry, lang: Language, _people: People) -> str:
    return lang.t("{who} asked the experts", who=actor_name(entry, lang))


def _answered(entry: Entry, lang: Language, _people: People) -> str:
    return lang.t("{who} answered a question to the experts", who=actor_name(entry, lang))


def _classified(entry: Entry, lang: Language, _people: People) -> str:
    verdict = _verdict(entry, lang)
    if not verdict:
        return lang.t("{who} took the classification back", who=actor_name(entry, lang))
    return lang.t("{who} classified it: {verdict}", who=actor_name(entry, lang), verdict=verdict)


def _resolved(entry: Entry, lang: Language, _people: People) -> str:
    verdict = _verdict(entry, lang)
    if not verdict:
        return lang.t("{who} resolved it", who=actor_name(entry, lang))
    return lang.t("{who} resolved it: {verdict}", who=actor_name(entry, lang), verdict=verdict)


def _reopened(entry: Entry, lang: Language, _people: People) -> str:
    return lang.t("{who} reopened it", who=actor_name(entry, lang))


def _tagged(entry: Entry, lang: Language, _people: People) -> str:
    change = _change(entry, "tags")
    old, new = (_names(change.old), _names(change.new)) if change else ([], [])
    signed = [f"+{name}" for name in new if name not in old] + [f"-{name}" for name in old if name not in new]
    return lang.t("{who} tagged it {tags}", who=actor_name(entry, lang), tags=" ".join(signed))


def _linked(entry: Entry, lang: Language, _people: People) -> str:
    change = _change(entry, "incident")
    if change and change.new is not None:
        said = lang.t("{who} linked it to incident {number}", who=actor_name(entry, lang), number=change.new)
        why = _change(entry, "incident_reason")
        return f"{said}: {reason_text(str(why.new), lang)}" if why and why.new else said
    return lang.t("{who} took it out of its incident", who=actor_name(entry, lang))


def _hidden(entry: Entry, lang: Language, _people: People) -> str:
    return lang.t("{who} hid it", who=actor_name(entry, lang))


def _unhidden(entry: Entry, lang: Language, _people: People) -> str:
    return lang.t("{who} brought it back", who=actor_name(entry, lang))


def _silenced(entry: Entry, lang: Language, _people: People) -> str:
    change = _change(entry, "silenced_until")
    when = lang.moment(datetime.fromisoformat(str(change.new)), now=entry.at) if change and change.new else ""
    return lang.t("{who} silenced it until {until}", who=actor_name(entry, lang), until=when)


def _lifted(entry: Entry, lang: Language, _people: People) -> str:
    if entry.actor.kind is ActorKind.SOURCE:
        return lang.t("The silence is over")
    return lang.t("{who} lifted the silence", who=actor_name(entry, lang))


def _paged(entry: Entry, lang: Language, people: People) -> str:
    """Who was paged, who could not be, or that the channel was asked."""
    whom = _whom(entry)
    missed = [person_label(who.removeprefix(MISSED), people) for who in whom if who.startswith(MISSED)]
    names = [person_label(who, people) for who in whom if not who.startswith(MISSED) and who not in {NOBODY, CHANNEL}]
    if CHANNEL in whom:
        said = lang.t("Nobody had answered: Tocsin asked the channel")
    elif NOBODY in whom and not missed:
        said = lang.t("Nobody is on call: Tocsin told the channel")
    else:
        said = lang.t("Tocsin paged {names}", names=", ".join(names)) if names else ""
    if not missed:
        return said
    lacking = lang.t("{names} could not be reached", names=", ".join(missed))
    return f"{said}; {lacking}" if said else lacking


def _reminded(entry: Entry, lang: Language, people: People) -> str:
    names = [person_label(who, people) for who in _whom(entry) if not who.startswith(MISSED)]
    return lang.t("Tocsin reminded {names}", names=", ".join(names))


def _escalated(entry: Entry, lang: Language, _people: People) -> str:
    return lang.t("{who} asked for the next one", who=actor_name(entry, lang))


def _whom(entry: Entry) -> list[str]:
    change = _change(entry, "paged")
    return _names(change.new) if change else []


def _managed(entry: Entry, lang: Language, _people: People) -> str:
    """`Ana changed status, assigned to`; what from and to stands below."""
    fields = dict.fromkeys(lang.inside(lang.term(vocabulary.FIELDS, change.field)) for change in entry.changes)
    return lang.t("{who} changed {fields}", who=actor_name(entry, lang), fields=", ".join(fields))


def _undone(entry: Entry, lang: Language, people: People) -> str:
    if entry.withdraws and not entry.changes:
        return lang.t("{who} took a comment back", who=actor_name(entry, lang))
    if entry.withdraws is False and not entry.changes:
        return lang.t("{who} restored a comment", who=actor_name(entry, lang))
    if any(change.field == "hidden" for change in entry.changes):
        hidden = any(change.field == "hidden" and change.new for change in entry.changes)
        return _hidden(entry, lang, people) if hidden else _unhidden(entry, lang, people)
    back = ", ".join(_back(change, lang, people) for change in entry.changes)
    return lang.t("{who} undid: {changes}", who=actor_name(entry, lang), changes=back)


def _back(change: Change, lang: Language, people: People) -> str:
    """`Resolved → New` goes without saying that it is the status."""
    text = change_text(change, lang, people)
    return text.partition(": ")[2] if change.field == "status" else text


def _source(entry: Entry, lang: Language) -> str:
    """A source's name as people know it; somebody there whom we know by name only is called so."""
    if entry.actor.name == AUTOMATED_INVESTIGATION:
        return lang.t("Automated investigation")
    known = entry.actor.name == entry.actor.id
    return lang.term(vocabulary.SOURCES, entry.actor.id) if known else entry.actor.name


def _change(entry: Entry, field: str) -> Change | None:
    return next((change for change in entry.changes if change.field == field), None)


def _verdict(entry: Entry, lang: Language) -> str:
    """What the entry says that the alert was; empty where it says nothing, or takes it back."""
    changes = {change.field: change.new for change in entry.changes}
    kind = str(changes.get("determination") or "")
    if "classification" not in changes:
        return lang.term(vocabulary.DETERMINATIONS, kind) if kind else ""
    classification = Classification(str(changes["classification"]))
    return "" if classification is Classification.NOT_SET else verdict_label(classification, kind, lang)


def _names(value: Plain) -> list[str]:
    return value if isinstance(value, list) else []


_SENTENCES: Mapping[Kind, Callable[[Entry, Language, People], str]] = {
    Kind.CREATED: _created,
    Kind.REPORTED: _reported,
    Kind.OVERRULED: _overruled,
    Kind.ASSIGNED: _assigned,
    Kind.STARTED: _started,
    Kind.COMMENTED: _commented,
    Kind.CONSULTED: _consulted,
    Kind.ANSWERED: _answered,
    Kind.CLASSIFIED: _classified,
    Kind.RESOLVED: _resolved,
    Kind.REOPENED: _reopened,
    Kind.TAGGED: _tagged,
    Kind.LINKED: _linked,
    Kind.HIDDEN: _hidden,
    Kind.UNHIDDEN: _unhidden,
    Kind.SILENCED: _silenced,
    Kind.LIFTED: _lifted,
    Kind.PAGED: _paged,
    Kind.REMINDED: _reminded,
    Kind.ESCALATED: _escalated,
    Kind.MANAGED: _managed,
    Kind.UNDONE: _undone,
}

_VALUES: Mapping[str, vocabulary.Labels] = {
    "severity": vocabulary.SEVERITIES,
    "status": vocabulary.STATUSES,
    "signal": vocabulary.SIGNALS,
    "classification": vocabulary.CLASSIFICATIONS,
    "determination": vocabulary.DETERMINATIONS,
    "investigation_state": vocabulary.INVESTIGATIONS,
    "service_source": vocabulary.SERVICES,
    "detection_source": vocabulary.DETECTIONS,
}

_SAID_ALREADY: Mapping[Kind, frozenset[str]] = {
    Kind.ASSIGNED: frozenset(),
    Kind.STARTED: frozenset({"assignee"}),
    Kind.RESOLVED: frozenset({"classification", "determination"}),
    Kind.TAGGED: frozenset({"tags"}),
    Kind.LINKED: frozenset({"incident_reason"}),
    Kind.HIDDEN: frozenset({"hidden"}),
    Kind.UNHIDDEN: frozenset({"hidden"}),
    Kind.SILENCED: frozenset({"silenced_until"}),
    Kind.LIFTED: frozenset({"silenced_until"}),
    Kind.PAGED: frozenset({"paged"}),
    Kind.REMINDED: frozenset({"paged"}),
}
